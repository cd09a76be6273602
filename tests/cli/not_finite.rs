//! Games whose numbers leave the finite: the run goes back, says why, and stops or goes on more slowly.

use crate::{assert_fails, gander, iterations, said, train};
use gander::checkpoint::Checkpoint;
use std::fs;
use std::path::Path;

/// D learns at this rate from beginning to end.
fn at_rate(out: &Path, rate: &str, more: &[&str]) -> std::process::Output {
    let set = ["learning_rate", "min_learning_rate"].map(|key| format!("discriminator.optimizer.{key}={rate}"));
    train(out, &[&["--iterations", "60", "--set", &set[0], "--set", &set[1], "--set", "report.monitor_every=20"], more].concat())
}

/// A rate at which D blows up, where a few halves of it do; and one at which it blows up at once, whatever is halved five times.
const TOO_HIGH: [&str; 2] = ["6.0", "1e30"];

#[test]
fn a_game_that_blows_up_stops_at_its_last_good_checkpoint_and_says_what_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let run = at_rate(&out, TOO_HIGH[1], &["--quiet"]);
    let path = out.display().to_string();
    let named =
        ["not finite", "the run stands at iteration 0", "try a lower learning rate: --set discriminator.optimizer.learning_rate=", &path];
    assert_fails(&run, 7, &named);
    let log = fs::read_to_string(out.join("run.log")).unwrap();
    for told in ["this is where it began: in iteration", "as `", "dispatch", "max_col_norm=", "--set train.recipe=code-2014"] {
        assert!(log.contains(told), "`{told}` is not in:\n{log}");
    }
    assert_eq!(iterations(&out), [0; 0], "metrics are rewound to the checkpoint");
    assert!(Checkpoint::load(&out.join("checkpoints/000000.safetensors")).is_ok());
}

#[test]
fn a_run_that_may_retry_goes_on_at_half_the_rates_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let run = at_rate(&out, TOO_HIGH[0], &["--on-nan", "retry"]);
    assert!(run.status.success(), "{}", said(&run));
    assert!(said(&run).contains("halves both learning rates"), "{}", said(&run));
    assert_eq!(iterations(&out), (1..=60).collect::<Vec<_>>());
    let config: toml::Table = fs::read_to_string(out.join("config.toml")).unwrap().parse().unwrap();
    let retried = config["retried"].as_array().unwrap().len();
    let rate = config["discriminator"]["optimizer"]["learning_rate"].as_float().unwrap();
    let whole: f64 = TOO_HIGH[0].parse().unwrap();
    assert!((1..=5).contains(&retried) && (rate * f64::from(1 << retried) / whole - 1.0).abs() < 1e-6, "{rate} after {retried}");
    // A resume keeps the rates; the page tells of them; a new run by the same file has gone back nowhere.
    let resumed = gander().arg("resume").arg(&out).args(["--adapter", "host", "--iterations", "70"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    let again: toml::Table = fs::read_to_string(out.join("config.toml")).unwrap().parse().unwrap();
    assert_eq!((&again["retried"], &again["discriminator"]), (&config["retried"], &config["discriminator"]));
    assert!(gander().arg("report").arg(&out).output().unwrap().status.success());
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("learning rates halved") && page.contains("was not finite"));
    let anew = folder.path().join("anew");
    let config = out.join("config.toml");
    assert!(gander().arg("train").arg(&config).arg("--out").arg(&anew).args(["--adapter", "host"]).output().unwrap().status.success());
    assert!(!fs::read_to_string(anew.join("config.toml")).unwrap().contains("retried"));
}

#[test]
fn five_retries_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let run = at_rate(&out, TOO_HIGH[1], &["--on-nan", "retry", "--quiet"]);
    assert_fails(&run, 7, &["halved 5 times, and that is enough", "the run stands at iteration 0"]);
    assert_eq!(fs::read_to_string(out.join("config.toml")).unwrap().matches("[[retried]]").count(), 5);
}
