//! Runs that are watched and evaluated.

use crate::{assert_fails, gander, said, train};
use gander::classifier_cache;
use gander::data::Dataset;
use gander::eval::classifier::Recipe;
use gander::host::HostDevice;
use gander::plan::Recorder;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// `gander eval` on the host, with a cache folder of its own.
fn eval(run: &Path, more: &[&str]) -> Output {
    let cache = run.parent().unwrap().join("cache");
    gander().arg("eval").arg(run).args(["--adapter", "host"]).args(more).env("XDG_CACHE_HOME", cache).output().unwrap()
}

fn rows(path: &Path) -> Vec<Vec<f64>> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().skip(1).map(|line| line.split(',').map(|field| field.parse().unwrap()).collect()).collect()
}

#[test]
fn an_evaluation_prints_and_keeps_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "20"]).status.success());
    let first = eval(&out, &["--count", "500", "--folds", "4", "--audit", "50", "--only", "parzen,audit"]);
    assert!(first.status.success(), "{}", said(&first));
    let printed = String::from_utf8(first.stdout.clone()).unwrap();
    for line in ["these samples", "500 training examples", "100 centroids", "across 4 folds", "nearest training example"] {
        assert!(printed.contains(line), "`{line}` is not in {printed}");
    }
    let json: Value = serde_json::from_slice(&fs::read(out.join("eval.json")).unwrap()).unwrap();
    assert_eq!((json["subject"]["iteration"].as_u64(), json["parzen"]["samples"].as_u64()), (Some(20), Some(500)));
    assert_eq!(json["folds"]["scores"].as_array().map(Vec::len), Some(4));
    assert_eq!(json["audit"]["samples"].as_u64(), Some(50));
    let score = |row: &Value| row["test"]["mean"].as_f64().unwrap();
    let real = score(&json["calibration"][0]["score"]);
    assert!(real > score(&json["parzen"]), "twenty iterations are not as good as the data: {json}");
    // What was kept in the cache gives the same again, and it is where it was told to be.
    assert_eq!(eval(&out, &["--count", "500", "--folds", "4", "--audit", "50", "--only", "parzen,audit"]).stdout, first.stdout);
    assert_eq!(fs::read_dir(folder.path().join("cache/gander/calibration")).unwrap().count(), 1);
}

#[test]
fn a_critic_bounds_the_divergence_of_a_generator_that_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "10"]).status.success());
    let before = fs::read(out.join("checkpoints/000010.safetensors")).unwrap();
    let output = eval(&out, &["--only", "parzen", "--no-calibration", "--count", "2000", "--critic", "400"]);
    assert!(output.status.success(), "{}", said(&output));
    let json: Value = serde_json::from_slice(&fs::read(out.join("eval.json")).unwrap()).unwrap();
    // Ten iterations leave G in the middle of the ring, where no data are: a critic sees that.
    let bound = json["critic"]["jsd_at_least"].as_f64().unwrap();
    assert!(bound > 0.3 && bound < 2f64.ln(), "{json}");
    assert_eq!(fs::read(out.join("checkpoints/000010.safetensors")).unwrap(), before);
}

