//! Devices that are lost while a run is under way: for real, behind a kernel that a seed picks.

use crate::{TINY, assert_fails, gander, said};
use gander::random::threefry2x32;
use std::fs;
use std::path::Path;
use std::process::Output;

/// Runs that lose their device. `GANDER_LOSSES=100` tries many.
fn losses() -> u32 {
    std::env::var("GANDER_LOSSES").map_or(3, |count| count.parse().expect("GANDER_LOSSES is a number"))
}

/// Kernels that a run of [`train`] has at least in all, and behind its last checkpoint but one.
const KERNELS: [u32; 2] = [1500, 500];

/// `gander train ring` in miniature, on the first adapter there is.
fn train(out: &Path, more: &[&str]) -> Output {
    let mut command = gander();
    command.args(["train", "ring", "--iterations", "30", "--set", "report.monitor_every=20", "--out"]).arg(out);
    command.args(&TINY[2..]).args(more).output().expect("the binary was built for this test")
}

#[test]
fn a_run_that_loses_its_device_ends_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let first = train(&whole, &[]);
    assert!(first.status.success(), "{}", said(&first));
    for number in 0..losses() {
        let [first, second] = threefry2x32([7, 1], [number, 0]);
        let kernels = format!("{},{}", first % KERNELS[0], second % KERNELS[1]);
        let out = folder.path().join(&kernels);
        let run = train(&out, &["--lose-device-after", &kernels]);
        assert!(run.status.success(), "{kernels}: {}", said(&run));
        assert_eq!(said(&run).matches("sets the game up again").count(), 2, "{kernels}: {}", said(&run));
        for file in ["metrics.csv", "monitor.csv", "checkpoints/000030.safetensors", "best.safetensors", "samples/000030.png"] {
            assert!(fs::read(whole.join(file)).unwrap() == fs::read(out.join(file)).unwrap(), "{file} differs behind {kernels}");
        }
        fs::remove_dir_all(out).unwrap();
    }
    println!("{} runs lost their device twice each; all ended bit-equal to the undisturbed one", losses());
}

#[test]
fn the_fourth_loss_within_an_hour_ends_the_run_and_what_was_saved_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert_fails(&train(&out, &["--lose-device-after", "900,70,0,80"]), 4, &["loss number 4 within an hour", "3 are survived"]);
    let resumed = gander().arg("resume").arg(&out).args(["--adapter", "host"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
}

#[test]
fn a_run_goes_on_where_it_was_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let run = train(&out, &["--lose-device-after", "900", "--fallback", "host"]);
    assert!(run.status.success(), "{}", said(&run));
    assert!(said(&run).contains("training on host twin") && said(&run).contains("not bit-equal"), "{}", said(&run));
    let lost = folder.path().join("lost");
    assert_fails(&train(&lost, &["--lose-device-after", "900", "--fallback", "abacus"]), 4, &["no adapter matches \"abacus\""]);
    assert!(lost.join("checkpoints/000010.safetensors").is_file());
}
