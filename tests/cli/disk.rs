//! A disk that takes no more: real refusals of the operating system, by a limit on the size of files.
//!
//! `GANDER_BYTES=1` tries every byte of a save; every 1000th unless it is set.

use crate::lifecycle::{await_file, bytes, resume};
use crate::{TINY, iterations, said, train};
use gander::checkpoint::Checkpoint;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Goes on with a run on a disk that takes files of so many bytes.
fn within(limit: &str, out: &Path, iterations: &str) -> Command {
    let mut command = Command::new("prlimit");
    command.arg(format!("--fsize={limit}")).args([env!("CARGO_BIN_EXE_gander"), "resume"]).arg(out);
    command.args(["--adapter", "host", "--iterations", iterations]).env_remove("GANDER_ADAPTER").env_remove("GANDER_DATA");
    command
}

fn copied(run: &Path, to: &Path) {
    fs::remove_dir_all(to).ok();
    assert!(Command::new("cp").arg("-r").args([run, to]).status().unwrap().success());
}

fn whole(out: &Path, iteration: u64) -> Checkpoint {
    Checkpoint::load(&out.join(format!("checkpoints/{iteration:06}.safetensors"))).unwrap()
}

/// Waits until a run has said something.
fn await_word(out: &Path, word: &str) {
    let start = Instant::now();
    while !fs::read_to_string(out.join("run.log")).unwrap_or_default().contains(word) {
        assert!(start.elapsed() < Duration::from_secs(30), "`{word}` was never said");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ends(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

#[test]
fn a_save_that_finds_no_room_at_any_byte_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [base, end, out] = ["base", "end", "out"].map(|name| folder.path().join(name));
    assert!(train(&base, &["--iterations", "20"]).status.success());
    assert!(train(&end, &["--iterations", "30"]).status.success());
    let size = fs::metadata(end.join("checkpoints/000030.safetensors")).unwrap().len() as usize;
    let step = std::env::var("GANDER_BYTES").map_or(1000, |text| text.parse().expect("a number"));
    let (mut refused, mut saved) = (0, 0);
    copied(&base, &out);
    for limit in (0..size + 2 * step).step_by(step) {
        let output = within(&limit.to_string(), &out, "30").output().unwrap();
        let known = [10, 20].map(|iteration| whole(&out, iteration));
        assert!(known == [10, 20].map(|iteration| whole(&base, iteration)), "{limit} bytes: the older ones stay");
        if output.status.code() == Some(0) {
            saved += 1;
        } else {
            assert_refused(&output, limit);
            refused += 1;
            assert!(!out.join("checkpoints/000030.safetensors").exists(), "{limit} bytes");
            // Once there is room: after the first refusal, after all of them, and now and then.
            if refused % 1000 != 1 && limit + step < size {
                continue;
            }
        }
        // A sheet that found no room beside its checkpoint is made up, too.
        let later = resume(&out, &["--iterations", "30"]);
        assert!(later.status.success(), "{limit} bytes: {}", said(&later));
        for file in ["metrics.csv", "checkpoints/000030.safetensors", "samples/000030.png", "config.toml"] {
            assert!(bytes(&end.join(file)) == bytes(&out.join(file)), "{limit} bytes: {file} differs");
        }
        copied(&base, &out);
    }
    println!("{refused} saves were refused, at as many lengths of a file of {size} bytes; {saved} found room; nothing was lost");
    assert!(refused > 0 && saved > 0);
}

#[track_caller]
fn assert_refused(output: &Output, limit: usize) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(1), "{limit} bytes: {text}");
    let error = text.lines().last().unwrap_or_default();
    assert!(error.starts_with("error: cannot ") && error.contains("File too large"), "{limit} bytes: {text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn a_full_disk_is_waited_out_for_ten_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let [base, out] = ["base", "out"].map(|name| folder.path().join(name));
    assert!(train(&base, &["--iterations", "20"]).status.success());
    let room = bytes(&base.join("checkpoints/000020.safetensors")).len() - 1;
    copied(&base, &out);
    let output = within(&room.to_string(), &out, "1000").output().unwrap();
    assert_refused(&output, room);
    let text = said(&output);
    for word in ["saves again at iteration 40 (1 of 10)", "(9 of 10)", "iterations 21 to 120 are not saved", "goes on from iteration 20"] {
        assert!(text.contains(word), "`{word}` is not in {text}");
    }
}

#[test]
fn a_run_saves_once_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    // Between two checkpoints there is time to make room.
    assert!(train(&out, &["--iterations", "20", "--set", "report.checkpoint_every=2000"]).status.success());
    let room = bytes(&out.join("checkpoints/000020.safetensors")).len() - 1;
    let child = within(&format!("{room}:unlimited"), &out, "100000000").stderr(Stdio::piped()).spawn().unwrap();
    await_word(&out, "saves again at");
    let process = child.id().to_string();
    assert!(Command::new("prlimit").args(["--fsize=unlimited", "--pid", &process]).status().unwrap().success());
    await_word(&out, "is saved: nothing is lost");
    assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    let output = ends(child);
    assert_eq!(output.status.code(), Some(143), "{}", said(&output));
    let rows = iterations(&out);
    assert_eq!(rows, (1..=rows.len() as u64).collect::<Vec<_>>(), "no row is missing or stands twice");
    assert_eq!(whole(&out, rows.len() as u64).iteration, rows.len() as u64);
}

#[test]
fn a_folder_that_vanishes_ends_a_training_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let mut command = crate::gander();
    command.args(["train", "ring", "--out"]).arg(&out).args(TINY).args(["--iterations", "100000000"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    await_file(&out.join("checkpoints/000010.safetensors"));
    // A save may be under way, and leave a file behind the listing.
    while fs::remove_dir_all(&out).is_err() {}
    let output = ends(child);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(text.contains("holds no checkpoint any more") && !text.contains("panicked"), "{text}");
}
