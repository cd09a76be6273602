//! A run's folder, seen by several processes, some of which are killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use gander::checkpoint::Checkpoint;
use gander::gan::Array;
use gander::run_folder::{RunFolder, RunView};

const CONFIG: &str = "[train]\nk = 1\n";

fn checkpoint(iteration: u64) -> Checkpoint {
    let values = (0..10_000).map(|i| (iteration + i) as f32).collect();
    let tensors = BTreeMap::from([("g.w".to_owned(), Array { shape: vec![100, 100], values })]);
    Checkpoint {
        iteration,
        seed: 1,
        config: CONFIG.into(),
        device: "host".into(),
        version: "0.1.0".into(),
        data: Some("5b92".into()),
        tensors,
    }
}

fn file_names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_folder_holds_the_configuration_and_takes_no_second_run() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("runs/digits");
    let folder = RunFolder::create(&path, CONFIG).unwrap();
    assert_eq!(folder.config().unwrap(), CONFIG);
    assert_eq!(folder.sample_path(500), path.join("samples/000500.png"));
    assert_eq!(folder.newest_checkpoint().unwrap(), None);
    drop(folder);
    let error = RunFolder::create(&path, "other").unwrap_err().to_string();
    assert!(error.contains("already holds a run") && error.contains(&format!("`gander resume {}`", path.display())), "{error}");
    assert_eq!(RunFolder::open(&path).unwrap().config().unwrap(), CONFIG);
}

#[test]
fn what_is_no_run_is_not_opened_and_nothing_is_put_there() {
    let root = tempfile::tempdir().unwrap();
    assert!(RunFolder::open(root.path()).unwrap_err().to_string().contains("holds no config.toml"));
    assert!(RunView::open(&root.path().join("x")).unwrap_err().to_string().contains("is no folder"));
    assert!(file_names(root.path()).is_empty());
}

#[test]
fn the_newest_whole_checkpoint_is_found_past_damaged_ones() {
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(root.path(), CONFIG).unwrap();
    for iteration in [500, 999_999, 1_000_000, 1_500_000] {
        folder.save_checkpoint(&checkpoint(iteration), 9).unwrap();
    }
    fs::write(folder.checkpoint_path(1_500_000), "").unwrap();
    fs::copy(folder.checkpoint_path(500), folder.checkpoint_path(1_400_000)).unwrap();
    fs::write(root.path().join("checkpoints/2000000.safetensors.bak"), "").unwrap();
    let newest = folder.newest_checkpoint().unwrap().unwrap();
    assert_eq!(newest.checkpoint, checkpoint(1_000_000), "numbers are compared, not names");
    assert_eq!(newest.passed_over.len(), 2);
    assert!(newest.passed_over[0].contains("1500000.safetensors: 0 bytes are not the whole"), "{:?}", newest.passed_over);
    assert!(newest.passed_over[1].contains("1400000.safetensors: it holds iteration 500"), "{:?}", newest.passed_over);

    assert_eq!(folder.checkpoint_at(500).unwrap(), checkpoint(500));
    let error = folder.checkpoint_at(600).unwrap_err().to_string();
    assert!(error.ends_with("no checkpoint of iteration 600; there are: 500, 999999, 1000000, 1400000, 1500000"), "{error}");

    for iteration in [500, 999_999, 1_000_000] {
        fs::write(folder.checkpoint_path(iteration), "").unwrap();
    }
    let error = folder.newest_checkpoint().unwrap_err().to_string();
    assert!(error.contains("no whole checkpoint in") && error.contains("000500.safetensors: 0 bytes"), "{error}");
}

#[test]
fn only_older_checkpoints_are_pruned_and_never_the_last_whole_one() {
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(root.path(), CONFIG).unwrap();
    for iteration in 1..=5 {
        folder.save_checkpoint(&checkpoint(iteration * 100), 3).unwrap();
    }
    assert_eq!(folder.checkpoints().unwrap(), [300, 400, 500]);
    folder.save_checkpoint(&checkpoint(450), 2).unwrap();
    assert_eq!(folder.checkpoints().unwrap(), [400, 450, 500], "500 is newer, whatever it is");
    let mut broken = checkpoint(600);
    broken.tensors.get_mut("g.w").unwrap().values[0] = f32::NAN;
    assert!(folder.save_checkpoint(&broken, 1).is_err());
    assert_eq!(folder.checkpoints().unwrap(), [400, 450, 500], "what was not saved replaces nothing");
    folder.save_checkpoint(&checkpoint(600), 0).unwrap();
    assert_eq!(folder.checkpoints().unwrap(), [600], "keeping none keeps the new one");
}

