//! `gander semi`, in miniature: few labels with the help of a game, beside the labels alone.

use crate::{assert_fails, gander, said, train};
use std::fs;
use std::path::Path;
use std::process::Output;

fn semi(game: &str, arguments: &[&str]) -> Output {
    gander().args(["semi", game, "--adapter", "host"]).args(arguments).output().unwrap()
}

/// A run of a preset, its nets narrowed.
fn trained(preset: &str, out: &Path) {
    let mut command = gander();
    command.args(["train", preset, "--out"]).arg(out).args(crate::TINY).args(["--iterations", "4"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// Rows of the table, by their first words.
fn rows<'a>(table: &'a str, labels: &str) -> Vec<&'a str> {
    table.lines().map(str::trim_start).filter(|line| line.starts_with(labels)).collect()
}

#[test]
fn every_way_is_judged_for_every_number_of_labels_and_nothing_is_trained_twice() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    assert!(train(&run, &["--iterations", "10"]).status.success());
    let (run, json) = (run.to_str().unwrap(), folder.path().join("found.json"));
    let few = ["--subsets", "2", "--iterations", "20", "--labels", "16,32", "--json", json.to_str().unwrap()];
    let first = semi(run, &few);
    let table = String::from_utf8(first.stdout.clone()).unwrap();
    assert!(
        first.status.success() && table.contains("test examples of `ring`") && table.contains("iteration 10, 20 iterations"),
        "{table}{}",
        said(&first)
    );
    for labels in ["16 ", "32 "] {
        let rows = rows(&table, labels);
        let ways = ["labels alone", "D's features", "features frozen", "game goes on"];
        assert!(rows.len() == 4 && rows.iter().zip(ways).all(|(row, way)| row.contains(way) && row.contains(" ± ")), "{table}");
        assert!(rows.iter().skip(1).all(|row| row.matches(" ± ").count() == 2), "a difference to labels alone: {table}");
    }
    for file in ["semi.png", "semi.svg"] {
        assert!(Path::new(run).join("semi").join(file).is_file(), "{file} is missing");
    }
    let found: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!((found["rows"].as_array().unwrap().len(), &found["rows"][1]["way"]), (8, &"features".into()));
    let kept = Path::new(run).join("semi/semi.json");
    let before = fs::metadata(&kept).unwrap().modified().unwrap();
    assert_eq!(semi(run, &few).stdout, first.stdout);
    assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), before, "all of it was known");
    // One subset more, and one way only: what is known stays, and what is not asked for is not shown.
    let more = semi(run, &["--subsets", "3", "--iterations", "20", "--labels", "16", "--ways", "alone"]);
    let text = String::from_utf8(more.stdout.clone()).unwrap();
    assert!(rows(&text, "16 ").len() == 1 && rows(&text, "32 ").is_empty() && text.contains("  3  "), "{text}{}", said(&more));
    let outcomes: serde_json::Value = serde_json::from_slice(&fs::read(&kept).unwrap()).unwrap();
    assert_eq!(outcomes["outcomes"].as_array().unwrap().len(), 2 * 2 * 4 + 1);
    let other = semi(run, &["--subsets", "1", "--iterations", "21", "--labels", "16", "--ways", "alone"]);
    assert!(other.status.success() && said(&other).contains("trained anew"), "{}", said(&other));
    let damaged =
        fs::write(&kept, "{").map(|()| semi(run, &["--subsets", "1", "--iterations", "21", "--labels", "16", "--ways", "alone"])).unwrap();
    assert_eq!(damaged.stdout, other.stdout);
}

#[test]
fn a_preset_is_trained_first_and_its_game_taken_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let settings = crate::TINY.into_iter().filter(|word| !["--adapter", "host"].contains(word)).collect::<Vec<_>>();
    let few = [
        "--set",
        "train.iterations=10",
        "--subsets",
        "2",
        "--iterations",
        "10",
        "--labels",
        "16",
        "--validate",
        "--out",
        out.to_str().unwrap(),
    ];
    let arguments = [&settings[..], &few[..]].concat();
    let first = semi("ring", &arguments);
    let table = String::from_utf8(first.stdout.clone()).unwrap();
    assert!(first.status.success() && table.contains("validation examples of `ring`"), "{table}{}", said(&first));
    assert!(out.join("game/config.toml").is_file() && out.join("semi.png").is_file());
    assert_eq!(semi("ring", &arguments).stdout, first.stdout);
}

#[test]
fn what_cannot_be_learnt_is_refused_with_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let [ring, told] = ["ring", "digits-conditional"].map(|preset| {
        trained(preset, &path(preset));
        path(preset).to_str().unwrap().to_string()
    });
    assert_fails(&semi(&ring, &["--labels", "100"]), 2, &["each of the 8 classes of `ring`", "take 96 or 104"]);
    assert_fails(&semi(&ring, &["--labels", "16,8000000"]), 3, &["class 0 of `ring` has", "take at most"]);
    assert_fails(&semi(&ring, &["--set", "train.k=2"]), 2, &["--set train.k=2", "is a run already"]);
    assert_fails(&semi(&ring, &["--labels", "16", "--at", "3"]), 2, &["no checkpoint of iteration 3", "there are: 0, 4"]);
    assert_fails(&semi(&told, &[]), 2, &["is told 10 classes beside x", "name a run without them"]);
    let out = path("never");
    assert_fails(&semi("gaussian-1d", &["--out", out.to_str().unwrap()]), 3, &["`gaussian-1d` has no labels"]);
    assert!(!out.exists(), "no game was trained");
    assert_fails(&semi("rong", &[]), 2, &["no preset `rong`", "did you mean `ring`"]);
    assert!(!path("ring").join("semi").exists(), "nothing was trained");
}
