//! Tests of `images`: a folder becomes a data set once, and whatever is done to it or to its cache, the data set is that of the folder.

use image::{GrayImage, Luma, Rgb, RgbImage};
use std::fs;
use tempfile::TempDir;

use super::*;

const FORM: Form = Form { size: 4, channels: 1 };

/// A folder of pictures, and another for the cache.
struct Case {
    root: TempDir,
    cache: TempDir,
}

/// What a folder became, and what was said meanwhile.
struct Opened {
    dataset: Result<Dataset>,
    skipped: Vec<String>,
    decoded: usize,
    left_out: usize,
    not_kept: bool,
}

impl Case {
    fn new() -> Case {
        Case { root: tempfile::tempdir().unwrap(), cache: tempfile::tempdir().unwrap() }
    }

    /// A plain grey picture.
    fn put(&self, path: &str, grey: u8) {
        self.write(path, &png(grey));
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn open(&self) -> Opened {
        self.open_with(Some(self.cache.path()))
    }

    fn open_with(&self, cache: Option<&Path>) -> Opened {
        let (mut skipped, mut decoded, mut left_out, mut in_all, mut not_kept) = (vec![], 0, 0, 0, false);
        let dataset = Folder::list(self.root.path(), FORM).and_then(|folder| {
            folder.open("folder:x", cache, &mut |notice| match notice {
                Notice::Decoded { done, .. } => decoded = done,
                Notice::Skipped { path, why } => skipped.push(format!("{path}: {why}")),
                Notice::SkippedInAll(count) => in_all = count,
                Notice::LeftOut(count) => left_out = count,
                Notice::NotKept(_) => not_kept = true,
            })
        });
        assert!(in_all == skipped.len() || in_all > NAMED, "{in_all} skipped, {} named", skipped.len());
        Opened { dataset, skipped, decoded, left_out, not_kept }
    }

    /// The file in the cache.
    fn pack(&self) -> PathBuf {
        let packs: Vec<_> = fs::read_dir(self.cache.path().join("folders")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(packs.len(), 1, "{packs:?}");
        packs[0].clone()
    }

    fn refusal(&self) -> String {
        self.open().dataset.unwrap_err().to_string()
    }
}

fn png(grey: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(vec![]);
    GrayImage::from_pixel(4, 4, Luma([grey])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The grey of every example.
fn greys(dataset: &Dataset) -> Vec<u8> {
    let Values::Bytes(bytes) = &dataset.values else { panic!("pictures are bytes") };
    bytes.chunks(16).map(|example| example[0]).collect()
}

#[test]
fn folders_are_classes_and_every_picture_is_there_once() {
    let case = Case::new();
    for i in 0..14 {
        case.put(&format!("{}/{i}.png", if i % 2 == 0 { "even" } else { "odd/deeper" }), i);
    }
    case.write("even/readme.txt", b"not a picture");
    case.put(".hidden/15.png", 15);
    case.put("even/.16.png", 16);
    let dataset = case.open().dataset.unwrap();
    assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..10, 10..12, 12..14));
    let greys = greys(&dataset);
    for (grey, label) in greys.iter().zip(dataset.labels.as_ref().unwrap()) {
        assert_eq!(grey % 2, *label);
    }
    let mut sorted = greys;
    sorted.sort_unstable();
    assert_eq!(sorted, (0..14).collect::<Vec<_>>());
    let folder = Folder::list(case.root.path(), FORM).unwrap();
    assert_eq!(folder.classes(), ["even", "odd/deeper"]);
    assert_eq!(folder.outline("folder:x"), dataset.outline());
}

#[test]
fn a_folder_is_decoded_once_and_again_when_anything_has_changed() {
    let case = Case::new();
    (0..8).for_each(|i| case.put(&format!("{i}.png"), i));
    let first = case.open();
    assert_eq!((first.decoded, case.open().decoded), (8, 0));
    let first = first.dataset.unwrap();
    assert_eq!(case.open().dataset.unwrap(), first);
    // Another form has a place of its own, and does not push out this one.
    Folder::list(case.root.path(), Form { size: 2, channels: 3 }).unwrap().open("x", Some(case.cache.path()), &mut |_| ()).unwrap();
    assert_eq!(case.open().decoded, 0);
    case.put("8.png", 8);
    assert_eq!(case.open().decoded, 9);
    fs::rename(case.root.path().join("8.png"), case.root.path().join("9.png")).unwrap();
    assert_eq!(case.open().decoded, 9);
    // The same path and length at another time.
    let file = fs::File::options().append(true).open(case.root.path().join("9.png")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(case.open().decoded, 9);
    assert_eq!(case.open().decoded, 0);
}

#[test]
fn what_is_read_from_the_cache_is_marked_as_used() {
    let case = Case::new();
    (0..8).for_each(|i| case.put(&format!("{i}.png"), i));
    case.open();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
    fs::File::options().append(true).open(case.pack()).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(case.open().decoded, 0);
    assert!(fs::metadata(case.pack()).unwrap().modified().unwrap() > long_ago);
}

#[test]
fn a_damaged_cache_is_made_anew_and_none_is_done_without() {
    let case = Case::new();
    (0..8).for_each(|i| case.put(&format!("{i}.png"), i));
    let wanted = case.open().dataset.unwrap();
    let whole = fs::read(case.pack()).unwrap();
    for at in [0, 9, 40, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(case.pack(), damaged).unwrap();
        let opened = case.open();
        assert_eq!((opened.decoded, opened.dataset.unwrap()), (8, wanted.clone()), "byte {at}");
        assert!(fs::read(case.pack()).unwrap() == whole);
    }
    fs::write(case.pack(), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(case.open().dataset.unwrap(), wanted);
    let in_the_way = case.root.path().join("0.png");
    let opened = case.open_with(Some(&in_the_way));
    assert!(opened.not_kept);
    assert_eq!(opened.dataset.unwrap(), wanted);
    assert_eq!(case.open_with(None).dataset.unwrap(), wanted);
}

#[test]
fn a_broken_picture_is_named_and_the_others_stay_in_their_order() {
    let case = Case::new();
    (0..20).for_each(|i| case.put(&format!("{i:02}.png"), i));
    let before = greys(&case.open().dataset.unwrap());
    case.write("07.png", &png(7)[..30]);
    case.write("11.png", b"GIF89a");
    for opened in [case.open(), case.open()] {
        assert_eq!(opened.skipped.len(), 2);
        assert!(opened.skipped.iter().any(|line| line.starts_with("07.png: damaged (")), "{:?}", opened.skipped);
        assert!(opened.skipped.iter().any(|line| line == "11.png: it is neither PNG nor JPEG, but Gif"), "{:?}", opened.skipped);
        let dataset = opened.dataset.unwrap();
        assert_eq!(greys(&dataset), before.iter().copied().filter(|grey| ![7, 11].contains(grey)).collect::<Vec<_>>());
        assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..14, 14..16, 16..18));
    }
}

#[test]
fn very_many_broken_pictures_are_counted_and_not_all_named() {
    let case = Case::new();
    (0..NAMED + 7).for_each(|i| case.write(&format!("{i}.png"), b"broken"));
    case.put("whole.png", 3);
    let opened = case.open();
    assert_eq!(opened.skipped.len(), NAMED);
    assert_eq!(greys(&opened.dataset.unwrap()), [3]);
}

#[test]
fn a_folder_without_a_whole_picture_is_refused() {
    let case = Case::new();
    case.write("a.txt", b"");
    assert!(case.refusal().contains("no PNG or JPEG in this folder or below it, and 1 other files"));
    case.write("a.jpg", b"");
    assert!(case.refusal().ends_with("none of its pictures can be read: a.jpg: it is neither PNG nor JPEG"), "{}", case.refusal());
    case.put("test/a.png", 1);
    assert!(
        case.refusal().contains("the folder `test` says that its pictures are held out (1 are), and no folder `train`"),
        "{}",
        case.refusal()
    );
    case.write("train/a.jpg", b"");
    assert!(case.refusal().contains("none of its pictures for training can be read: train/a.jpg"), "{}", case.refusal());
    let nowhere = Folder::list(&case.root.path().join("nowhere"), FORM).err().unwrap().to_string();
    assert!(nowhere.contains("cannot open") && nowhere.contains("nowhere"), "{nowhere}");
}

#[test]
fn what_lies_beside_the_parts_is_left_out_and_said() {
    let case = Case::new();
    (0..10).for_each(|i| case.put(&format!("train/{i}.png"), i));
    case.put("test/t.png", 100);
    case.put("extra/e.png", 200);
    let opened = case.open();
    assert_eq!(opened.left_out, 1);
    let dataset = opened.dataset.unwrap();
    assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..8, 8..10, 10..11));
    assert_eq!(greys(&dataset)[10], 100);
}

