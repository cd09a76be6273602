//! `gander bench`: figures that add up, files, and errors.

use crate::{assert_fails, gander, run};
use std::process::Output;

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", crate::said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_figures_of_a_small_game_are_written_and_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let (json, plot) = (folder.path().join("bench.json"), folder.path().join("bench.png"));
    let out = gander()
        .args(["bench", "gaussian-1d", "--adapter", "host", "--replays", "3", "--startup", "--json"])
        .arg(&json)
        .arg("--plot")
        .arg(&plot)
        .output();
    let out = printed(&out.unwrap());
    for line in ["measured peak", "matmul_nn + bias", "iteration", "memory, planned", "first iteration"] {
        assert!(out.contains(line), "no `{line}` in {out}");
    }
    let figures: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let bench = &figures[0];
    let kernels = bench["kernels"].as_array().unwrap();
    let sum: u64 = kernels.iter().map(|kernel| kernel["flops"].as_u64().unwrap()).sum();
    assert_eq!(sum, bench["flops"].as_u64().unwrap(), "every operation of the iteration belongs to a kernel");
    let dispatches: u64 = kernels.iter().map(|kernel| kernel["dispatches"].as_u64().unwrap()).sum();
    assert_eq!(dispatches, bench["iteration"]["dispatches"].as_u64().unwrap());
    let total = |memory: &str| bench[memory].as_array().unwrap().iter().map(|part| part[1].as_u64().unwrap()).sum::<u64>();
    assert_eq!(total("planned"), total("allocated"), "the host takes what was planned");
    assert!(std::fs::read(&plot).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn several_games_are_listed_side_by_side_and_their_growth_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("growth.png");
    let out =
        gander().args(["bench", "gaussian-1d", "--adapter", "host", "--replays", "0", "--batch", "10,100", "--plot"]).arg(&plot).output();
    assert!(printed(&out.unwrap()).contains("ms at peak"));
    assert!(std::fs::read(&plot).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn the_adapter_is_checked_against_the_twin() {
    let out = printed(&run(&["bench", "ring", "--check"]));
    assert!(out.contains("buffers agree with the twin in f64"), "{out}");
}

#[test]
fn absurd_wishes_are_refused() {
    assert_fails(&run(&["bench", "gaussian-1d", "--adapter", "host", "--batch", "0"]), 2, &["train.batch", "0"]);
    assert_fails(&run(&["bench", "gaussian-1d", "--adapter", "host", "--replays", "0", "--plot", "x.png"]), 2, &["--plot", "--replays 0"]);
    assert_fails(&run(&["bench", "gaussian-1d", "--width", "0"]), 2, &["--width"]);
    assert_fails(&run(&["bench", "mnist", "--width", "65536"]), 2, &["generator.layers[1]", "4294967296"]);
}
