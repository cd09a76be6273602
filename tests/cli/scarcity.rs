//! Memory that a driver refuses although the machine has it: a process whose address space is limited, and a driver in software, which allocates in it.

#![cfg(target_os = "linux")]

use crate::{gander, said};
use std::path::Path;
use std::process::{Command, Output};

/// A game of 840 MiB, which the machine says it has, in a process that has so many KiB for everything.
fn train_within(kibibytes: u32, out: &Path) -> Output {
    let program = gander();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {kibibytes}; exec \"$0\" \"$@\"")]).arg(program.get_program());
    shell
        .env_remove("GANDER_ADAPTER")
        .env_remove("GANDER_DATA")
        .args(["train", "ring", "--backend", "vulkan", "--adapter", "0", "--out"])
        .arg(out);
    for assignment in [
        "train.batch=12288",
        "train.iterations=1",
        "generator.layers.0.units=512",
        "generator.layers.1.units=512",
        "discriminator.layers.0.units=128",
        "report.samples=20",
        "report.monitor_every=0",
    ] {
        shell.args(["--set", assignment]);
    }
    shell.output().expect("there is a shell")
}

#[test]
fn what_the_driver_has_no_memory_for_is_named_before_there_is_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let mut refused = 0;
    for kibibytes in (1_000_000..8_000_000).step_by(200_000) {
        let output = train_within(kibibytes, &out);
        let text = said(&output);
        if output.status.success() {
            // A GPU's memory is not the process's.
            assert!(refused > 0 || !text.contains("this adapter is software"), "{kibibytes} KiB are enough: {text}");
            return;
        }
        assert!(output.status.code() == Some(4) && !text.contains("panicked"), "{kibibytes} KiB: {text}");
        assert!(!out.exists(), "{kibibytes} KiB: {text}");
        refused += u32::from(text.contains("has no memory left for") && text.contains("take a smaller train.batch"));
        if refused > 3 {
            return;
        }
    }
    panic!("nothing was ever enough, and what was missing was not said");
}
