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
    // As in `mnist-conditional`: labels with units of their own, and dropout in G; and first weights so large that every z is another picture.
    let own = [
        "generator.layers.0.irange=2.0",
        "generator.layers.0.label_units=6",
        "generator.layers.1.keep=0.5",
        "discriminator.layers.0.label_units=3",
        "prior.noise=hypercube",
    ];
    let own = own.map(|setting| ["--set", setting]).concat();
    assert!(train(&whole, &[&own[..], &["--iterations", "12"]].concat()).status.success());
    assert!(train(&halves, &[&own[..], &["--iterations", "5"]].concat()).status.success());
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
    ways_lead_through_classes(&whole);
    networks_come_back_with_their_blocks(&whole);
}

/// Ways within classes and ways between them; all begin at the same z.
fn ways_lead_through_classes(run: &Path) {
    let picture = run.join("figures/figure-3.png");
    let figure = |more: &[&str]| {
        let mut command = gander();
        command.args(["figure", "3"]).arg(run).args(["--adapter", "host", "--rows", "2", "--columns", "3"]).args(more).output().unwrap()
    };
    let drawn = |more: &[&str]| {
        let output = figure(more);
        assert!(output.status.success(), "{}", said(&output));
        image::open(&picture).unwrap().into_rgb8()
    };
    let cell = |sheet: &image::RgbImage, [row, column]: [u32; 2]| {
        image::imageops::crop_imm(sheet, 2 + 58 * column, 2 + 58 * row, 56, 56).to_image().into_raw()
    };
    let [within, round, between, other] =
        [&["--class", "3"][..], &["--class", "3", "--spherical"], &["--through", "3,8"], &["--through", "8,3"]].map(drawn);
    for row in [0, 1] {
        assert!(cell(&within, [row, 0]) == cell(&between, [row, 0]), "both begin at the same z, as a 3");
        assert!(cell(&round, [row, 2]) == cell(&within, [row, 2]), "both end at the same z, as a 3: the label is nothing to go round");
        assert!(cell(&between, [row, 0]) == cell(&other, [row, 2]), "there and back are one way");
        assert!(cell(&between, [row, 0]) != cell(&between, [row, 2]), "3 and 8 are two pictures of one z");
        assert!(cell(&within, [row, 0]) != cell(&within, [row, 2]), "z goes where the label stays");
    }
    assert!(drawn(&[]) != within, "each row has a class of its own");
    assert_fails(&figure(&["--through", "3,10"]), 2, &["--through 10", "0 to 9"]);
    assert_fails(&figure(&["--through", "3"]), 2, &["--through 3 names one class", "--class 3"]);
}

/// Exported, imported, and refused where the label reaches further than the configuration says.
fn networks_come_back_with_their_blocks(run: &Path) {
    let [file, changed] = ["whole.safetensors", "changed.safetensors"].map(|name| run.join(name));
    let exported = gander().arg("export").arg(run).arg("--out").arg(&file).output().unwrap();
    assert!(exported.status.success(), "{}", said(&exported));
    let import = |file: &Path, out: &str| gander().arg("import").arg(file).arg("--out").arg(run.join(out)).output().unwrap();
    assert!(import(&file, "back").status.success());
    let mut tensors = gander::tensor_file::load(&file).unwrap();
    // The first unit of z, and the last number that G takes in: the label's.
    let weights = tensors.tensors.get_mut("generator.0.weight").unwrap();
    assert_eq!((&weights.shape[..], weights.values[109]), (&[14, 110][..], 0.0));
    weights.values[109] = 0.5;
    let metadata = tensors.metadata.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    gander::tensor_file::save(&changed, &metadata, &tensors.tensors).unwrap();
    assert_fails(&import(&changed, "other"), 5, &["`generator.0.weight` lets the label reach units that do not see it", "label_units"]);
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
    let ways =
        gander().args(["figure", "3"]).arg(folder.path().join("ring")).args(["--adapter", "host", "--through", "0,1"]).output().unwrap();
    assert_fails(&ways, 2, &["--through", "told no classes"]);
}

#[test]
fn an_evaluation_tells_how_often_samples_are_what_was_asked_for_and_how_likely_each_class_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    assert!(train(&out, &["--iterations", "3"]).status.success());
    keep_a_quick_classifier(&gander::data::open(&DataConfig::named("digits", 1), None).unwrap(), folder.path());
    let eval = |more: &[&str]| {
        let mut command = gander();
        command
            .arg("eval")
            .arg(&out)
            .args(["--adapter", "host", "--count", "200", "--only", "modes,parzen", "--no-calibration", "--classifiers"])
            .arg(folder.path());
        command.args(more).output().unwrap()
    };
    let output = eval(&[]);
    assert!(output.status.success(), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in ["% of samples are what G was told", "these, by the example's class", "training examples, by class", "  class 9  "] {
        assert!(told.contains(line), "`{line}` is not in {told}");
    }
    let json: serde_json::Value = serde_json::from_slice(&bytes(&out.join("eval.json"))).unwrap();
    assert_eq!(json["modes"]["told"]["by_class"].as_array().unwrap().len(), 10);
    let classes = json["by_class"]["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 10);
    // 20 samples of each class, and among them all test examples.
    assert!(classes.iter().all(|class| class["score"]["samples"] == 20 && class["training_examples"]["samples"] == 20), "{classes:?}");
    assert_eq!(json["by_class"]["test"]["count"], json["parzen"]["test"]["count"]);
    let perfect = |of: &str| json["by_class"][of]["mean"].as_f64().unwrap();
    assert!(perfect("training_examples") > perfect("test"), "three iterations do not make examples: {json}");
    assert_fails(&eval(&["--critic", "3"]), 2, &["--critic", "train.conditional"]);
}
