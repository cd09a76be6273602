//! From x back to z, in miniature: `gander reconstruct` and `gander inpaint`.

use crate::{assert_fails, gander, said, train};
use std::path::Path;
use std::process::Output;

/// A run of a preset on the embedded digits, with two checkpoints.
fn digits(preset: &str, out: &Path) {
    trained(preset, out, &[]);
}

/// The same with more arguments.
fn trained(preset: &str, out: &Path, more: &[&str]) {
    let mut command = gander();
    command
        .args(["train", preset, "--out"])
        .arg(out)
        .args(crate::TINY)
        .args(["--set", "report.checkpoint_every=2", "--iterations", "4"])
        .args(more);
    let trained = command.output().unwrap();
    assert!(trained.status.success(), "{}", said(&trained));
}

fn inverse(command: &str, run: &Path, arguments: &[&str]) -> Output {
    gander().arg(command).arg(run).args(arguments).args(["--adapter", "host"]).output().unwrap()
}

/// Width and height of a PNG, from its header.
fn size(path: &Path) -> [u32; 2] {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    [16, 20].map(|at| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()))
}

/// The shape that an array's header tells, and its numbers.
fn array(path: &Path) -> (String, Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    let begin = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..begin]).into_owned();
    (header, bytes[begin..].chunks_exact(4).map(|x| f32::from_le_bytes(x.try_into().unwrap())).collect())
}

#[test]
fn pictures_are_found_again_by_an_encoder_that_is_trained_once_for_each_generator() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    digits("digits", &run);
    let (sheet, npy) = (folder.path().join("sheet.png"), folder.path().join("made.npy"));
    let [sheet_name, npy_name] = [&sheet, &npy].map(|path| path.to_str().unwrap());
    let small = ["--count", "12", "--steps", "3", "--train", "5", "--out", sheet_name, "--npy", npy_name];
    let first = inverse("reconstruct", &run, &small);
    assert!(first.status.success() && said(&first).contains("trained E for 5 iterations"), "{}", said(&first));
    let text = String::from_utf8(first.stdout).unwrap();
    assert!(text.contains("12 test examples of `digits`") && text.contains("by E") && text.contains("after 3 steps"), "{text}");
    // Twelve pictures in two rows of six, and what was made of them.
    assert_eq!(size(&sheet), [2 + 6 * 58, 2 + 4 * 58]);
    let (header, made) = array(&npy);
    assert!(header.contains("(12, 28, 28)") && made.iter().all(|x| (0.0..=1.0).contains(x)), "{header}");

    let again = inverse("reconstruct", &run, &small);
    assert!(again.status.success() && !said(&again).contains("trained"), "{}", said(&again));
    assert_eq!((text, made), (String::from_utf8(again.stdout).unwrap(), array(&npy).1), "the same E, the same pictures");
    let older = inverse("reconstruct", &run, &[&small[..], &["--at", "2"]].concat());
    assert!(older.status.success() && said(&older).contains("another generator"), "{}", said(&older));
    std::fs::write(run.join("inference.safetensors"), "no checkpoint").unwrap();
    let damaged = inverse("reconstruct", &run, &small);
    assert!(damaged.status.success() && said(&damaged).contains("E is trained anew"), "{}", said(&damaged));
}

#[test]
fn pictures_are_found_again_by_way_of_a_hidden_layer_whose_encoder_is_kept_beside_that_of_z() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    digits("digits", &run);
    let npy = folder.path().join("made.npy");
    let small = ["--count", "3", "--train", "5", "--npy", npy.to_str().unwrap(), "--layer"];
    let by = |layer: &str| inverse("reconstruct", &run, &[&small[..], &[layer]].concat());
    let first = by("0");
    assert!(first.status.success() && said(&first).contains("inference-layer-0.safetensors keeps it"), "{}", said(&first));
    assert!(String::from_utf8_lossy(&first.stdout).contains("by hidden layer 0 as E infers it"), "{}", said(&first));
    let made = array(&npy).1;
    assert!(made.len() == 3 * 784 && made.iter().all(|x| (0.0..=1.0).contains(x)));
    let other = by("1");
    assert!(other.status.success() && said(&other).contains("inference-layer-1.safetensors keeps it"), "{}", said(&other));
    assert_ne!(made, array(&npy).1, "another layer, another picture");
    let again = by("0");
    assert!(again.status.success() && !said(&again).contains("trained E"), "{}", said(&again));
    assert_eq!((first.stdout, made), (again.stdout, array(&npy).1), "the same E, the same pictures");
    assert_fails(&by("7"), 2, &["no hidden layer 7", "are: 0, 1"]);
    assert_fails(&inverse("reconstruct", &run, &["--layer", "0", "--steps", "3"]), 2, &["--steps"]);
}

