//! `data::fetch` against mirrors on 127.0.0.1 that cut, corrupt, redirect, fall silent and lie. No other network is touched.

mod mirror;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use gander::data::fetch::{Patience, Pinned, Progress, Remote, RemoteFile, fetch};
use mirror::{Answer, Mirror};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// 300,000 bytes that gzip cannot shorten much.
fn plain() -> Vec<u8> {
    let mut state = 1u32;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..300_000).map(step).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One file, `set.gz`, to be fetched into a folder of its own.
struct Case {
    folder: TempDir,
    patience: Patience,
}

impl Case {
    fn new() -> Case {
        let (pause, silence) = (Duration::from_millis(1), Duration::from_secs(5));
        Case { folder: tempfile::tempdir().unwrap(), patience: Patience { attempts: 3, pause, silence, ..Patience::default() } }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("set.gz")
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("set.gz.part")
    }

    /// Fetches from these mirrors, watched by `progress`.
    fn watched(&self, mirrors: &[String], progress: &mut dyn FnMut(Progress)) -> Result<u32, String> {
        let sha256 = Sha256::digest(plain()).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = RemoteFile { name: "set.gz".into(), bytes: plain().len() as u64, sha256, pinned: Pinned::Content };
        let remote = Remote { mirrors: mirrors.to_vec(), files: vec![file] };
        fetch(&remote, self.folder.path(), &self.patience, progress).map_err(|e| e.to_string())
    }

    fn fetch(&self, mirrors: &[&Mirror]) -> Result<u32, String> {
        self.watched(&mirrors.iter().map(|mirror| mirror.url()).collect::<Vec<_>>(), &mut |_| ())
    }

    /// The file is in its place, with this content, and nothing else is in the folder.
    fn assert_in_place(&self, content: &[u8]) {
        assert!(fs::read(self.place()).unwrap() == content, "the file in place has other content");
        self.assert_entries(1);
    }

    /// Nothing that failed has left anything behind.
    fn assert_empty(&self) {
        self.assert_entries(0);
    }

    fn assert_entries(&self, count: usize) {
        let names: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), count, "{names:?}");
    }
}

#[test]
fn a_file_is_downloaded_once_and_found_whole_the_second_time() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(case.fetch(&[&mirror]), Ok(0));
    assert_eq!(*mirror.seen.lock().unwrap(), [("/sets/set.gz".to_string(), None)]);
}

#[test]
fn progress_counts_up_to_the_total() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    let mut counts = Vec::new();
    let mut done = 0;
    let mut watch = |progress: Progress| match progress {
        Progress::Arrived { file: "set.gz", bytes, total } => counts.push((bytes, total)),
        Progress::Done { file: "set.gz" } => done += 1,
        other => panic!("{other:?}"),
    };
    case.watched(&[mirror.url()], &mut watch).unwrap();
    let total = file.len() as u64;
    assert_eq!((counts[0], *counts.last().unwrap(), done), ((0, Some(total)), (total, Some(total)), 1));
    assert!(counts.is_sorted());
}

#[test]
fn a_cut_download_goes_on_where_it_stopped() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::CutAfter(100_000), Answer::CutAfter(50_000), Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [None, Some(100_000), Some(150_000)]);
}

#[test]
fn a_download_cut_for_good_goes_on_in_the_next_run() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let weak = Mirror::new(&file, &[Answer::CutAfter(100_000), Answer::CutAfter(0)]);
    let message = case.fetch(&[&weak]).unwrap_err();
    assert!(message.starts_with(&format!("cannot download set.gz: {}/set.gz: broke off after 100000 bytes (", weak.url())), "{message}");
    assert!(message.ends_with("the last of 3 attempts; the first 100000 bytes are kept, run the command again to go on"), "{message}");
    assert!(!case.place().exists());

    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [Some(100_000)]);
}

#[test]
fn the_next_mirror_goes_on_where_the_last_one_stopped() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let weak = Mirror::new(&file, &[Answer::CutAfter(100_000), Answer::Status(404)]);
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&weak, &mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [Some(100_000)]);
}

#[test]
fn a_mirror_that_ignores_ranges_is_read_from_the_beginning() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::CutAfter(100_000), Answer::ServeWhole]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [None, Some(100_000)]);
}

