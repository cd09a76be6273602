//! CIFAR-10 in its binary form (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): five files of training records and one of test
//! records, each record a label and 3 × 32 × 32 bytes, red, green and blue one after the other. Source: <https://www.cs.toronto.edu/~kriz/cifar.html>.
//!
//! The files lie in a folder, in its subfolder `cifar-10-batches-bin`, or still in the published archive. The archive is read in memory and nothing of it
//! is ever written, so links and `..` in it lead nowhere: of its entries only regular files count, by the last part of their names.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::dataset::{Dataset, Shape, Values};
use super::inflate;
use crate::error::{Error, Result};

/// The published archive.
pub const ARCHIVE: &str = "cifar-10-binary.tar.gz";

/// The folder that the archive unpacks to.
const UNPACKED: &str = "cifar-10-batches-bin";

/// The files, those of training records first.
pub const FILES: [&str; 6] =
    ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"];

/// What the labels mean; batches.meta.txt.
pub const CLASSES: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// One picture.
pub const SHAPE: Shape = Shape { width: 32, height: 32, channels: 3 };

/// Examples of the published set.
pub const EXAMPLES: u32 = 60_000;

/// Training examples of the published set: those before the ones held out for validation.
pub const TRAIN: Range<u32> = 0..40_000;

/// Bytes in a record: its label and its pixels.
pub const RECORD: usize = 1 + 3 * 32 * 32;

/// The most bytes that are read, over all six files: 87,000 records, where 60,000 were published.
const MOST_BYTES: u64 = 1 << 28;

/// The most bytes that the archive may inflate to, with whatever else is in it.
const MOST_INFLATED: u64 = 1 << 30;

/// Reads the six files from `place`: a folder that holds them, their subfolder, or the archive; or the archive itself.
///
/// Of the n records in data batches the first n − ⌊n/5⌋ are for training and the others for validation: 0–40,000 and 40,000–50,000 of CIFAR-10 itself; the
/// test range is what the test batch holds, 50,000–60,000. Smaller sets are read by the same rule.
/// # Errors
/// [`Error::Data`] when a file is missing, holds no whole number of records or none, a label is above 9, the archive is damaged, or there are more than
/// 2²⁸ bytes of records.
pub fn read(place: &Path) -> Result<Dataset> {
    let Some(found) = find(place) else {
        return Err(Error::Data(format!(
            "{}: no {}, nor {UNPACKED} or {ARCHIVE}; run `gander data fetch cifar10`, or name the folder with --data DIR",
            place.display(),
            FILES[0]
        )));
    };
    if found.is_dir() {
        return dataset(&found, files_of(&found)?);
    }
    let file = File::open(&found).map_err(Error::io("open", &found))?;
    dataset(&found, files_in(file).map_err(|why| Error::Data(format!("{}: {why}", found.display())))?)
}

/// Reads the archive from its bytes, plain or gzip.
/// # Errors
/// as [`read`] has them.
pub fn read_from(archive: &[u8]) -> Result<Dataset> {
    let place = Path::new(ARCHIVE);
    dataset(place, files_in(Cursor::new(archive)).map_err(|why| Error::Data(format!("{}: {why}", place.display())))?)
}

/// Whether `place` has any of the files, or the archive.
#[must_use]
pub fn is_in(place: &Path) -> bool {
    find(place).is_some()
}

/// The folder that holds the files, or the archive.
fn find(place: &Path) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| FILES.iter().any(|name| folder.join(name).is_file());
    let folder = [place.to_path_buf(), place.join(UNPACKED)].into_iter().find(holds);
    folder.or_else(|| [place.join(ARCHIVE), place.to_path_buf()].into_iter().find(|archive| archive.is_file()))
}

/// The contents of the six files of a folder.
fn files_of(folder: &Path) -> Result<[Vec<u8>; 6]> {
    let mut left = MOST_BYTES;
    let mut files = FILES.map(|_| vec![]);
    for (name, content) in FILES.iter().zip(&mut files) {
        let path = folder.join(name);
        if !path.is_file() {
            return Err(Error::Data(format!("{}: no {name}; run `gander data fetch cifar10`", folder.display())));
        }
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        file.take(left + 1).read_to_end(content).map_err(Error::io("read", &path))?;
        left = left.checked_sub(content.len() as u64).ok_or_else(|| Error::Data(format!("{}: {}", folder.display(), too_many())))?;
    }
    Ok(files)
}

/// The contents of the six files in an archive, or what is wrong with it.
fn files_in(archive: impl Read + Seek) -> std::result::Result<[Vec<u8>; 6], String> {
    let damaged = |error: std::io::Error| format!("the archive is damaged or too long ({error}); download it again");
    let (_, content) = inflate::content(archive).map_err(|error| error.to_string())?;
    let mut archive = tar::Archive::new(content.take(MOST_INFLATED));
    let mut files = FILES.map(|_| None);
    let mut left = MOST_BYTES;
    // Raw: entries that describe others, which may ask for any memory, are passed over as what they are.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let Some(at) = wanted(&entry) else { continue };
        if files[at].is_some() {
            return Err(format!("{} is in it twice; download it again", FILES[at]));
        }
        let (promised, mut content) = (entry.size(), vec![]);
        entry.by_ref().take(left + 1).read_to_end(&mut content).map_err(damaged)?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_many)?;
        if content.len() as u64 != promised {
            return Err(format!("{} breaks off after {} of {promised} bytes; download it again", FILES[at], content.len()));
        }
        files[at] = Some(content);
    }
    if let Some(at) = files.iter().position(Option::is_none) {
        return Err(format!("no {} in it; download it again", FILES[at]));
    }
    Ok(files.map(|content| content.expect("all are there")))
}

/// Which of the files an entry is.
fn wanted<R: Read>(entry: &tar::Entry<'_, R>) -> Option<usize> {
    let path = entry.path_bytes();
    let name = path.rsplit(|byte| *byte == b'/').next()?;
    FILES.iter().position(|file| file.as_bytes() == name).filter(|_| entry.header().entry_type().is_file())
}

fn too_many() -> String {
    format!("more than {MOST_BYTES} bytes of records, and no more are read; download it again")
}

/// The data set of the six files' records.
fn dataset(place: &Path, files: [Vec<u8>; 6]) -> Result<Dataset> {
    let (mut pixels, mut labels, mut trained) = (vec![], vec![], 0);
    for (name, content) in FILES.iter().zip(files) {
        let refuse = |what: String| Err(Error::Data(format!("{}: {name}: {what}; download it again", place.display())));
        trained = labels.len();
        let (records, rest) = content.as_chunks::<RECORD>();
        if records.is_empty() || !rest.is_empty() {
            return refuse(format!("{} bytes are no whole number of records of {RECORD}, at least one", content.len()));
        }
        if let Some(at) = records.iter().position(|record| usize::from(record[0]) >= CLASSES.len()) {
            return refuse(format!("label {at} is {}, but there are ten classes, 0 to 9", records[at][0]));
        }
        labels.extend(records.iter().map(|record| record[0]));
        pixels.extend(records.iter().flat_map(|record| &record[1..]));
    }
    // Fewer than 2²⁸ bytes are far fewer than 2³² records. The test batch came last.
    let (n, all) = (trained as u32, labels.len() as u32);
    let first = n - n / 5;
    Dataset {
        name: "cifar10".into(),
        shape: SHAPE,
        values: Values::Bytes(pixels),
        labels: Some(labels),
        train: 0..first,
        valid: first..n,
        test: n..all,
        preprocess: None,
    }
    .checked()
}

#[cfg(test)]
mod tests;