#[test]
fn the_theory_is_checked_in_short_and_what_does_not_pass_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (json, plot) = (folder.path().join("theory.json"), folder.path().join("theory.png"));
    let output = gander().args(["theory", "--quick", "--adapter", "host", "--json"]).arg(&json).arg("--plot").arg(&plot).output().unwrap();
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{printed}{}", said(&output));
    assert_eq!(printed.matches("pass  ").count(), 5, "{printed}");
    let found: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!((found["passed"].as_bool(), found["fixed"].as_array().map(Vec::len)), (Some(true), Some(2)));
    assert!(fs::read(plot).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn the_learning_curve_has_a_row_per_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "30", "--set", "report.keep=2"]).status.success());
    let output = eval(&out, &["--curve", "--count", "200", "--widen"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(rows(&out.join("parzen.csv")).iter().map(|row| row[0]).collect::<Vec<_>>(), [20.0, 30.0]);
    assert!(fs::read(out.join("parzen.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_run_is_watched_and_its_best_checkpoint_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, halves) = (folder.path().join("whole"), folder.path().join("halves"));
    let watched = ["--set", "report.monitor_every=8"];
    assert!(train(&whole, &[&["--iterations", "40"], &watched[..]].concat()).status.success());
    let readings = rows(&whole.join("monitor.csv"));
    assert_eq!(readings.iter().map(|row| row[0]).collect::<Vec<_>>(), [8.0, 16.0, 24.0, 32.0, 40.0]);
    let best = readings.iter().max_by(|a, b| a[1].total_cmp(&b[1])).unwrap();
    let checkpoint = gander::checkpoint::Checkpoint::load(&whole.join("best.safetensors")).unwrap();
    assert_eq!(checkpoint.iteration as f64, best[0]);
    let sampled =
        gander().args(["sample", "--at", "best", "--adapter", "host", "--out"]).arg(folder.path().join("a.png")).arg(&whole).output();
    assert!(sampled.unwrap().status.success());
    // Stopped between two readings and resumed, it reads the same.
    assert!(train(&halves, &[&["--iterations", "20"], &watched[..]].concat()).status.success());
    let resumed = gander().arg("resume").arg(&halves).args(["--adapter", "host", "--iterations", "40"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    for file in ["monitor.csv", "metrics.csv"] {
        assert_eq!(fs::read(whole.join(file)).unwrap(), fs::read(halves.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert_fails(&eval(&out, &[]), 2, &["is no folder"]);
    assert!(train(&out, &["--iterations", "10", "--set", "report.monitor_every=0"]).status.success());
    assert_fails(&eval(&out, &["--at", "7"]), 2, &["no checkpoint of iteration 7", "10"]);
    assert_fails(&eval(&out, &["--at", "best"]), 2, &["no best checkpoint", "report.monitor_every"]);
    assert_eq!(eval(&out, &["--at", "worst"]).status.code(), Some(2));
}

#[test]
fn a_reproduction_goes_on_where_it_stopped_and_trains_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("table1");
    let reproduce = |seeds: &str, iterations: &str| {
        let mut command = gander();
        command.args(["reproduce", "table1", "--preset", "ring", "--seeds", seeds, "--iterations", iterations, "--out"]).arg(&out);
        command.args(crate::TINY).output().unwrap()
    };
    let first = reproduce("1", "20");
    assert!(first.status.success(), "{}", said(&first));
    let metrics = out.join("seed-1/metrics.csv");
    let (written, kept) = (fs::metadata(&metrics).unwrap().modified().unwrap(), fs::read(&metrics).unwrap());
    let second = reproduce("2", "20");
    let printed = String::from_utf8(second.stdout.clone()).unwrap();
    assert!(second.status.success() && printed.contains("seed 2: ") && printed.contains("2 seeds; ± over seeds"), "{printed}");
    assert_eq!(
        (fs::metadata(&metrics).unwrap().modified().unwrap(), fs::read(&metrics).unwrap()),
        (written, kept),
        "seed 1 was trained again"
    );
    // Longer, it goes on from the checkpoint.
    assert!(reproduce("1", "30").status.success());
    assert_eq!(crate::iterations(&out.join("seed-1")), (1..=30).collect::<Vec<_>>());
    assert_fails(&reproduce_other(&out), 2, &["another configuration", "--out"]);
}

fn reproduce_other(out: &Path) -> Output {
    let mut command = gander();
    command.args(["reproduce", "table1", "--preset", "ring", "--set", "train.recipe=algorithm-1", "--iterations", "30", "--out"]).arg(out);
    command.args(crate::TINY).output().unwrap()
}

#[test]
fn samples_from_elsewhere_are_scored_as_a_runs_own() {
    let folder = tempfile::tempdir().unwrap();
    let (out, array, json) = (folder.path().join("ring"), folder.path().join("samples.npy"), folder.path().join("eval.json"));
    assert!(train(&out, &["--iterations", "20", "--set", "data.seed=0"]).status.success());
    let own = eval(&out, &["--count", "300", "--no-calibration", "--audit", "50"]);
    assert!(own.status.success(), "{}", said(&own));
    let written = gander().args(["sample", "--adapter", "host", "--count", "300", "--npy"]).arg(&array).arg(&out).output().unwrap();
    assert!(written.status.success(), "{}", said(&written));
    let mut command = gander();
    command.args(["eval", "--against", "ring", "--adapter", "host", "--no-calibration", "--audit", "50", "--samples"]).arg(&array);
    let scored = command.arg("--json").arg(&json).output().unwrap();
    assert!(scored.status.success(), "{}", said(&scored));
    let [own, theirs] = [out.join("eval.json"), json].map(|path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap());
    for key in ["parzen", "audit"] {
        assert_eq!(own[key], theirs[key], "{key}");
    }
    let missing = gander().args(["eval", "--samples"]).arg(&array).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("--against"), "{}", said(&missing));
}

#[test]
fn faces_are_scored_in_the_folds_of_their_database() {
    let folder = tempfile::tempdir().unwrap();
    let [data, out] = ["data", "run"].map(|name| folder.path().join(name));
    fs::create_dir_all(data.join("tfd")).unwrap();
    fs::write(data.join("tfd/TFD_48x48.mat"), include_bytes!("../mat/tfd.mat")).unwrap();
    let mut command = gander();
    command.args(["train", "mnist", "--iterations", "5", "--set", "data.set=tfd", "--set", "data.fold=2"]);
    command.args(["--set", "generator.layers.2.units=30"]).args(crate::TINY).arg("--data").arg(&data).arg("--out").arg(&out);
    let trained = command.output().unwrap();
    assert!(trained.status.success(), "{}", said(&trained));
    let scored = |more: &[&str]| {
        eval(&out, &[&["--only", "parzen", "--no-calibration", "--count", "50", "--data", data.to_str().unwrap()], more].concat())
    };
    let output = scored(&[]);
    assert!(output.status.success(), "{}", said(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("across 5 folds") && printed.contains("2057.0 ± 26.0"), "{printed}");
    let json: Value = serde_json::from_slice(&fs::read(out.join("eval.json")).unwrap()).unwrap();
    let means: Vec<f64> = json["folds"]["scores"].as_array().unwrap().iter().map(|score| score["test"]["mean"].as_f64().unwrap()).collect();
    // The run's own fold is one of the five, and others hold out other faces.
    assert_eq!((means.len(), means[2]), (5, json["parzen"]["test"]["mean"].as_f64().unwrap()));
    assert!(means.iter().filter(|mean| **mean == means[2]).count() == 1, "{means:?}");
    assert_eq!(json["folds"]["test"]["mean"].as_f64().unwrap(), means.iter().sum::<f64>() / 5.0);
    assert_fails(&scored(&["--folds", "3"]), 2, &["--folds 3", "5 folds of its own"]);

    // The curve's point is the same figure, across the same folds.
    let curve = eval(&out, &["--curve", "--count", "50", "--data", data.to_str().unwrap()]);
    assert!(curve.status.success(), "{}", said(&curve));
    let last = rows(&out.join("parzen.csv")).pop().unwrap();
    let scores = json["folds"]["scores"].as_array().unwrap();
    let mean = |key: &str| scores.iter().map(|score| score[key].as_f64().unwrap()).sum::<f64>() / 5.0;
    let test = |key: &str| json["folds"]["test"][key].as_f64().unwrap();
    assert_eq!(last, [5.0, mean("sigma"), mean("validation"), test("mean"), test("standard_error")]);

    // Other data have no such folds, and are not asked for the run's.
    let faces: Vec<f32> = (0..20 * 30).map(|i| (i % 251) as f32 / 251.0).collect();
    gander::data::npy::write(&data.join("faces.npy"), &[20, 5, 6], &faces).unwrap();
    let other = eval(&out, &["--only", "parzen", "--no-calibration", "--count", "50", "--data", data.join("faces.npy").to_str().unwrap()]);
    assert!(other.status.success(), "{}", said(&other));
    let printed = String::from_utf8(other.stdout).unwrap();
    assert!(printed.contains("faces.npy") && !printed.contains("folds"), "{printed}");
}

/// A set in MNIST's format: of each class pictures that are bright in a row of their own.
fn small_mnist(folder: &Path) {
    for (name, count) in [("train", 120_u8), ("t10k", 40)] {
        let header =
            |magic: u32, sizes: &[u32]| [&[magic][..], sizes].concat().iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        let mut images = header(2051, &[u32::from(count), 6, 6]);
        images.extend(
            (0..count).flat_map(|i| (0..36).map(move |pixel| if pixel / 6 == i % 4 { 200 + i % 50 } else { (i * 7 + pixel) % 60 })),
        );
        let mut labels = header(2049, &[u32::from(count)]);
        labels.extend((0..count).map(|i| i % 4));
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// Keeps a classifier where the published one would lie: trained for a moment only, because nothing here depends on how good it is.
pub fn keep_a_quick_classifier(dataset: &Dataset, folder: &Path) {
    let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let quick = Recipe { iterations: 30, ..Recipe::published() };
    let made = pollster::block_on(classifier_cache::ready(&mut device, &mut rec, dataset, &quick, Some(folder), &mut |_| ())).unwrap();
    assert!(made.trained && made.remark.is_none(), "{:?}", made.remark);
    fs::rename(
        folder.join(classifier_cache::file_name(dataset, &quick)),
        folder.join(classifier_cache::file_name(dataset, &Recipe::published())),
    )
    .unwrap();
}

#[test]
fn pictures_with_labels_are_looked_at_by_the_classifier_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [data, classifiers, out] = ["data", "classifiers", "run"].map(|name| folder.path().join(name));
    fs::create_dir(&data).unwrap();
    small_mnist(&data);
    keep_a_quick_classifier(&gander::data::mnist::read(&data, "mnist").unwrap(), &classifiers);
    let mut command = gander();
    command.args(["train", "mnist", "--iterations", "10", "--set", "generator.layers.2.units=36", "--data"]).arg(&data);
    let trained = command.arg("--out").arg(&out).args(crate::TINY).output().unwrap();
    assert!(trained.status.success(), "{}", said(&trained));
    // A run goes on with data from a folder that is named.
    let moved = folder.path().join("moved");
    fs::rename(&data, &moved).unwrap();
    let mut command = gander();
    command.arg("resume").arg(&out).args(["--adapter", "host", "--iterations", "12", "--data"]).arg(&moved);
    let resumed = command.output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    assert_eq!(crate::iterations(&out), (1..=12).collect::<Vec<_>>());
    let [data, classifiers] = [&moved, &classifiers].map(|path| path.to_str().unwrap());
    let seen = eval(&out, &["--data", data, "--classifiers", classifiers, "--count", "100", "--only", "modes,manifold"]);
    assert!(seen.status.success(), "{}", said(&seen));
    assert!(!said(&seen).contains("trained a classifier"), "{}", said(&seen));
    let printed = String::from_utf8(seen.stdout).unwrap();
    for text in
        ["gander's own classifier (error on test examples ", "not an Inception score", "not FID", "In pixels, 20 points", "In features"]
    {
        assert!(printed.contains(text), "`{text}` is not in {printed}");
    }
    assert!(!printed.contains("Parzen"), "only what was asked for: {printed}");
    let json: Value = serde_json::from_slice(&fs::read(out.join("eval.json")).unwrap()).unwrap();
    let histogram = json["modes"]["samples"]["histogram"].as_array().unwrap();
    assert_eq!((histogram.len(), histogram.iter().map(|count| count.as_u64().unwrap()).sum::<u64>()), (4, 100));
    assert!(json["frechet"]["samples"].as_f64().unwrap() > json["frechet"]["held_out"].as_f64().unwrap(), "{json}");
    assert_eq!(json["spaces"].as_array().map(Vec::len), Some(2));
    assert!(json.get("parzen").is_none() && json.get("audit").is_none(), "{json}");
}

#[test]
fn points_in_the_plane_are_counted_and_need_no_classifier() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "20"]).status.success());
    let seen = eval(&out, &["--count", "500", "--only", "modes,manifold"]);
    assert!(seen.status.success(), "{}", said(&seen));
    let printed = String::from_utf8(seen.stdout).unwrap();
    for text in ["Modes of 500 samples", "of 8 (at least", "KL(data‖model)"] {
        assert!(printed.contains(text), "`{text}` is not in {printed}");
    }
    let json: Value = serde_json::from_slice(&fs::read(out.join("eval.json")).unwrap()).unwrap();
    let jsd = |of: &str| json["plane"][of]["jsd"].as_f64().unwrap();
    assert!(jsd("samples") > 10.0 * jsd("held_out"), "twenty iterations are not as good as the data: {json}");
    assert!(json.get("modes").is_none() && json.get("spaces").is_none() && !folder.path().join("cache/gander/classifiers").exists());
    assert_fails(&eval(&out, &["--only", "beauty"]), 2, &["beauty", "parzen"]);
}
