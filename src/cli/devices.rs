//! `gander devices`: the adapters there are, what they can do, and which one `auto` takes.

use crate::cli::{adapter, print};
use crate::error::Result;
use crate::gpu::{Family, describe};
use std::fmt::Write;

/// Options of `gander devices`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only adapters of this back end
    #[arg(long, value_enum)]
    backend: Option<adapter::Backend>,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let mut text = String::new();
    for (number, adapter) in adapter::find(options.backend).iter().enumerate() {
        let (info, limits, features) = (adapter.get_info(), adapter.limits(), adapter.features());
        let family = Family::of(&info, features);
        let lanes = match (info.subgroup_min_size, info.subgroup_max_size) {
            (0, _) | (_, 0) => "no subgroups".to_string(),
            (least, most) if least == most => format!("subgroups of {least}"),
            (least, most) => format!("subgroups of {least} to {most}"),
        };
        let remark = if number == 0 { "   ← --adapter auto" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{number}  {}{remark}\n   storage binding {} MiB, buffer {} MiB, {} invocations and {} KiB of memory per workgroup, {lanes}\n   products: {family:?}; features used: {}",
            describe(adapter),
            limits.max_storage_buffer_binding_size >> 20,
            limits.max_buffer_size >> 20,
            limits.max_compute_invocations_per_workgroup,
            limits.max_compute_workgroup_storage_size >> 10,
            if family.features().is_empty() { "none".to_string() } else { family.features().to_string() },
        );
    }
    let remark = if text.is_empty() { "   ← --adapter auto" } else { "" };
    let _ = writeln!(text, "host  this machine's processor, {} threads; no driver needed{remark}", rayon::current_num_threads());
    print(&text)
}
