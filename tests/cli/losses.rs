//! Devices that are lost while a run is under way: for real, behind a kernel that a seed picks.

use crate::lifecycle::await_file;
use crate::{TINY, assert_fails, gander, said};
use gander::random::threefry2x32;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs that lose their device. `GANDER_LOSSES=100` tries many.
fn losses() -> u32 {
    std::env::var("GANDER_LOSSES").map_or(3, |count| count.parse().expect("GANDER_LOSSES is a number"))
}

/// Kernels that a run of [`train`] has at least in all, and behind its last checkpoint but one.
const KERNELS: [u32; 2] = [1500, 500];

/// `gander train ring` in miniature, on the first adapter there is.
fn training(out: &Path, more: &[&str]) -> Command {
    let mut command = gander();
    command.args(["train", "ring", "--set", "report.monitor_every=20", "--out"]).arg(out);
    command.args(&TINY[2..]).args(more);
    command
}

/// The same, to its end.
fn train(out: &Path, more: &[&str]) -> Output {
    training(out, more).args(["--iterations", "30"]).output().expect("the binary was built for this test")
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

/// Folders where Linux distributions have the descriptions of Vulkan drivers.
const DRIVERS: [&str; 2] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/// A driver that is uninstalled while it trains: its device is lost, and no other takes its place unasked.
#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_adapter_does_not_come_back_stops_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (drivers, out) = (folder.path().join("drivers"), folder.path().join("ring"));
    fs::create_dir(&drivers).unwrap();
    for file in DRIVERS.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten() {
        let file = file.unwrap();
        fs::copy(file.path(), drivers.join(file.file_name())).unwrap();
    }
    let mut command = training(&out, &["--lose-device-after", "20000", "--backend", "vulkan"]);
    let child = command.env("VK_DRIVER_FILES", &drivers).env("VK_ICD_FILENAMES", &drivers).args(["--iterations", "1000000"]);
    let child = child.stderr(std::process::Stdio::piped()).spawn().unwrap();
    await_file(&out.join("checkpoints/000010.safetensors"));
    fs::remove_dir_all(&drivers).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("does not come back") && text.contains(&format!("gander resume {}", out.display())), "{text}");
    let resumed = gander().arg("resume").arg(&out).args(["--adapter", "host", "--iterations", "40"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
}
