//! `gander compare`: several games and seeds, trained once and shown beside each other.

use crate::{assert_fails, gander, iterations, run, said};
use std::fs;
use std::path::Path;
use std::process::Output;

/// Two forms of G's loss, two seeds each, in miniature.
fn compare(out: &Path, more: &[&str]) -> Output {
    let mut command = gander();
    command.args([
        "compare",
        "ring",
        "--vary",
        "train.generator_loss=,minimax",
        "--seeds",
        "2",
        "--set",
        "report.monitor_every=20",
        "--out",
    ]);
    command.arg(out).args(crate::TINY).args(more).output().expect("the binary was built for this test")
}

#[test]
fn a_comparison_says_who_is_ahead_and_trains_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (out, json) = (folder.path().join("forms"), folder.path().join("forms.json"));
    let first = compare(&out, &["--iterations", "40", "--json", json.to_str().unwrap()]);
    let table = String::from_utf8(first.stdout.clone()).unwrap();
    assert!(first.status.success() && table.contains("generator_loss=minimax, seed 2: "), "{table}{}", said(&first));
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("generator_loss") && !line.contains("seed")).collect();
    assert!(rows.len() == 2 && rows.iter().all(|row| row.contains(" 40 ") && row.contains(" ± ")), "{table}");
    for file in ["comparison.png", "comparison.svg"] {
        assert!(out.join(file).is_file(), "{file} is missing");
    }
    let findings: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    let points = findings["arms"][1]["points"].as_array().unwrap();
    assert_eq!(points.iter().map(|point| point["iteration"].as_u64().unwrap()).collect::<Vec<_>>(), [20, 40]);
    assert!(points[1]["seconds"]["mean"].as_f64().unwrap() >= points[0]["seconds"]["mean"].as_f64().unwrap());
    let run = out.join("generator_loss=minimax/seed-2");
    let written = fs::metadata(run.join("metrics.csv")).unwrap().modified().unwrap();
    let second = compare(&out, &["--iterations", "40"]);
    assert_eq!(String::from_utf8(second.stdout).unwrap(), table);
    assert_eq!(fs::metadata(run.join("metrics.csv")).unwrap().modified().unwrap(), written, "it was trained again");
    // Seeds at once come to the same.
    let at_once = folder.path().join("at-once");
    let third = compare(&at_once, &["--iterations", "40", "--replicas", "2"]);
    assert!(third.status.success() && said(&third).contains("2 games at once"), "{}", said(&third));
    let metrics = |out: &Path| fs::read(out.join("generator_loss=minimax/seed-2/metrics.csv")).unwrap();
    assert!(metrics(&at_once) == metrics(&out), "seed 2 came to something else beside seed 1");
    // Longer, it goes on from the checkpoint; what it had read at the shorter end is told as before.
    assert!(compare(&out, &["--iterations", "60"]).status.success());
    assert_eq!(iterations(&run), (1..=60).collect::<Vec<_>>());
    assert_eq!(String::from_utf8(compare(&out, &["--iterations", "40"]).stdout).unwrap(), table);
    assert_fails(&compare(&out, &["--iterations", "60", "--set", "train.k=2"]), 2, &["another configuration", "--out"]);
}

#[test]
fn equal_time_stops_each_run_where_its_time_is_up() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("timed");
    let timed = ["--seconds", "0.2", "--set", "report.monitor_every=50", "--set", "report.checkpoint_every=100000"];
    let first = compare(&out, &timed);
    assert!(first.status.success(), "{}", said(&first));
    let counts: Vec<u64> = ["generator_loss=as-it-is", "generator_loss=minimax"]
        .into_iter()
        .flat_map(|arm| [1, 2].map(|seed| out.join(arm).join(format!("seed-{seed}"))))
        .map(|run| {
            let rows = fs::read_to_string(run.join("seconds.csv")).unwrap();
            let (iteration, seconds) = rows.lines().last().unwrap().split_once(',').unwrap();
            assert!(seconds.parse::<f64>().unwrap() >= 0.2, "{rows}");
            assert_eq!(iterations(&run).len().to_string(), iteration);
            iteration.parse().unwrap()
        })
        .collect();
    // The time is up: nothing is trained any more.
    let again = compare(&out, &timed);
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(counts[3], *iterations(&out.join("generator_loss=minimax/seed-2")).last().unwrap());
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_is_trained() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("none");
    assert_fails(&compare(&out, &["--set", "report.monitor_every=0"]), 2, &["report.monitor_every is 0", "--set report.monitor_every=200"]);
    assert_fails(&compare(&out, &["--vary", "prior.noise=gaussian,pink"]), 2, &["pink"]);
    assert_fails(&compare(&out, &["--vary", "prior.noise"]), 2, &["--vary prior.noise", "no `=`"]);
    assert_eq!(run(&["compare", "ring", "--seconds", "-1"]).status.code(), Some(2));
    assert!(!out.exists());
}
