//! A run that is stopped again and again, by signals and by kills, ends as one that never was.
//!
//! `GANDER_SIGNALS` and `GANDER_KILLS` set how often: few unless they are set.

use crate::lifecycle::{bytes, resume};
use crate::{TINY, iterations, said, train};
use gander::checkpoint::Checkpoint;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Files that depend on a run's configuration and on how far it came, and on nothing else.
const SAME: [&str; 3] = ["metrics.csv", "monitor.csv", "config.toml"];

/// So that much is written: a checkpoint at every other iteration, sheets and readings of the monitor now and then.
const BUSY: [&str; 8] =
    ["--set", "report.checkpoint_every=2", "--set", "report.samples_every=7", "--set", "report.monitor_every=15", "--set", "report.keep=3"];

/// The program as a terminal starts it: whoever started the tests may have turned signals off, as `nohup` and scripts do, and it would leave them so.
pub fn gander() -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_gander")]);
    command.env_remove("GANDER_ADAPTER").env_remove("GANDER_DATA");
    command
}

/// A number from the environment.
fn times(variable: &str, unless_set: u32) -> u32 {
    std::env::var(variable).map_or(unless_set, |text| text.parse().expect("a number"))
}

/// Milliseconds below a bound, which look like chance.
fn moment(i: u32, bound: u64) -> Duration {
    let mixed = (u64::from(i) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Duration::from_millis((mixed >> 33) % bound)
}

/// From when on a moment is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// The process begins.
    Start,
    /// It has trained, and saved that.
    Training,
    /// Then, when a file is next being written.
    Writing,
}

impl From {
    /// By turns, while it trains most of the time.
    fn of(i: u32) -> From {
        [From::Training, From::Writing, From::Training, From::Start][i as usize % 4]
    }
}

/// Begins a run that takes long, or goes on with it, and stops it after a while by a signal. What it said, and how long it took to end.
fn stopped(out: &Path, signal: &str, from: From, after: Duration) -> (Output, Duration) {
    let saves = || fs::read_to_string(out.join("run.log")).map_or(0, |log| log.matches("saved the checkpoint").count());
    let before = saves();
    let mut command = gander();
    match out.join("config.toml").exists() {
        true => command.arg("resume").arg(out).args(["--adapter", "host"]),
        false => command.args(["train", "ring", "--out"]).arg(out).args(TINY).args(BUSY),
    };
    let child = command.args(["--iterations", "1000000", "--verbose"]).stderr(Stdio::piped()).spawn().unwrap();
    while from != From::Start && saves() == before {
        sleep(Duration::from_millis(1));
    }
    if from == From::Writing {
        let asked = Instant::now();
        while leftovers(out) == 0 {
            assert!(asked.elapsed() < Duration::from_secs(60), "nothing is written any more");
        }
    } else {
        sleep(after);
    }
    send(signal, child.id());
    let sent = Instant::now();
    (child.wait_with_output().unwrap(), sent.elapsed())
}

pub fn send(signal: &str, process: u32) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

