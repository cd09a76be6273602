//! A decoded folder, kept as one file in the cache: magic number, length of the header, header (JSON), pixels, labels, and the sha256 of all of it.
//!
//! It is a convenience and never the truth: what is stale or damaged is passed over, and made anew.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Form, MOST_BYTES, Pack, Ranges, Skipped};
use crate::atomic;
use crate::error::{Error, Result};

/// The first bytes of a file; the last of them counts the versions of the format.
const MAGIC: [u8; 8] = *b"ganderp1";

/// The longest header that is read.
const MOST_HEADER: u32 = 1 << 20;

/// What stands before the pixels.
#[derive(Serialize, Deserialize)]
struct Header {
    key: String,
    ranges: Ranges,
    labelled: bool,
    skipped: Vec<Skipped>,
    skipped_in_all: usize,
}

/// Writes a file whole or not at all, and the folder it belongs into.
/// # Errors
/// if it cannot be written.
pub(super) fn write(path: &Path, pack: &Pack, form: Form) -> Result<()> {
    let folder = path.parent().expect("the place of a pack is in a folder");
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    debug_assert_eq!(pack.pixels.len(), pack.ranges.test.end as usize * form.bytes(), "one picture after the other");
    let (ranges, skipped) = (pack.ranges.clone(), pack.skipped.clone());
    let header = Header { key: pack.key.clone(), ranges, labelled: pack.labels.is_some(), skipped, skipped_in_all: pack.skipped_in_all };
    let header = serde_json::to_vec(&header).expect("a header is plain numbers and text");
    let length = (header.len() as u32).to_le_bytes();
    let parts = [&MAGIC[..], &length, &header, &pack.pixels, pack.labels.as_deref().unwrap_or_default()];
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    let sum = hasher.finalize();
    atomic::write(path, |file| parts.iter().try_for_each(|part| file.write_all(part)).and_then(|()| file.write_all(&sum)))
}

/// The pack in a file, if it is there, whole, and that of `key`.
pub(super) fn read(path: &Path, key: &str, form: Form) -> Option<Pack> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    parse(BufReader::with_capacity(1 << 16, file), length, form).filter(|pack| pack.key == key)
}

/// The pack in a file's bytes, if they are one.
#[must_use]
pub fn read_from(bytes: &[u8], form: Form) -> Option<Pack> {
    parse(bytes, bytes.len() as u64, form)
}

fn parse(source: impl Read, length: u64, form: Form) -> Option<Pack> {
    let mut source = Hashed { source, hasher: Sha256::new() };
    if source.take(8, length)? != MAGIC {
        return None;
    }
    let header = u32::from_le_bytes(source.take(4, length)?.try_into().ok()?);
    if header > MOST_HEADER {
        return None;
    }
    let Header { key, ranges, labelled, skipped, skipped_in_all } =
        serde_json::from_slice(&source.take(u64::from(header), length)?).ok()?;
    let examples = u64::from(ranges.test.end);
    let pixels = examples.checked_mul(form.bytes() as u64).filter(|pixels| *pixels <= MOST_BYTES)?;
    let labels = if labelled { examples } else { 0 };
    // Nothing is believed that the file is too short for, and nothing is left over.
    if 8 + 4 + u64::from(header) + pixels + labels + 32 != length {
        return None;
    }
    let pixels = source.take(pixels, length)?;
    let labels = source.take(labels, length)?;
    let sum = source.hasher.finalize();
    let mut found = [0; 32];
    source.source.read_exact(&mut found).ok()?;
    (found == sum.as_slice()).then(|| Pack { key, ranges, labels: labelled.then_some(labels), skipped, skipped_in_all, pixels })
}

/// A source whose bytes are summed up as they are read.
struct Hashed<R> {
    source: R,
    hasher: Sha256,
}

impl<R: Read> Hashed<R> {
    /// The next `count` bytes of a source that has `length` in all.
    fn take(&mut self, count: u64, length: u64) -> Option<Vec<u8>> {
        if count > length {
            return None;
        }
        let mut bytes = Vec::new();
        self.source.by_ref().take(count).read_to_end(&mut bytes).ok()?;
        self.hasher.update(&bytes);
        (bytes.len() as u64 == count).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = Form { size: 2, channels: 1 };

    fn pack() -> Pack {
        Pack {
            key: "k".into(),
            ranges: Ranges { train: 0..2, valid: 2..2, test: 2..3 },
            labels: Some(vec![1, 0, 2]),
            skipped: vec![Skipped { path: "a/b.png".into(), why: "damaged".into() }],
            skipped_in_all: 1,
            pixels: (0..12).collect(),
        }
    }

    #[test]
    fn what_was_written_is_read_and_a_flipped_bit_or_a_lost_byte_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("folders/a.pack");
        write(&path, &pack(), FORM).unwrap();
        assert_eq!(read(&path, "k", FORM), Some(pack()));
        assert_eq!(read(&path, "another", FORM), None);
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            assert_eq!(read_from(&damaged, FORM), None, "bit 2 of byte {at} flipped");
            assert_eq!(read_from(&bytes[..at], FORM), None, "only {at} bytes");
        }
        assert_eq!(read_from(&[&bytes[..], &[0]].concat(), FORM), None);
        assert_eq!(read_from(&bytes, Form { size: 3, channels: 1 }), None);
        assert_eq!(read_from(&bytes, FORM), Some(pack()));
    }

    #[test]
    fn a_header_that_promises_the_moon_is_passed_over() {
        let header = br#"{"key":"k","ranges":{"train":{"start":0,"end":1},"valid":{"start":1,"end":1},"test":{"start":1,"end":4000000000}},"labelled":true,"skipped":[],"skipped_in_all":0}"#;
        let bytes = [&MAGIC[..], &(header.len() as u32).to_le_bytes(), header, &[0; 100]].concat();
        assert_eq!(read_from(&bytes, Form { size: 2048, channels: 3 }), None);
        assert_eq!(read_from(&bytes, Form { size: 1, channels: 1 }), None);
    }
}
