//! Files that may be gzip: seen in their first bytes (RFC 1952, §2.3.1), never in their names.

use std::io::{self, BufReader, Read, Seek};

use flate2::read::MultiGzDecoder;

/// How a file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    Plain,
    Gzip,
}

/// The content of `file` from its beginning, inflated where it is gzip; nothing is inflated before it is read.
pub(super) fn content<'a>(mut file: impl Read + Seek + 'a) -> io::Result<(Storage, Box<dyn Read + 'a>)> {
    let mut first = Vec::new();
    file.rewind()?;
    file.by_ref().take(2).read_to_end(&mut first)?;
    file.rewind()?;
    let file = BufReader::new(file);
    Ok(match first[..] {
        [0x1f, 0x8b] => (Storage::Gzip, Box::new(MultiGzDecoder::new(file))),
        _ => (Storage::Plain, Box::new(file)),
    })
}