#[test]
fn a_part_that_is_whole_is_put_in_place_without_a_request() {
    let (case, file) = (Case::new(), gzip(&plain()));
    fs::write(case.part(), &file).unwrap();
    let mirror = Mirror::new(&file, &[Answer::Status(500)]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert!(mirror.ranges().is_empty());
}

#[test]
fn a_part_that_is_longer_than_the_file_is_thrown_away_on_416() {
    let (case, file) = (Case::new(), gzip(&plain()));
    fs::write(case.part(), [&file[..], &[0; 10]].concat()).unwrap();
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [Some(file.len() + 10), None]);
}

#[test]
fn a_part_that_is_longer_than_any_download_may_be_is_thrown_away_at_once() {
    let (case, file) = (Case::new(), gzip(&plain()));
    fs::write(case.part(), vec![0; 400_000]).unwrap();
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    assert_eq!(mirror.ranges(), [None]);
}

#[test]
fn a_corrupt_part_is_thrown_away_and_the_file_read_from_the_beginning() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mut corrupt = file[..100_000].to_vec();
    corrupt[50_000] ^= 1;
    fs::write(case.part(), corrupt).unwrap();
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [Some(100_000), None]);
}

#[test]
fn a_mirror_that_corrupts_bytes_gives_way_to_the_next() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let (bad, good) = (Mirror::new(&file, &[Answer::Corrupt]), Mirror::new(&file, &[Answer::Serve]));
    assert_eq!(case.fetch(&[&bad, &good]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!((bad.ranges(), good.ranges()), (vec![None], vec![None]));
}

#[test]
fn foreign_content_of_the_right_length_is_refused_by_its_hash_and_leaves_nothing() {
    let case = Case::new();
    let mut foreign = plain();
    foreign[7] ^= 1;
    let mirror = Mirror::new(&gzip(&foreign), &[Answer::Serve]);
    let message = case.fetch(&[&mirror]).unwrap_err();
    assert!(message.contains("its sha256 is ") && message.contains(" is wanted; try again later, or put the file into "), "{message}");
    case.assert_empty();
}

#[test]
fn a_file_that_inflates_to_more_than_it_should_is_refused() {
    let case = Case::new();
    let mirror = Mirror::new(&gzip(&vec![0; 1 << 24]), &[Answer::Serve]);
    let message = case.fetch(&[&mirror]).unwrap_err();
    assert!(message.contains("more bytes uncompressed, 300000 are wanted"), "{message}");
    case.assert_empty();
}

#[test]
fn a_mirror_may_send_the_file_uncompressed() {
    let case = Case::new();
    let mirror = Mirror::new(&plain(), &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&plain());
}

#[test]
fn a_redirect_is_followed() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::RedirectOnce]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.seen.lock().unwrap().last().unwrap().0, "/elsewhere/file");
}

#[test]
fn a_redirected_download_goes_on_where_it_stopped() {
    let (case, file) = (Case::new(), gzip(&plain()));
    fs::write(case.part(), &file[..100_000]).unwrap();
    let mirror = Mirror::new(&file, &[Answer::RedirectOnce]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(mirror.ranges(), [Some(100_000), Some(100_000)]);
}

#[test]
fn a_redirect_loop_ends_and_gives_way_to_the_next_mirror() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let (circle, good) = (Mirror::new(&file, &[Answer::RedirectForever]), Mirror::new(&file, &[Answer::Serve]));
    assert_eq!(case.fetch(&[&circle, &good]), Ok(1));
    case.assert_in_place(&file);
    assert!(circle.ranges().len() <= case.patience.redirects as usize + 1, "{} requests", circle.ranges().len());
}

#[test]
fn a_missing_file_is_asked_for_once_and_a_failing_server_as_often_as_allowed() {
    let case = Case::new();
    let (missing, failing) = (Mirror::new(&[0], &[Answer::Status(404)]), Mirror::new(&[0], &[Answer::Status(500)]));
    let message = case.fetch(&[&missing, &failing]).unwrap_err();
    assert_eq!((missing.ranges().len(), failing.ranges().len()), (1, 3));
    assert!(message.contains(&format!("{}/set.gz: HTTP status 404 (Not Found); ", missing.url())), "{message}");
    assert!(
        message.contains(&format!("{}/set.gz: HTTP status 500 (Internal Server Error), the last of 3 attempts; ", failing.url())),
        "{message}"
    );
    case.assert_empty();
}