#[test]
fn pictures_are_found_again_by_the_e_that_has_played_the_game() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    digits("digits-inference", &run);
    let npy = folder.path().join("made.npy");
    let small = ["--count", "3", "--steps", "2", "--npy", npy.to_str().unwrap()];
    let own = inverse("reconstruct", &run, &small);
    assert!(own.status.success() && said(&own).contains("E is the run's own"), "{}", said(&own));
    assert!(!run.join("inference.safetensors").exists(), "nothing was trained, so nothing is kept");
    let made = array(&npy).1;
    assert!(made.len() == 3 * 784 && made.iter().all(|x| (0.0..=1.0).contains(x)));
    // Going on moves E; one that is trained afterwards is another one.
    let resumed = gander().arg("resume").arg(&run).args(["--iterations", "6", "--adapter", "host"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    let later = inverse("reconstruct", &run, &small);
    assert!(later.status.success() && said(&later).contains("iteration 6"), "{}", said(&later));
    assert_ne!(made, array(&npy).1, "E has learnt in between");
    let afterwards = inverse("reconstruct", &run, &[&small[..], &["--train", "5"]].concat());
    assert!(afterwards.status.success() && said(&afterwards).contains("trained E for 5 iterations"), "{}", said(&afterwards));

    // D judges pairs: what gives it x alone is refused.
    let semi = gander().arg("semi").arg(&run).args(["--labels", "100", "--adapter", "host"]).output().unwrap();
    assert_fails(&semi, 2, &["train.inference", "x alone"]);
    for (setting, said) in [
        ("train.conditional=10", "train.inference and train.conditional are both set"),
        ("encoder.layers=[{ kind = \"linear\", units = 99, irange = 0.1 }]", "99"),
    ] {
        let mut command = gander();
        command.args(["train", "digits-inference", "--iterations", "1", "--adapter", "host", "--out"]).arg(folder.path().join("none"));
        assert_fails(&command.args(["--set", setting]).output().unwrap(), 2, &[said]);
    }
}

#[test]
fn what_is_hidden_is_completed_in_several_ways_and_what_is_kept_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    digits("digits", &run);
    let (sheet, npy) = (folder.path().join("sheet.png"), folder.path().join("made.npy"));
    let small = ["--count", "2", "--completions", "3", "--starts", "2", "--steps", "4"];
    let files = ["--out", sheet.to_str().unwrap(), "--npy", npy.to_str().unwrap()];
    let done = inverse("inpaint", &run, &[&["--mask", "right"][..], &small, &files].concat());
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(size(&sheet), [2 + 5 * 58, 2 + 2 * 58]);
    let (header, made) = array(&npy);
    assert!(header.contains("(2, 3, 1, 28, 28)"), "{header}");
    for picture in made.chunks_exact(3 * 784) {
        let [first, second, third] = [0, 1, 2].map(|at| &picture[at * 784..(at + 1) * 784]);
        let (mut kept, mut hidden) = (0, 0);
        for (i, (a, b, c)) in first.iter().zip(second).zip(third).map(|((a, b), c)| (a, b, c)).enumerate() {
            let differ = usize::from(a != b && b != c && a != c);
            if i % 28 < 14 { kept += usize::from(a != b || b != c) } else { hidden += differ }
        }
        assert!(kept == 0 && hidden > 100, "{kept} kept pixels and {hidden} hidden ones differ among completions");
    }

    // A mask of one's own, and pictures of one's own.
    let mask = folder.path().join("mask.png");
    image::GrayImage::from_fn(28, 28, |x, y| image::Luma([if x < 3 && y < 5 { 255 } else { 0 }])).save(&mask).unwrap();
    let pictures = folder.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    image::GrayImage::from_pixel(28, 28, image::Luma([51])).save(pictures.join("grey.png")).unwrap();
    let own = ["--mask", mask.to_str().unwrap(), "--images", pictures.to_str().unwrap()];
    let done = inverse("inpaint", &run, &[&own[..], &small, &files].concat());
    assert!(done.status.success(), "{}", said(&done));
    let (_, made) = array(&npy);
    assert_eq!(made.len(), 3 * 784, "there is one picture, however many were asked for");
    let changed: Vec<usize> = (0..784).filter(|i| (made[*i] - 0.2).abs() > 1e-6).collect();
    assert!(changed.iter().all(|i| i % 28 < 3 && i / 28 < 5) && changed.len() > 10, "{changed:?}");
}