/// Goes on to an end, and compares the run with one that was never stopped.
fn ends_as_if_never_stopped(out: &Path) {
    let so_far =
        gander::run_folder::RunView::open(out).unwrap().newest_checkpoint().unwrap().map_or(0, |newest| newest.checkpoint.iteration);
    // Far enough for a sheet and a reading.
    let last = (so_far + 9).max(30);
    let end = last.to_string();
    let resumed = resume(out, &["--iterations", &end]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    let whole = out.with_file_name("whole");
    let undisturbed = train(&whole, &[&BUSY[..], &["--iterations", &end]].concat());
    assert!(undisturbed.status.success(), "{}", said(&undisturbed));
    let last = [format!("checkpoints/{last:06}.safetensors"), format!("samples/{last:06}.png")];
    for file in SAME.into_iter().chain(last.iter().map(String::as_str)) {
        assert!(bytes(&whole.join(file)) == bytes(&out.join(file)), "{file} differs after {end} iterations");
    }
    let best = |run: &Path| Checkpoint::load(&run.join("best.safetensors")).unwrap().into_state();
    assert!(best(out) == best(&whole), "the best checkpoint differs");
    let sheets = |run: &Path| fs::read_dir(run.join("samples")).unwrap().count();
    assert!(sheets(out) >= sheets(&whole), "every sheet is there, though it was due where the run was stopped");
    assert_eq!(leftovers(out), 0);
}

/// Temporary files in a run's folders.
fn leftovers(out: &Path) -> usize {
    let of = |folder: &Path| {
        fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count()
    };
    [out.to_path_buf(), out.join("checkpoints"), out.join("samples")].iter().map(|folder| of(folder)).sum()
}

#[test]
fn signals_save_and_stop_with_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let signals = [("-INT", 2), ("-TERM", 15), ("-HUP", 1)];
    let (mut longest, mut saved) = (Duration::ZERO, 0);
    for i in 0..3 * times("GANDER_SIGNALS", 3) {
        let (signal, number) = signals[i as usize % 3];
        let (output, took) = stopped(&out, signal, From::of(i), moment(i, 150));
        longest = longest.max(took);
        let text = said(&output);
        // Before there is anything to save, a signal ends the process as it ends any.
        assert!(
            output.status.code() == Some(128 + number) || output.status.signal() == Some(number),
            "{signal}: {:?} {text}",
            output.status
        );
        if text.contains("stopped at iteration") {
            saved += 1;
            assert!(text.contains(&format!("gander resume {}", out.display())), "{text}");
            let trained = iterations(&out).len();
            assert!(text.contains(&format!("stopped at iteration {trained} ")), "{text}");
            assert!(out.join(format!("checkpoints/{trained:06}.safetensors")).is_file(), "what was trained is saved");
        } else {
            assert!(!text.contains("goes on at iteration"), "a training is not ended without saving: {text}");
        }
    }
    println!("{saved} trainings saved and stopped, the longest within {:.0} ms", 1e3 * longest.as_secs_f64());
    assert!(saved > 0, "some came while it trained");
    // Two seconds are promised; so much more on a machine that does other things.
    assert!(longest < Duration::from_secs(20), "{longest:?}");
    ends_as_if_never_stopped(&out);
}

#[test]
fn kills_at_any_moment_lose_nothing_that_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let (mut within_a_save, mut newest) = (0, 0);
    for i in 0..times("GANDER_KILLS", 12) {
        let (output, _) = stopped(&out, "-KILL", From::of(i), moment(i, 150));
        assert_eq!(output.status.signal(), Some(9));
        if !out.join("config.toml").exists() {
            continue;
        }
        within_a_save += u32::from(leftovers(&out) > 0);
        for file in fs::read_dir(out.join("checkpoints")).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "safetensors") {
                let checkpoint = Checkpoint::load(&file).unwrap_or_else(|error| panic!("kill {i}: {error}"));
                newest = newest.max(checkpoint.iteration);
            }
        }
        let there = gander::run_folder::RunView::open(&out).unwrap().newest_checkpoint().unwrap();
        assert_eq!(there.map_or(0, |there| there.checkpoint.iteration), newest, "nothing that was saved is lost");
    }
    println!("{within_a_save} kills left half a file; the run came to iteration {newest}");
    ends_as_if_never_stopped(&out);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let mut command = gander();
    // An iteration of some seconds: nothing else is waited for.
    command.args(["train", "ring", "--adapter", "host", "--set", "train.batch=100000", "--iterations", "50", "--out"]).arg(&out);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    crate::lifecycle::await_file(&out.join("checkpoints/000000.safetensors"));
    sleep(Duration::from_millis(300));
    send("-TERM", child.id());
    sleep(Duration::from_millis(20));
    send("-INT", child.id());
    let sent = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    println!("ended within {:.0} ms", 1e3 * sent.elapsed().as_secs_f64());
    assert!(!out.join("checkpoints/000001.safetensors").exists(), "it did not wait for the iteration");
}

/// As when it is started by `nohup`, or in the background of a script.
#[test]
fn a_signal_that_was_turned_off_stays_off() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let script = format!("trap '' HUP; exec \"$@\" --out {}", out.display());
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_gander"), "train", "ring"]).args(TINY).args(["--iterations", "1000000"]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    crate::lifecycle::await_file(&out.join("checkpoints/000010.safetensors"));
    send("-HUP", child.id());
    sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it trains on");
    send("-TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// Nobody reads what it says; it trains all the same.
#[test]
fn closed_pipes_do_not_end_a_training() {
    let folder = tempfile::tempdir().unwrap();
    for (name, redirection) in [("head", "2>&1 >/dev/null | true"), ("closed", "2>&- >&-")] {
        let out = folder.path().join(name);
        let script = format!("\"$@\" --out {} {redirection}", out.display());
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_gander"), "train", "ring", "--verbose"])
            .args(TINY)
            .args(["--iterations", "40"]);
        assert!(command.status().unwrap().success() || name == "head", "the pipe's end is the status of the last");
        assert!(out.join("checkpoints/000040.safetensors").is_file(), "{name}");
    }
}
