//! The paper's figures, in miniature.

use crate::{assert_fails, gander, said, train};
use std::path::Path;

fn figure(arguments: &[&str], run: &Path) -> std::process::Output {
    gander().arg("figure").args(arguments).arg(run).args(["--adapter", "host"]).output().unwrap()
}

/// Width and height of a PNG, from its header.
fn size(path: &Path) -> [u32; 2] {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(bytes.starts_with(b"\x89PNG"));
    [16, 20].map(|at| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()))
}

#[test]
fn neighbours_stand_in_a_column_of_their_own_and_ways_in_rows() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("digits");
    let trained = gander().args(["train", "digits", "--out"]).arg(&out).args(crate::TINY).args(["--iterations", "3"]).output().unwrap();
    assert!(trained.status.success(), "{}", said(&trained));
    let two = figure(&["2", "--rows", "2", "--columns", "3"], &out);
    assert!(two.status.success(), "{}", said(&two));
    assert_eq!(size(&out.join("figures/figure-2.png")), [2 + 4 * 58, 2 + 2 * 58]);
    for way in [&["3", "--rows", "2", "--columns", "5"][..], &["3", "--rows", "2", "--columns", "5", "--spherical"]] {
        let three = figure(way, &out);
        assert!(three.status.success(), "{}", said(&three));
        assert_eq!(size(&out.join("figures/figure-3.png")), [2 + 5 * 58, 2 + 2 * 58]);
    }
}

#[test]
fn ways_of_points_are_points_and_neighbours_of_points_are_no_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "10"]).status.success());
    assert!(figure(&["3"], &out).status.success());
    assert!(size(&out.join("figures/figure-3.png"))[0] > 600);
    assert_fails(&figure(&["2"], &out), 2, &["`ring`", "no pictures"]);
    assert_fails(&figure(&["2", "--at", "7"], &out), 2, &["no checkpoint of iteration 7"]);
}

#[test]
fn figure_1_is_drawn_of_a_game_on_a_line_and_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["--set", "train.batch=16", "--set", "train.k=1"];
    let out = folder.path().join("trained.png");
    let mut command = gander();
    command.args(["figure", "1", "--adapter", "host", "--frames", "3", "--set", "train.iterations=20"]).args(small);
    let trained = command.arg("--out").arg(&out).output().unwrap();
    assert!(trained.status.success(), "{}", said(&trained));
    assert!(size(&out)[0] > 1000 && std::fs::read(out.with_extension("gif")).unwrap().starts_with(b"GIF89a"));
    let text = String::from_utf8(trained.stdout).unwrap();
    assert!(text.contains("(a) iteration") && text.contains("(d) iteration 20:") && text.contains("3 frames"), "{text}");
    let extending = gander().args(["figure", "1", "--adapter", "host", "--set", "generator.extends=runs/x"]).output().unwrap();
    assert_fails(&extending, 2, &["generator.extends = \"runs/x\" has not been followed", "`gander train`"]);
    let run = folder.path().join("line");
    let line = gander().args(["train", "gaussian-1d", "--adapter", "host", "--iterations", "10", "--out"]).arg(&run).args(small).output();
    assert!(line.unwrap().status.success());
    assert!(figure(&["1"], &run).status.success());
    assert!(size(&run.join("figures/figure-1.png"))[0] > 1000);
    let ring = folder.path().join("ring");
    assert!(train(&ring, &["--iterations", "10"]).status.success());
    assert_fails(&figure(&["1"], &ring), 2, &["an example has 2 numbers", "gaussian-1d"]);
}