#[test]
fn what_cannot_be_inverted_is_refused_with_a_word_on_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let [ring, told, run] = ["ring", "told", "run"].map(|name| folder.path().join(name));
    digits("digits-conditional", &told);
    assert_fails(&inverse("reconstruct", &told, &[]), 2, &["10 classes", "z alone"]);
    assert_fails(&inverse("inpaint", &told, &["--mask", "left"]), 2, &["10 classes", "z alone"]);
    assert!(train(&ring, &["--iterations", "10"]).status.success());
    assert_fails(&inverse("reconstruct", &ring, &[]), 2, &["`ring`", "points"]);
    assert_fails(&inverse("inpaint", &ring, &["--mask", "left"]), 2, &["`ring`", "points"]);
    digits("digits", &run);
    assert_fails(&inverse("inpaint", &run, &["--mask", "rihgt"]), 2, &["rihgt", "random:SHARE", "center:PIXELS"]);
    assert_fails(&inverse("inpaint", &run, &["--mask", "center:30"]), 2, &["hides all of the 784 pixels"]);
    let mask = folder.path().join("small.png");
    image::GrayImage::new(8, 8).save(&mask).unwrap();
    assert_fails(&inverse("inpaint", &run, &["--mask", mask.to_str().unwrap()]), 3, &["small.png", "8×8", "28×28"]);
    assert_fails(&inverse("inpaint", &run, &["--mask", "no.png"]), 1, &["no.png"]);
    assert_fails(&inverse("reconstruct", &run, &["--images", folder.path().to_str().unwrap(), "--train", "1"]), 3, &["8×8"]);
}

#[test]
fn a_generator_that_completes_pictures_does_so_itself_and_everybody_else_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    trained("digits", &run, &["--set", "train.completion=true", "--set", "train.diversity=1.0", "--set", "report.monitor_every=0"]);
    let resumed = gander().arg("resume").arg(&run).args(["--iterations", "6", "--adapter", "host"]).output().unwrap();
    assert!(resumed.status.success(), "{}", said(&resumed));
    let (sheet, npy, whole) = (folder.path().join("sheet.png"), folder.path().join("made.npy"), folder.path().join("whole.npy"));
    let files = ["--count", "2", "--completions", "3", "--out", sheet.to_str().unwrap(), "--npy", npy.to_str().unwrap()];
    for (mask, hides) in [("right", (|i| i % 28 >= 14) as fn(usize) -> bool), ("top", |i| i / 28 < 14)] {
        let done = inverse("inpaint", &run, &[&["--mask", mask][..], &files].concat());
        assert!(done.status.success(), "{}", said(&done));
        assert_eq!(size(&sheet), [2 + 5 * 58, 2 + 2 * 58]);
        let made = array(&npy).1;
        for picture in made.chunks_exact(3 * 784) {
            let differ = |i: &usize| picture[*i] != picture[784 + i] && picture[784 + i] != picture[2 * 784 + i];
            let (hidden, kept): (Vec<usize>, Vec<usize>) = (0..784).filter(differ).partition(|i| hides(*i));
            assert!(kept.is_empty() && hidden.len() > 300, "{mask}: {} kept pixels and {} hidden ones differ", kept.len(), hidden.len());
        }
    }
    for (option, given) in [("--starts", "2"), ("--steps", "9")] {
        assert_fails(
            &inverse("inpaint", &run, &["--mask", "right", option, given]),
            2,
            &["train.completion", &format!("{option} is {given}")],
        );
    }
    let run = run.to_str().unwrap();
    let refused = |arguments: &[&str]| {
        let done = gander().args(arguments).args(["--adapter", "host"]).output().unwrap();
        assert_fails(&done, 2, &["train.completion"]);
    };
    let whole = whole.to_str().unwrap();
    refused(&["sample", run, "--npy", whole]);
    refused(&["eval", run]);
    refused(&["figure", "1", run]);
    refused(&["figure", "2", run]);
    refused(&["figure", "3", run]);
    refused(&["reconstruct", run]);
    refused(&["semi", run, "--labels", "100"]);
    refused(&["compare", "digits-completion", "--out", whole]);
    refused(&["train", "digits-completion", "--set", "report.monitor_every=10", "--out", whole]);
    refused(&["train", "digits-completion", "--set", "train.conditional=10", "--out", whole]);
    refused(&["train", "ring", "--set", "train.completion=true", "--set", "report.monitor_every=0", "--out", whole]);
    refused(&["train", "digits-completion", "--set", "generator.extends=x", "--out", whole]);
    for player in ["generator", "discriminator"] {
        refused(&["train", "digits", "--set", &format!("{player}.extends={run}"), "--set", &format!("{player}.layers=[]"), "--out", whole]);
    }
}
