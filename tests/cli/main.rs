//! The command line, as a user meets it: real runs of tiny games on the host twin, and every way to go wrong.

mod bench;
mod compare;
mod conditional;
#[cfg(target_os = "linux")]
mod disk;
mod doctor;
mod errors;
mod eval;
mod export;
mod figures;
mod inverse;
mod lifecycle;
mod listings;
mod losses;
mod not_finite;
mod own_data;
mod report;
mod scarcity;
mod semi;
#[cfg(target_os = "linux")]
mod stops;
mod tensorboard;
mod together;

use std::path::Path;
use std::process::{Command, Output};

/// A game so small that an iteration takes no time.
const TINY: [&str; 14] = [
    "--adapter",
    "host",
    "--set",
    "generator.layers.0.units=8",
    "--set",
    "generator.layers.1.units=8",
    "--set",
    "discriminator.layers.0.units=4",
    "--set",
    "train.batch=16",
    "--set",
    "report.samples=20",
    "--set",
    "report.checkpoint_every=10",
];

/// The program, with nothing of this machine's settings.
fn gander() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gander"));
    command.env_remove("GANDER_ADAPTER").env_remove("GANDER_DATA");
    command
}

/// Runs to the end.
fn run(arguments: &[&str]) -> Output {
    gander().args(arguments).output().expect("the binary was built for this test")
}

/// `gander train ring` in miniature.
fn train(out: &Path, more: &[&str]) -> Output {
    gander().args(["train", "ring", "--out"]).arg(out).args(TINY).args(more).output().expect("the binary was built for this test")
}

/// What was said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts that a command failed with this code, naming all of these.
#[track_caller]
fn assert_fails(output: &Output, code: i32, names: &[&str]) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.starts_with("error: ") || code == 130, "{text}");
    for name in names {
        assert!(text.contains(name), "`{name}` is not in: {text}");
    }
}

/// The iterations in metrics.csv, in their order.
fn iterations(run: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(run.join("metrics.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect()
}