#[cfg(unix)]
#[test]
fn loops_of_links_end_and_pipes_and_dead_links_do_not_stop_anything() {
    use std::os::unix::fs::symlink;
    let case = Case::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("linked.png"), png(9)).unwrap();
    case.put("a/b/1.png", 1);
    symlink(case.root.path(), case.root.path().join("a/b/loop")).unwrap();
    symlink(elsewhere.path(), case.root.path().join("c")).unwrap();
    symlink("nowhere", case.root.path().join("dead.png")).unwrap();
    symlink("/dev/zero", case.root.path().join("endless.png")).unwrap();
    fs::create_dir(case.root.path().join("folder.png")).unwrap();
    let opened = case.open();
    assert_eq!(opened.skipped.len(), 1);
    assert!(opened.skipped[0].starts_with("dead.png: a link that leads nowhere"), "{:?}", opened.skipped);
    let mut found = greys(&opened.dataset.unwrap());
    found.sort_unstable();
    assert_eq!(found, [1, 9]);
}

#[test]
fn a_file_that_cannot_be_read_ends_it_all_and_is_not_kept_as_a_broken_picture() {
    let case = Case::new();
    (0..20).for_each(|i| case.put(&format!("{i:02}.png"), i));
    let picture = case.root.path().join("07.png");
    // Between the listing and the reading it is gone, or something else is there: `open` or `read` fails.
    for in_its_place in [None, Some(())] {
        let folder = Folder::list(case.root.path(), FORM).unwrap();
        fs::remove_file(&picture).unwrap();
        in_its_place.inspect(|()| fs::create_dir(&picture).unwrap());
        let failure = folder.open("x", Some(case.cache.path()), &mut |_| ()).unwrap_err();
        assert!(matches!(&failure, Error::Io { path, .. } if *path == picture), "{failure}");
        assert!(!case.cache.path().join("folders").exists(), "nothing may be kept of it");
        in_its_place.inspect(|()| fs::remove_dir(&picture).unwrap());
        case.put("07.png", 7);
    }
    assert_eq!(case.open().dataset.unwrap().examples(), 20);
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_of_the_disk_names_the_file_and_passes() {
    let case = Case::new();
    (0..8).for_each(|i| case.put(&format!("{i}.png"), i));
    // A regular file whose first byte the kernel answers with EIO: nothing is mapped at address 0.
    let failing = case.root.path().join("failing.png");
    std::os::unix::fs::symlink("/proc/self/mem", &failing).unwrap();
    let refusal = case.refusal();
    assert!(refusal.starts_with(&format!("cannot read {}: ", failing.display())) && refusal.contains("os error 5"), "{refusal}");
    fs::remove_file(&failing).unwrap();
    let opened = case.open();
    assert_eq!((opened.skipped.len(), opened.dataset.unwrap().examples()), (0, 8));
    // A link to itself cannot be looked at, whatever it is called.
    std::os::unix::fs::symlink("itself", case.root.path().join("itself")).unwrap();
    assert!(case.refusal().starts_with(&format!("cannot look at {}: ", case.root.path().join("itself").display())), "{}", case.refusal());
}

#[cfg(target_os = "linux")]
#[test]
fn odd_names_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let case = Case::new();
    for (at, name) in [&b"a\nb.png"[..], b" .PNG", b"\xff\xfe.jpeg", "\u{202e}gnp.x.png".as_bytes(), b"--help.png"].into_iter().enumerate()
    {
        fs::write(case.root.path().join(std::ffi::OsStr::from_bytes(name)), png(at as u8)).unwrap();
    }
    let opened = case.open();
    assert_eq!((opened.skipped.len(), opened.dataset.unwrap().examples()), (0, 5));
    assert_eq!(case.open().decoded, 0);
}

#[test]
fn more_pixels_than_can_be_held_are_refused_before_anything_is_decoded() {
    let case = Case::new();
    (0..342).for_each(|i| case.write(&format!("{i}.png"), b""));
    let refusal = Folder::list(case.root.path(), Form { size: MOST_SIZE, channels: 3 }).err().unwrap().to_string();
    assert!(refusal.contains("342 pictures of 2048×2048 are 4303355904 bytes, at most 4294967295 are held"), "{refusal}");
}

#[test]
fn large_pictures_take_turns_and_come_out_as_small_ones_do() {
    let case = Case::new();
    // Beyond the size from which pictures are decoded one at a time: 2100² pixels.
    for i in 0..3u8 {
        let mut bytes = std::io::Cursor::new(vec![]);
        RgbImage::from_pixel(2100, 2100, Rgb([i, i, i])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        case.write(&format!("{i}.png"), &bytes.into_inner());
    }
    let mut found = greys(&case.open().dataset.unwrap());
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2]);
}
