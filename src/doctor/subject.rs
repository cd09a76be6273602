//! An adapter in one of the ways in which it can run a plan: each of its families of products, and small bindings.

use crate::doctor::{LIMIT, Part};
use crate::error::Result;
use crate::gpu::{Allowance, Family, GpuDevice, Waiter, cut, fuse};
use crate::host::HostDevice;
use crate::plan::{Device, Dispatch, Kernel, Plan, Tensor};
use std::sync::Arc;

/// How a device chooses kernels.
#[derive(Clone, Copy, Debug)]
pub enum Kernels {
    /// The twin's own.
    Twin,
    /// Those of a family, over tensors of so many bytes at most.
    Of(Family, u64),
}

/// A kernel that a device chose.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// As listings call it.
    pub label: String,
    /// What it is written for.
    pub variant: String,
    /// The kernel.
    pub kernel: Arc<Kernel>,
}

impl Kernels {
    /// What is dispatched for a piece of a plan, in order, as the device goes about it: cut, then fused, then a variant is chosen.
    pub fn of(self, dispatches: &[Dispatch]) -> Vec<Chosen> {
        let name = |kernel: Kernel, variant: &str| Chosen { label: kernel.label(), variant: variant.into(), kernel: Arc::new(kernel) };
        let Kernels::Of(family, most) = self else {
            return dispatches.iter().map(|dispatch| name((*dispatch.kernel).clone(), "twin")).collect();
        };
        // What cannot be cut, the device refuses with an error of its own.
        let pieces = |dispatch: &Dispatch| cut(dispatch, &family.kernel(dispatch), most).unwrap_or_default();
        let plan = Plan { name: String::new(), dispatches: dispatches.iter().flat_map(pieces).collect() };
        let kernels = fuse(&plan).dispatches.into_iter().map(|(_, dispatch)| family.kernel(&dispatch));
        kernels.map(|kernel| name(kernel.clone(), &kernel.variant)).collect()
    }

    /// Tensors that a plan writes and the device does not.
    pub fn left_out(self, plan: &Plan) -> Vec<Tensor> {
        match self {
            Kernels::Twin => vec![],
            Kernels::Of(..) => fuse(plan).left_out,
        }
    }

    /// The pieces of a plan that are run alone: every dispatch by itself, and after it each pair that the device fuses. Given by first and last place.
    pub fn units(self, plan: &Plan) -> Vec<(usize, usize)> {
        let fused = match self {
            Kernels::Twin => vec![],
            Kernels::Of(..) => fuse(plan).dispatches,
        };
        let first_of_pair = |at: usize| {
            let place = fused.iter().position(|(first, _)| *first == at);
            place.is_some_and(|place| fused.get(place + 1).map_or(plan.dispatches.len(), |(next, _)| *next) == at + 2)
        };
        let mut units = vec![];
        for at in 0..plan.dispatches.len() {
            units.push((at, at));
            if at > 0 && first_of_pair(at - 1) {
                units.push((at - 1, at));
            }
        }
        units
    }
}

/// Which scripts a subject runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that are not about small bindings.
    Whole,
    /// Those which between them run every kernel: what a family chooses does not depend on the preset.
    EveryKernel,
    /// Those about small bindings.
    SmallBindings,
}

impl Scope {
    /// Whether a part is within.
    pub fn takes(self, part: Part) -> bool {
        match self {
            Scope::Whole => part != Part::Large,
            Scope::EveryKernel => part == Part::Small,
            Scope::SmallBindings => part == Part::Large,
        }
    }
}

/// A device to be examined.
pub struct Subject {
    /// The way in which it runs plans.
    pub name: String,
    /// The device.
    pub device: Box<dyn Device>,
    /// What waits for it, if it is a GPU.
    pub waiter: Option<Waiter>,
    /// How it chooses kernels.
    pub kernels: Kernels,
    /// What it is to run.
    pub scope: Scope,
}

/// The host twin in f32.
pub fn host() -> Subject {
    let device = Box::new(HostDevice::<f32>::new());
    Subject { name: "host".into(), device, waiter: None, kernels: Kernels::Twin, scope: Scope::Whole }
}

/// An adapter in every way in which it can run plans with so much of it, the one that it trains in first.
/// # Errors
/// if it gives no device.
pub async fn subjects(adapter: &wgpu::Adapter, allowance: Allowance) -> Result<Vec<Subject>> {
    let families = Family::supported(&adapter.get_info(), adapter.features());
    let (mut subjects, limits) = (vec![], allowance.of(adapter));
    for (number, family) in families.iter().enumerate() {
        let scope = if number == 0 { Scope::Whole } else { Scope::EveryKernel };
        subjects.push(open(adapter, *family, limits.clone(), scope).await?);
    }
    let small = |most: u64| wgpu::Limits { max_storage_buffer_binding_size: most, ..limits.clone() };
    for family in families {
        subjects.push(open(adapter, family, small(LIMIT), Scope::SmallBindings).await?);
    }
    Ok(subjects)
}

async fn open(adapter: &wgpu::Adapter, family: Family, limits: wgpu::Limits, scope: Scope) -> Result<Subject> {
    let most = limits.max_storage_buffer_binding_size;
    let device = GpuDevice::open_within(adapter, family, limits).await?;
    let name = if scope == Scope::SmallBindings { format!("{family:?}, small bindings") } else { format!("{family:?}") };
    Ok(Subject { name, waiter: Some(device.waiter()), device: Box::new(device), kernels: Kernels::Of(family, most), scope })
}
