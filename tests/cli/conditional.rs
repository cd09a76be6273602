//! Conditional games: trained, resumed, sampled by class, evaluated.

use crate::eval::keep_a_quick_classifier;
use crate::lifecycle::{bytes, resume};
use crate::{TINY, assert_fails, gander, iterations, run, said};
use gander::data::DataConfig;
use gander::data::npy::Numbers;
use std::path::Path;

/// A miniature of the preset, whose data have labels.
fn train(out: &Path, more: &[&str]) -> std::process::Output {
    let own = ["--set", "report.monitor_every=0", "--set", "report.samples_every=1000"];
    gander().args(["train", "digits-conditional", "--out"]).arg(out).args(TINY).args(own).args(more).output().unwrap()
}

fn sample(run: &Path, more: &[&str]) -> std::process::Output {
    gander().arg("sample").arg(run).args(["--adapter", "host", "--count", "20"]).args(more).output().unwrap()
}

#[test]
fn a_conditional_run_resumes_bit_for_bit_and_is_sampled_by_class() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, halves, array, sheet] = ["whole", "halves", "x.npy", "x.png"].map(|name| folder.path().join(name));
    assert!(train(&whole, &["--iterations", "12"]).status.success());
    assert!(train(&halves, &["--iterations", "5"]).status.success());
    let resumed = resume(&halves, &["--iterations", "12"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    for file in ["metrics.csv", "checkpoints/000012.safetensors", "samples/000012.png"] {
        assert!(bytes(&whole.join(file)) == bytes(&halves.join(file)), "{file}");
    }
    assert_eq!(iterations(&whole).len(), 12);
    let rows = |more: &[&str]| {
        let output = sample(&whole, &[&["--npy", array.to_str().unwrap(), "--out", sheet.to_str().unwrap()], more].concat());
        assert!(output.status.success(), "{}", said(&output));
        match gander::data::npy::read(&array).unwrap().numbers {
            Numbers::Reals(values) => values,
            bytes => panic!("samples are reals: {bytes:?}"),
        }
    };
    let (all, sevens, threes) = (rows(&[]), rows(&["--class", "7"]), rows(&["--class", "3"]));
    let row = |values: &[f32], i: usize| values[784 * i..784 * (i + 1)].to_vec();
    // Of twenty, numbers 14 and 15 are told 7: the same z with the same label is the same picture.
    assert_eq!(row(&all, 14), row(&sevens, 14));
    assert_ne!(row(&all, 13), row(&sevens, 13), "another label is another picture");
    assert_ne!(sevens, threes);
    assert_fails(&sample(&whole, &["--class", "10"]), 2, &["--class 10", "0 to 9"]);
}

#[test]
fn what_cannot_be_conditional_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let refused = |preset: &str, set: &str| run(&["train", preset, "--adapter", "host", "--set", set, "--out", out.to_str().unwrap()]);
    assert_fails(&refused("digits", "train.conditional=7"), 3, &["train.conditional is 7", "10 classes"]);
    assert_fails(&refused("gaussian-1d", "train.conditional=2"), 3, &["`gaussian-1d` has no labels"]);
    assert_fails(&refused("digits", "train.conditional=1"), 2, &["train.conditional is 1", "from 2 to 256"]);
    assert!(!out.exists(), "a run that cannot be begun leaves no folder");
    let plain = crate::train(&folder.path().join("ring"), &["--iterations", "3"]);
    assert!(plain.status.success());
    assert_fails(&sample(&folder.path().join("ring"), &["--class", "1"]), 2, &["told no classes"]);
}

#[test]
fn an_evaluation_tells_how_often_samples_are_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    assert!(train(&out, &["--iterations", "3"]).status.success());
    keep_a_quick_classifier(&gander::data::open(&DataConfig::named("digits", 1), None).unwrap(), folder.path());
    let eval = |more: &[&str]| {
        let mut command = gander();
        command.arg("eval").arg(&out).args(["--adapter", "host", "--count", "200", "--only", "modes", "--classifiers"]).arg(folder.path());
        command.args(more).output().unwrap()
    };
    let output = eval(&[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("% of samples are what G was told"), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&bytes(&out.join("eval.json"))).unwrap();
    assert_eq!(json["modes"]["told"]["by_class"].as_array().unwrap().len(), 10);
    assert_fails(&eval(&["--critic", "3"]), 2, &["--critic", "train.conditional"]);
}
