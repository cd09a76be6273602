//! The data elements that a MAT-file is made of: a tag (type and bytes), the data, and what fills up to a multiple of eight bytes. Up to four bytes of
//! data stand in the tag itself.

use std::io::{ErrorKind, Read};

/// A result whose error is what is wrong with the file.
pub(super) type Why<T> = std::result::Result<T, String>;

/// Most bytes that zlib makes of one: a repeated match of 258 bytes takes two bits at least (zlib's technical details give 1032).
pub(super) const MOST_INFLATION: u64 = 1032;

/// Longest name that is read, in bytes; MATLAB's own limit is 63.
const MOST_NAME: u32 = 255;

/// Numbers of signed 32-bit integers, which dimensions are.
const INT32: u32 = 5;
/// Numbers of unsigned 32-bit integers, which flags are.
const UINT32: u32 = 6;
/// Bytes, which names are.
const INT8: u32 = 1;

/// What stands before an element's data.
#[derive(Clone, Copy)]
pub(super) struct Tag {
    /// The type of the data.
    pub kind: u32,
    /// Bytes of data.
    pub bytes: u32,
    /// The data of a small element.
    small: Option<[u8; 4]>,
}

/// The elements within something that has only so many bytes.
pub(super) struct Elements<R> {
    content: R,
    left: u64,
    big_endian: bool,
}

impl<R: Read> Elements<R> {
    /// The elements in the next `left` bytes of the content.
    pub fn new(content: R, left: u64, big_endian: bool) -> Elements<R> {
        Elements { content, left, big_endian }
    }

    /// Bytes not read yet.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Whether numbers begin with their largest byte.
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// The next tag.
    pub fn tag(&mut self) -> Why<Tag> {
        let [first, second] = [self.array()?, self.array()?];
        let (first, size) = (self.word(first), self.word(second));
        // A small element has its bytes in the upper half of the first word, which is zero in others.
        match first >> 16 {
            0 => Ok(Tag { kind: first, bytes: size, small: None }),
            bytes @ 1..=4 => Ok(Tag { kind: first & 0xffff, bytes, small: Some(second) }),
            bytes => Err(format!("a small data element of {bytes} bytes, and 4 are the most; copy the file again")),
        }
    }

    /// The data behind a tag, without what fills up. Memory is taken only for what the content can still hold.
    pub fn data(&mut self, tag: &Tag) -> Why<Vec<u8>> {
        if let Some(small) = tag.small {
            return Ok(small[..tag.bytes as usize].to_vec());
        }
        self.count(u64::from(tag.bytes))?;
        let mut data = Vec::with_capacity(tag.bytes as usize);
        self.content.by_ref().take(u64::from(tag.bytes)).read_to_end(&mut data).map_err(failed)?;
        match data.len() == tag.bytes as usize {
            true => Ok(data),
            false => Err(broken_off()),
        }
    }

    /// An element of at most so many 32-bit numbers.
    pub fn words(&mut self, most: usize) -> Why<Vec<u32>> {
        let data = self.short(&[INT32, UINT32], 4 * most as u32)?;
        let (words, rest) = data.as_chunks();
        match rest {
            [] => Ok(words.iter().map(|word| self.word(*word)).collect()),
            _ => Err(format!("{} bytes where whole numbers of four should be; save it again", data.len())),
        }
    }

    /// An element of text.
    pub fn text(&mut self) -> Why<String> {
        Ok(String::from_utf8_lossy(&self.short(&[INT8], MOST_NAME)?).into_owned())
    }

    /// The data of a short element of one of these types, and what fills up behind it.
    fn short(&mut self, kinds: &[u32], most: u32) -> Why<Vec<u8>> {
        let tag = self.tag()?;
        if !kinds.contains(&tag.kind) {
            return Err(format!("a data element of type {} where one of type {} should be; save it again", tag.kind, kinds[0]));
        }
        if tag.bytes > most {
            return Err(format!("a data element of {} bytes where at most {most} are read; save it again", tag.bytes));
        }
        let data = self.data(&tag)?;
        if tag.small.is_none() {
            let filling = (u64::from(tag.bytes).next_multiple_of(8) - u64::from(tag.bytes)) as usize;
            self.exact(&mut [0; 8][..filling])?;
        }
        Ok(data)
    }

    /// Reads on to where these elements end.
    pub fn pass_over_the_rest(&mut self) -> Why<()> {
        let rest = self.left as usize;
        self.exact(&mut vec![0; rest])
    }

    fn array<const N: usize>(&mut self) -> Why<[u8; N]> {
        let mut bytes = [0; N];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Why<()> {
        self.count(bytes.len() as u64)?;
        self.content.read_exact(bytes).map_err(failed)
    }

    /// Takes so many bytes off what is left.
    fn count(&mut self, bytes: u64) -> Why<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(broken_off)?;
        Ok(())
    }

    fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// What a failure to read says of the file.
pub(super) fn failed(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => broken_off(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => format!("a compressed variable is damaged ({error}); copy it again"),
        _ => format!("it cannot be read: {error}"),
    }
}

fn broken_off() -> String {
    "it breaks off within a variable; copy it again".into()
}