#[test]
fn opening_sweeps_what_killed_writers_left() {
    let root = tempfile::tempdir().unwrap();
    drop(RunFolder::create(root.path(), CONFIG).unwrap());
    for name in [".losses.png.1-0.gander-tmp", "samples/.000500.png.1-0.gander-tmp", "checkpoints/.000500.safetensors.1-0.gander-tmp"] {
        fs::write(root.path().join(name), "half").unwrap();
    }
    drop(RunFolder::open(root.path()).unwrap());
    assert_eq!(file_names(root.path()), ["checkpoints", "config.toml", "lock", "samples"]);
    assert!(file_names(&root.path().join("samples")).is_empty() && file_names(&root.path().join("checkpoints")).is_empty());
}

/// Tells a child process, which is this test binary again, where to work; `child_…` tests do nothing without it.
const FOLDER: &str = "GANDER_TEST_FOLDER";

fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A child that is killed when the test ends, however it ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn child_trains_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = RunFolder::open(Path::new(&folder)).unwrap();
    let start = folder.newest_checkpoint().unwrap().map_or(0, |newest| newest.checkpoint.iteration);
    for iteration in start + 1.. {
        folder.save_checkpoint(&checkpoint(iteration), 2).unwrap();
    }
}

#[test]
fn a_second_process_is_refused_and_readers_are_not() {
    let root = tempfile::tempdir().unwrap();
    drop(RunFolder::create(root.path(), CONFIG).unwrap());
    let trainer = Killed(child("child_trains_until_it_is_killed", root.path()).spawn().unwrap());
    let view = RunView::open(root.path()).unwrap();
    while view.checkpoints().unwrap().is_empty() {
        sleep(Duration::from_millis(2));
    }
    for opened in [RunFolder::open(root.path()), RunFolder::create(root.path(), CONFIG)] {
        let error = opened.unwrap_err().to_string();
        assert!(error.contains(&format!("another gander (process {}) is at work in it", trainer.0.id())), "{error}");
    }
    for _ in 0..50 {
        let newest = view.newest_checkpoint().unwrap().unwrap();
        assert_eq!(newest.checkpoint, checkpoint(newest.checkpoint.iteration), "a reader beside the trainer sees whole checkpoints");
    }
    drop(trainer);
    RunFolder::open(root.path()).unwrap();
}

#[test]
fn a_killed_writer_loses_nothing_that_was_saved() {
    let root = tempfile::tempdir().unwrap();
    drop(RunFolder::create(root.path(), CONFIG).unwrap());
    let mut reached = 0;
    for kill in 0..20u64 {
        let trainer = Killed(child("child_trains_until_it_is_killed", root.path()).spawn().unwrap());
        sleep(Duration::from_millis(20 + kill * 37 % 101));
        let saved = RunView::open(root.path()).unwrap().newest_checkpoint().unwrap().map_or(0, |newest| newest.checkpoint.iteration);
        drop(trainer);
        let folder = RunFolder::open(root.path()).unwrap();
        let Some(newest) = folder.newest_checkpoint().unwrap() else {
            continue;
        };
        let iteration = newest.checkpoint.iteration;
        assert!(iteration >= saved.max(reached), "{iteration} after {saved} and {reached}");
        assert_eq!(newest.checkpoint, checkpoint(iteration));
        assert!(newest.passed_over.is_empty(), "{:?}", newest.passed_over);
        assert!(file_names(&root.path().join("checkpoints")).iter().all(|name| name.ends_with(".safetensors")), "leftovers are swept");
        reached = iteration;
    }
    assert!(reached > 20, "the killed writers saved {reached} checkpoints: too few for the kills to mean much");
}

#[test]
fn child_fills_the_disk() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = RunFolder::open(Path::new(&folder)).unwrap();
    let error = folder.save_checkpoint(&checkpoint(200), 1).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot write {}: ", folder.checkpoint_path(200).display())), "{error}");
}

/// A limit on the file size stands in for the full disk: the write fails in the middle, with an error and not a signal.
#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_that_leaves_the_older_checkpoint_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    RunFolder::create(root.path(), CONFIG).unwrap().save_checkpoint(&checkpoint(100), 1).unwrap();
    let test = std::env::current_exe().unwrap();
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact child_fills_the_disk";
    let status = Command::new("sh").args(["-c", script]).arg(test).env(FOLDER, root.path()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "the child says what failed");
    assert_eq!(file_names(&root.path().join("checkpoints")), ["000100.safetensors"]);
    assert!(RunView::open(root.path()).unwrap().newest_checkpoint().unwrap().is_some());
}
