//! Which variant of a kernel serves a dispatch: the same product, written for different hardware.

use crate::plan::{Dispatch, Kernel, shaders};
use wgpu::{AdapterInfo, DeviceType, Features};

/// A family of matrix products; `Texture` has an update of its own, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// One output per invocation: runs anywhere.
    Plain,
    /// Register tiles over workgroup memory, four teams of invocations to a tile: for GPUs.
    Tiled,
    /// The same with one team: for software adapters, where it is two to three times as fast as four, and four times as fast as the plain family.
    Narrow,
    /// Storage textures and subgroup shuffles, without a barrier: for software adapters of eight lanes, where a storage-buffer load costs a loop.
    Texture,
}

impl Family {
    /// The family that serves an adapter best.
    pub fn of(info: &AdapterInfo, features: Features) -> Family {
        let eight_lanes = info.subgroup_min_size == 8 && info.subgroup_max_size == 8 && features.contains(Features::SUBGROUP);
        match info.device_type {
            DeviceType::Cpu if eight_lanes => Family::Texture,
            DeviceType::Cpu => Family::Narrow,
            _ => Family::Tiled,
        }
    }

    /// The families that an adapter can run, the one that serves it best first.
    pub fn supported(info: &AdapterInfo, features: Features) -> Vec<Family> {
        let eight_lanes = info.subgroup_min_size == 8 && info.subgroup_max_size == 8 && features.contains(Family::Texture.features());
        let best = Family::of(info, features);
        let mut families = vec![Family::Plain, Family::Tiled];
        families.extend((best == Family::Narrow).then_some(Family::Narrow));
        families.extend(eight_lanes.then_some(Family::Texture));
        families.sort_by_key(|family| *family != best);
        families
    }

    /// The features of a device that it needs.
    pub fn features(self) -> Features {
        if self == Family::Texture { Features::SUBGROUP } else { Features::empty() }
    }

    /// The kernel that serves a dispatch: the family's own where it has one that takes these shapes, else the plain one.
    pub fn kernel(self, dispatch: &Dispatch) -> Kernel {
        let plain = &*dispatch.kernel;
        if self == Family::Texture && plain.operation == "update" {
            let kernel = Kernel::from_parts("update", &["texture/texels", "texture/update"], None);
            for shared in ["RUN", "TEAM"] {
                assert!(kernel.constant(shared) == plain.constant(shared), "texture/update.wgsl and update.wgsl differ in {shared}");
            }
            return kernel;
        }
        let Some(layout) = shaders::layout(&plain.operation) else {
            return plain.clone();
        };
        let hook = plain.hook.as_deref();
        let own = |body: &[&str], of_layout: &[&str]| Kernel::from_parts(&plain.operation, &[body, of_layout].concat(), hook);
        match self {
            Family::Plain => plain.clone(),
            Family::Tiled => own(&["tiled/matmul", "teams/four"], layout),
            Family::Narrow => own(&["tiled/matmul", "teams/one"], layout),
            // A convolution's operands are no whole texels wherever its windows begin.
            Family::Texture if !plain.operation.starts_with("matmul_") => Family::Narrow.kernel(dispatch),
            Family::Texture if whole_texels(dispatch) => {
                own(&["texture/texels", "texture/operands", &format!("texture/{}", plain.operation)], &[])
            }
            Family::Texture => plain.clone(),
        }
    }
}

/// Whether the rows of both operands are whole texels of four numbers.
fn whole_texels(dispatch: &Dispatch) -> bool {
    ["a", "b"].iter().all(|operand| dispatch.tensor(operand).cols().is_multiple_of(4))
}
