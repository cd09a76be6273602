//! IDX, the format of MNIST's files: a big-endian magic number, the big-endian sizes, then one byte per value. Plain or gzip; which of
//! the two is seen in the first bytes, never in the name. Source: <http://yann.lecun.com/exdb/mnist/>, "file formats".
//!
//! The header is believed only after the file has kept its promise to the byte. Nothing is ever inflated beyond that promise plus one
//! byte, so that a small file cannot fill the memory.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek};
use std::path::Path;

use super::inflate::{self, Storage};
use crate::error::{Error, Result};

/// First number of a file of images: unsigned bytes (08) in three dimensions (03).
const IMAGES: u32 = 0x0803;
/// First number of a file of labels: unsigned bytes (08) in one dimension (01).
const LABELS: u32 = 0x0801;

/// The most bytes of values that are read, 1 GiB: twenty times MNIST's, and twice EMNIST's.
const MOST_BYTES: u64 = 1 << 30;

/// The images of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// How many.
    pub count: u32,
    /// Rows of pixels in each.
    pub rows: u32,
    /// Pixels in each row.
    pub columns: u32,
    /// count × rows × columns bytes; columns run fastest.
    pub pixels: Vec<u8>,
}

/// Reads a file of images (magic number 2051), plain or gzip.
/// # Errors
/// [`Error::Io`] when the file cannot be read; [`Error::Data`] when it is no file of images, is shorter or longer than its header
/// promises, promises nothing or more than 1 GiB, or its gzip stream is damaged.
pub fn read_images(path: &Path) -> Result<Images> {
    let (sizes, pixels) = read(path, IMAGES)?;
    Ok(Images { count: sizes[0], rows: sizes[1], columns: sizes[2], pixels })
}

/// Reads a file of images from its bytes, plain or gzip.
/// # Errors
/// As [`read_images`].
pub fn read_images_from(bytes: &[u8]) -> Result<Images> {
    let (sizes, pixels) = content(Stream::new(Path::new("images"), Cursor::new(bytes))?, IMAGES)?;
    Ok(Images { count: sizes[0], rows: sizes[1], columns: sizes[2], pixels })
}

/// Reads a file of labels (magic number 2049), plain or gzip: one byte each.
/// # Errors
/// As [`read_images`], for labels.
pub fn read_labels(path: &Path) -> Result<Vec<u8>> {
    Ok(read(path, LABELS)?.1)
}

/// Reads a file of labels from its bytes, plain or gzip.
/// # Errors
/// As [`read_images`], for labels.
pub fn read_labels_from(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(content(Stream::new(Path::new("labels"), Cursor::new(bytes))?, LABELS)?.1)
}

/// The sizes in the header, and the values, of the kind of file that begins with `magic`.
fn read(path: &Path, magic: u32) -> Result<(Vec<u32>, Vec<u8>)> {
    content(Stream::new(path, File::open(path).map_err(Error::io("open", path))?)?, magic)
}

/// The sizes in the header of a stream, and its values.
fn content(mut stream: Stream, magic: u32) -> Result<(Vec<u32>, Vec<u8>)> {
    let header = stream.header(header_bytes(magic))?;
    let mut words = header.chunks_exact(4).map(|word| u32::from_be_bytes(word.try_into().expect("chunks of four")));
    let found = words.next().expect("a header begins with its magic number");
    if found != magic {
        return stream.refuse(format!("it begins with {}, but {} are wanted, {}", described(found), kind(magic), described(magic)));
    }
    let sizes: Vec<u32> = words.collect();
    let promised = promise(&sizes).or_else(|lie| stream.refuse(format!("the header promises {lie}")))?;
    let values = stream.exactly(header.len() as u64, promised)?;
    Ok((sizes, values))
}

/// A magic number and as many sizes as its last byte says.
fn header_bytes(magic: u32) -> u64 {
    4 + 4 * u64::from(magic & 0xff)
}

/// What a file that begins with `magic` holds.
fn kind(magic: u32) -> &'static str {
    match magic {
        IMAGES => "images",
        LABELS => "labels",
        _ => "no IDX images or labels",
    }
}

fn described(magic: u32) -> String {
    format!("the magic number {magic} ({})", kind(magic))
}

/// The bytes that these sizes ask for, or what is wrong with them.
fn promise(sizes: &[u32]) -> std::result::Result<u64, String> {
    let described = sizes.iter().map(u32::to_string).collect::<Vec<_>>().join("×");
    match sizes.iter().try_fold(1u64, |product, size| product.checked_mul(u64::from(*size))) {
        Some(0) => Err(format!("{described} values, that is none")),
        Some(bytes) if bytes <= MOST_BYTES => Ok(bytes),
        _ => Err(format!("{described} values, and more than {MOST_BYTES} are not read")),
    }
}

/// The bytes of an IDX file, inflated where it is gzip, and what its errors have to name.
struct Stream<'a> {
    path: &'a Path,
    storage: Storage,
    bytes: Box<dyn Read + 'a>,
    /// A gzip stream ended before its own end.
    broken_off: bool,
}

impl<'a> Stream<'a> {
    fn new(path: &'a Path, source: impl Read + Seek + 'a) -> Result<Stream<'a>> {
        let (storage, bytes) = inflate::content(source).map_err(Error::io("read", path))?;
        Ok(Stream { path, storage, bytes, broken_off: false })
    }

    /// The first `length` bytes.
    fn header(&mut self, length: u64) -> Result<Vec<u8>> {
        let header = self.up_to(length)?;
        if (header.len() as u64) < length {
            return self.refuse(format!("{}{} bytes, but the header alone has {length}", self.holds(), header.len()));
        }
        Ok(header)
    }

    /// The `promised` bytes that are left after `before` have been read, and not one more.
    fn exactly(&mut self, before: u64, promised: u64) -> Result<Vec<u8>> {
        let values = self.up_to(promised + 1)?;
        let (got, in_all, holds) = (before + values.len() as u64, before + promised, self.holds());
        match values.len() as u64 {
            n if n < promised => self.refuse(format!("{holds}{got} bytes, the header promises {in_all}")),
            n if n > promised => self.refuse(format!("{holds}more bytes than the {in_all} that the header promises")),
            _ if self.broken_off => self.refuse(format!("the gzip stream breaks off after {in_all} inflated bytes, before its checksum")),
            _ => Ok(values),
        }
    }

    /// Reads until there are `most` bytes or the stream ends.
    fn up_to(&mut self, most: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.bytes.by_ref().take(most).read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => self.broken_off = true,
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                return self.refuse(format!("the gzip stream is damaged ({e})"));
            }
            Err(e) => return Err(Error::io("read", self.path)(e)),
        }
        Ok(bytes)
    }

    /// How to speak of the bytes that were counted.
    fn holds(&self) -> &'static str {
        match self.storage {
            Storage::Plain => "",
            Storage::Gzip => "inflates to ",
        }
    }

    fn refuse<T>(&self, what: String) -> Result<T> {
        Err(Error::Data(format!("{}: {what}; download it again", self.path.display())))
    }
}

#[cfg(test)]
pub(super) mod tests;
