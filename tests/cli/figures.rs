//! The paper's second and third figure, in miniature.

use crate::{assert_fails, gander, said, train};
use std::path::Path;

const TINY_DIGITS: [&str; 12] = [
    "--adapter",
    "host",
    "--iterations",
    "3",
    "--set",
    "generator.layers.0.units=8",
    "--set",
    "generator.layers.1.units=8",
    "--set",
    "discriminator.layers.0.units=4",
    "--set",
    "train.batch=16",
];

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
    let trained = gander().args(["train", "digits", "--out"]).arg(&out).args(TINY_DIGITS).output().unwrap();
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
