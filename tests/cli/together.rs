//! Several games at once: each leaves what it leaves alone, on the first adapter there is and on the host.

use crate::lifecycle::{await_file, bytes};
use crate::{TINY, assert_fails, gander, said};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `gander train ring` in miniature, without an adapter, and with readings of the monitor.
fn training(out: &Path, more: &[&str]) -> Command {
    let mut command = gander();
    command.args(["train", "ring", "--set", "report.monitor_every=20", "--out"]).arg(out).args(&TINY[2..]).args(more);
    command
}

fn train(out: &Path, more: &[&str]) -> Output {
    let output = training(out, more).output().expect("the binary was built for this test");
    assert!(output.status.success(), "{}", said(&output));
    output
}

const RATES: &str = "generator.optimizer.learning_rate=0.02,0.05";

/// The folders of two seeds at two rates.
fn four(out: &Path) -> [PathBuf; 4] {
    ["learning_rate=0.02/seed-1", "learning_rate=0.02/seed-2", "learning_rate=0.05/seed-1", "learning_rate=0.05/seed-2"]
        .map(|own| out.join(own))
}

/// The last of them alone.
const LAST: [&str; 4] = ["--seed", "2", "--set", "generator.optimizer.learning_rate=0.05"];

fn assert_same(alone: &Path, together: &Path) {
    for file in ["config.toml", "metrics.csv", "monitor.csv", "checkpoints/000030.safetensors", "best.safetensors", "samples/000030.png"] {
        assert!(bytes(&alone.join(file)) == bytes(&together.join(file)), "{file} of {} differs", together.display());
    }
}

#[test]
fn each_of_several_games_leaves_what_it_leaves_alone() {
    for adapter in ["auto", "host"] {
        let folder = tempfile::tempdir().unwrap();
        let (alone, together) = (folder.path().join("alone"), folder.path().join("together"));
        let more = ["--iterations", "30", "--adapter", adapter];
        train(&alone, &[&LAST[..], &more].concat());
        let output = train(&together, &[&["--replicas", "2", "--vary", RATES][..], &more].concat());
        let four = four(&together);
        assert_same(&alone, &four[3]);
        let last = |run: &Path| bytes(&run.join("metrics.csv"));
        assert!((0..3).all(|one| last(&four[one]) != last(&four[3])), "other seeds and rates, other games");
        let text = said(&output);
        assert!(text.contains("4 games at once") && text.matches("iteration 30, loss of D").count() == 4, "{text}");
    }
}

#[test]
fn games_that_stop_together_go_on_together() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, together) = (folder.path().join("alone"), folder.path().join("together"));
    train(&alone, &[&LAST[..], &["--iterations", "30"]].concat());
    train(&together, &["--replicas", "2", "--vary", RATES, "--iterations", "15"]);
    let resumed = gander().arg("resume").args(four(&together)).args(["--iterations", "30"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    // How far it was to go stands in its configuration, and a sheet shows where it was stopped.
    let last = &four(&together)[3];
    assert_same(&alone, last);
    assert!(last.join("samples/000015.png").exists());
}

/// Games that lose their device go on, each on a device of its own.
#[test]
fn games_that_lose_their_device_end_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, together) = (folder.path().join("alone"), folder.path().join("together"));
    train(&alone, &[&LAST[..], &["--iterations", "30"]].concat());
    let output = train(&together, &["--replicas", "2", "--vary", RATES, "--iterations", "30", "--lose-device-after", "900"]);
    assert_same(&alone, &four(&together)[3]);
    assert!(said(&output).contains("sets the game up again"), "{}", said(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn one_signal_saves_all_games_and_stops_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let mut command = crate::stops::gander();
    command.args(["train", "ring", "--out"]).arg(&out).args(TINY).args(["--iterations", "1000000", "--replicas", "2", "--quiet"]);
    let child = command.spawn().unwrap();
    let runs = [1, 2].map(|seed| out.join(format!("seed-{seed}")));
    runs.iter().for_each(|run| await_file(&run.join("checkpoints/000010.safetensors")));
    crate::stops::send("-INT", child.id());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    for run in runs {
        let log = String::from_utf8(bytes(&run.join("run.log"))).unwrap();
        assert!(log.contains("and saved; go on with"), "{log}");
    }
}

#[test]
fn what_cannot_be_played_at_once_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let attempt = |more: &[&str]| training(&out, &[&["--adapter", "host"], more].concat()).output().unwrap();
    let names = ["units=4/seed-1 and", "units=8/seed-1 are not the same steps", "gander compare"];
    assert_fails(&attempt(&["--vary", "generator.layers.0.units=4,8"]), 2, &names);
    assert_fails(&attempt(&["--vary", "data.seed=1,2"]), 2, &["are trained on different data"]);
    assert_fails(&attempt(&["--vary", "prior.noise"]), 2, &["there is no `=`"]);
    assert!(!out.exists());
    assert_eq!(attempt(&["--replicas", "0"]).status.code(), Some(2));
}