#[test]
fn a_failing_server_that_recovers_is_forgiven() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let mirror = Mirror::new(&file, &[Answer::Status(503), Answer::Status(429), Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
}

#[test]
fn a_mirror_that_promises_more_than_it_sends_gives_way_to_the_next() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let (liar, good) = (Mirror::new(&file, &[Answer::SayLength(file.len() as u64 + 9)]), Mirror::new(&file, &[Answer::Serve]));
    case.fetch(&[&liar, &good]).unwrap();
    case.assert_in_place(&file);
}

#[test]
fn a_mirror_that_promises_less_than_it_sends_gives_way_to_the_next() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let (liar, good) = (Mirror::new(&file, &[Answer::SayLength(1000)]), Mirror::new(&file, &[Answer::Serve]));
    assert_eq!(case.fetch(&[&liar, &good]), Ok(1));
    case.assert_in_place(&file);
    assert_eq!(liar.ranges().len(), 1);
}

#[test]
fn a_mirror_that_promises_a_monster_is_not_listened_to() {
    let case = Case::new();
    let mirror = Mirror::new(&gzip(&plain()), &[Answer::SayLength(1 << 40)]);
    let message = case.fetch(&[&mirror]).unwrap_err();
    assert!(message.contains("offers 1099511627776 bytes, at most 301324 are taken"), "{message}");
    case.assert_empty();
}

#[test]
fn a_body_without_end_is_stopped_at_the_cap() {
    let case = Case::new();
    let mirror = Mirror::new(&[0], &[Answer::Endless]);
    let message = case.fetch(&[&mirror]).unwrap_err();
    assert!(message.contains("sends more than the 301324 bytes that are taken"), "{message}");
    case.assert_empty();
}

#[test]
fn a_silent_mirror_is_left_after_the_time_allowed() {
    let (mut case, file) = (Case::new(), gzip(&plain()));
    case.patience = Patience { silence: Duration::from_millis(100), attempts: 2, ..case.patience };
    let (silent, good) = (Mirror::new(&file, &[Answer::Silence]), Mirror::new(&file, &[Answer::Serve]));
    let mut reasons = Vec::new();
    let mut watch = |progress: Progress| {
        if let Progress::Failed { reason, .. } = progress {
            reasons.push(reason.to_string());
        }
    };
    assert_eq!(case.watched(&[silent.url(), good.url()], &mut watch), Ok(1));
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.iter().all(|reason| reason.contains("timeout")), "{reasons:?}");
    case.assert_in_place(&file);
}

#[test]
fn a_mirror_where_nobody_listens_gives_way_to_the_next() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let gone = Mirror::new(&file, &[Answer::Serve]).url();
    let good = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.watched(&[gone, good.url()], &mut |_| ()), Ok(1));
    case.assert_in_place(&file);
}

#[test]
fn a_damaged_file_in_place_is_replaced() {
    let (case, file) = (Case::new(), gzip(&plain()));
    fs::write(case.place(), &file[..1000]).unwrap();
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
    case.assert_in_place(&file);
}

#[test]
fn a_damaged_file_in_place_stays_when_no_mirror_helps() {
    let case = Case::new();
    fs::write(case.place(), "mine").unwrap();
    let mirror = Mirror::new(&[0], &[Answer::Status(404)]);
    case.fetch(&[&mirror]).unwrap_err();
    case.assert_in_place(b"mine");
}

#[test]
fn two_processes_do_not_write_one_part() {
    let (case, file) = (Case::new(), gzip(&plain()));
    let other = File::create(case.part()).unwrap();
    other.lock().unwrap();
    let mirror = Mirror::new(&file, &[Answer::Serve]);
    let message = case.fetch(&[&mirror]).unwrap_err();
    assert!(message.ends_with("set.gz.part: another process is downloading it; wait until it has ended"), "{message}");
    drop(other);
    assert_eq!(case.fetch(&[&mirror]), Ok(1));
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let case = Case::new();
    fs::write(case.place(), "a file").unwrap();
    let remote = Remote { mirrors: vec!["http://127.0.0.1:1".into()], files: Vec::new() };
    let error = fetch(&remote, &case.place(), &case.patience, &mut |_| ()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot create {}: ", case.place().display())), "{error}");
}
