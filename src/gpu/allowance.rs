//! How much of an adapter a device may use: all that the driver gives, or no more than is given everywhere.
//!
//! What runs under [`Allowance::Lowest`] runs on whatever speaks WebGPU; the tests of every kernel open their devices so.

use std::str::FromStr;
use wgpu::{Adapter, Limits};

/// How much of an adapter a device may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allowance {
    /// All that the adapter has.
    #[default]
    Adapter,
    /// What a browser gives: ten storage buffers, 256 invocations and 32 KiB in a workgroup.
    Browser,
    /// What WebGPU promises everywhere: eight storage buffers, 256 invocations and 16 KiB in a workgroup.
    Lowest,
}

impl FromStr for Allowance {
    type Err = String;

    /// `adapter`, `browser` or `lowest`.
    fn from_str(name: &str) -> Result<Allowance, String> {
        Ok(match name {
            "adapter" => Allowance::Adapter,
            "browser" => Allowance::Browser,
            "lowest" => Allowance::Lowest,
            other => return Err(format!("`{other}` names no limits; they can be those of the adapter, of a browser, or the lowest")),
        })
    }
}

impl Allowance {
    /// The limits of a device on this adapter. An adapter that has less than a browser gives what it has.
    pub fn of(self, adapter: &Adapter) -> Limits {
        let lowest = Limits::default();
        let limits = match self {
            Allowance::Adapter => return adapter.limits(),
            // Chromium on SwiftShader and on every GPU of the last ten years.
            Allowance::Browser => {
                Limits { max_storage_buffers_per_shader_stage: 10, max_compute_workgroup_storage_size: 32 << 10, ..lowest }
            }
            Allowance::Lowest => lowest,
        };
        limits.or_worse_values_from(&adapter.limits())
    }
}
