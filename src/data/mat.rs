//! MAT-files of level 5, in which MATLAB keeps variables since its version 5 (`save -v6`, and `-v7`, whose variables are compressed).
//! Source: The MathWorks, "MAT-File Format", chapter 1, "Level 5 MAT-file format".
//!
//! Variables are asked for by name; the others are passed over unread. Both byte orders are read, numeric arrays of any number of dimensions, and every
//! type of number, whatever class it stands for: MATLAB stores doubles that are small whole numbers as bytes. A size is believed only when the rest of
//! the file can hold it, and nothing is inflated beyond what a variable's own dimensions promise.
//!
//! Left out: level 4 and the HDF5 files of `save -v7.3`, which are recognised and refused; cells, structures, text, sparse and complex arrays.

mod array;
mod elements;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::ZlibDecoder;

use crate::error::{Error, Result};
pub use array::{Array, Kind};
use elements::{Elements, MOST_INFLATION, Why, failed};

/// The most bytes of numbers that are read, over all variables that are asked for: 1 GiB, four times the Toronto Face Database.
pub const MOST_BYTES: u64 = 1 << 30;

/// Bytes before the first variable.
const HEADER: u64 = 128;

/// Bytes before the name of a variable of level 4.
const LEVEL_4_HEADER: usize = 20;

/// Most names that a message lists.
const MOST_NAMES: usize = 12;

/// A data element that holds a variable.
const MATRIX: u32 = 14;
/// A data element that holds another one, compressed by zlib.
const COMPRESSED: u32 = 15;

/// Reads the variables of those names, in the order of the names.
/// # Errors
/// [`Error::Io`] when the file cannot be opened; [`Error::Data`] when it is of another format, is damaged, lacks a variable or has one that is no
/// array of real numbers, or the variables together have more than [`MOST_BYTES`].
pub fn read(path: &Path, wanted: &[&str]) -> Result<Vec<Array>> {
    let mut file = BufReader::new(File::open(path).map_err(Error::io("open", path))?);
    variables(&mut file, wanted).map_err(|why| Error::Data(format!("{}: {why}", path.display())))
}

/// The same, from the file's bytes.
/// # Errors
/// as [`read`] has them.
pub fn read_from(bytes: &[u8], wanted: &[&str]) -> Result<Vec<Array>> {
    variables(&mut Cursor::new(bytes), wanted).map_err(Error::Data)
}

/// The variables of those names.
fn variables(content: &mut (impl Read + Seek), wanted: &[&str]) -> Why<Vec<Array>> {
    let length = content.seek(SeekFrom::End(0)).map_err(failed)?;
    content.rewind().map_err(failed)?;
    let big_endian = is_big_endian(&header(content)?)?;
    let mut found: Vec<Option<Array>> = wanted.iter().map(|_| None).collect();
    let (mut others, mut left, mut at) = (vec![], MOST_BYTES, HEADER);
    while at < length && found.iter().any(Option::is_none) {
        content.seek(SeekFrom::Start(at)).map_err(failed)?;
        let tag = Elements::new(&mut *content, length - at, big_endian).tag()?;
        at += 8 + u64::from(tag.bytes);
        if at > length {
            return Err(format!("a variable ends at byte {at}, but the file has only {length}; copy it again"));
        }
        let within = content.by_ref().take(u64::from(tag.bytes));
        let variable = match tag.kind {
            MATRIX => variable(Elements::new(within, u64::from(tag.bytes), big_endian), wanted, left)?,
            COMPRESSED => inflated(within, u64::from(tag.bytes), big_endian, wanted, left)?,
            other => return Err(format!("a data element of type {other} where a variable should begin; save it again")),
        };
        match variable {
            Variable::Wanted(place, array) => {
                left -= array.bytes();
                found[place] = Some(array);
            }
            Variable::Other(name) if others.len() < MOST_NAMES => others.push(name),
            Variable::Other(_) => {}
        }
    }
    let missing = |place: usize| format!("no variable `{}`{}", wanted[place], listed(&others));
    found.into_iter().enumerate().map(|(place, array)| array.ok_or_else(|| missing(place))).collect()
}

/// What was found instead.
fn listed(others: &[String]) -> String {
    match others {
        [] => "; it is another file".into(),
        _ => format!(", but {}; it is another file", others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// The first 128 bytes.
fn header(content: &mut impl Read) -> Why<[u8; HEADER as usize]> {
    let mut header = [0; HEADER as usize];
    let mut have = 0;
    while have < header.len() {
        match content.read(&mut header[have..]).map_err(failed)? {
            0 => break,
            more => have += more,
        }
    }
    if header.starts_with(b"\x89HDF") || header.starts_with(b"MATLAB 7.3") {
        return Err("an HDF5 file of MATLAB 7.3, which is not read; load it in MATLAB and save it with `save(…, '-v7')`".into());
    }
    if have >= LEVEL_4_HEADER && is_of_level_4([header[0], header[1], header[2], header[3]]) {
        return Err("a MAT-file of level 4, which is not read; load it in MATLAB and save it with `save(…, '-v7')`".into());
    }
    if have < header.len() {
        return Err(format!("{have} bytes, but the header alone of a MAT-file has {HEADER}; copy it again"));
    }
    Ok(header)
}

/// Whether a file begins with level 4's type, four decimal digits as one number of at most 4052 in either byte order. Level 5 begins with text, in which
/// none of the first four bytes may be zero.
fn is_of_level_4(first: [u8; 4]) -> bool {
    first.contains(&0) && (u32::from_le_bytes(first) <= 4052 || u32::from_be_bytes(first) <= 4052)
}

/// Whether the numbers of a file with that header begin with their largest byte.
fn is_big_endian(header: &[u8; HEADER as usize]) -> Why<bool> {
    let (version, big_endian) = match header[124..] {
        [low, high, b'I', b'M'] => (u16::from_le_bytes([low, high]), false),
        [high, low, b'M', b'I'] => (u16::from_be_bytes([high, low]), true),
        _ => return Err("no MAT-file: bytes 126 and 127 are neither `IM` nor `MI`; save it with `save(…, '-v7')`".into()),
    };
    match version {
        0x0100 => Ok(big_endian),
        other => Err(format!("version {other:#06x} of the format; 0x0100 is read: save it with `save(…, '-v7')`")),
    }
}

/// A variable that was come across.
enum Variable {
    /// The one of that place among the wanted.
    Wanted(usize, Array),
    /// One that nobody asked for.
    Other(String),
}

/// The variable in a compressed element of so many bytes.
fn inflated(compressed: impl Read, bytes: u64, big_endian: bool, wanted: &[&str], left: u64) -> Why<Variable> {
    let most = bytes.saturating_mul(MOST_INFLATION);
    let mut content = ZlibDecoder::new(compressed);
    let tag = Elements::new(&mut content, most, big_endian).tag()?;
    if tag.kind != MATRIX {
        return Err(format!("a compressed element of type {} where a variable should be; save it again", tag.kind));
    }
    if u64::from(tag.bytes) > most {
        return Err(format!("a variable of {} bytes, which {bytes} compressed ones cannot hold; copy it again", tag.bytes));
    }
    let variable = variable(Elements::new(&mut content, u64::from(tag.bytes), big_endian), wanted, left)?;
    if matches!(variable, Variable::Wanted(..)) {
        // The end of the stream is where its checksum is looked at.
        match content.read(&mut [0]).map_err(failed)? {
            0 => {}
            _ => return Err("a compressed variable goes on behind its end; save it again".into()),
        }
    }
    Ok(variable)
}

/// The variable made of these elements: array flags, dimensions, name, real part.
fn variable(mut elements: Elements<impl Read>, wanted: &[&str], left: u64) -> Why<Variable> {
    let flags = elements.words(2)?;
    let [flags, _] = flags[..] else { return Err("a variable without its flags; save it again".into()) };
    let class = Class { number: flags & 0xff, complex: flags & 0x0800 != 0 };
    if !class.has_dimensions() {
        return Ok(Variable::Other(format!("(a variable of class {})", class.number)));
    }
    let shape = elements.words(array::MOST_AXES)?;
    let name = elements.text()?;
    let Some(place) = wanted.iter().position(|wanted| *wanted == name) else { return Ok(Variable::Other(name)) };
    if let Some(what) = class.is_no_array_of_reals() {
        return Err(format!("variable `{name}` is {what}; save it as a full array of real numbers"));
    }
    array(elements, &shape, left).map(|array| Variable::Wanted(place, array)).map_err(|why| format!("variable `{name}`: {why}"))
}

/// The numbers behind the name.
fn array(mut elements: Elements<impl Read>, shape: &[u32], left: u64) -> Why<Array> {
    let tag = elements.tag()?;
    let kind = Kind::of(tag.kind).ok_or_else(|| format!("numbers of the unknown type {}; save it again", tag.kind))?;
    let promised = array::bytes(shape, kind).filter(|bytes| *bytes <= left).ok_or_else(|| {
        format!("an array of {} numbers, and more than {left} bytes of them are not read; save fewer", array::described(shape))
    })?;
    if u64::from(tag.bytes) != promised {
        let dimensions = array::described(shape);
        return Err(format!("{} bytes of numbers, but its dimensions {dimensions} promise {promised}; save it again", tag.bytes));
    }
    let data = elements.data(&tag)?;
    match elements.left() {
        // What fills up the last eight bytes.
        0..8 => elements.pass_over_the_rest()?,
        more => return Err(format!("{more} bytes behind its numbers; save it again")),
    }
    Ok(Array::new(shape, kind, elements.is_big_endian(), data))
}

/// What kind of variable MATLAB had.
struct Class {
    number: u32,
    complex: bool,
}

impl Class {
    /// Whether dimensions and a name follow the flags, as they do for everything but functions and objects of newer kinds.
    fn has_dimensions(&self) -> bool {
        (1..=15).contains(&self.number)
    }

    /// What else it is.
    fn is_no_array_of_reals(&self) -> Option<&'static str> {
        match self.number {
            1 => Some("a cell array"),
            2 => Some("a structure"),
            3 => Some("an object"),
            4 => Some("text"),
            5 => Some("a sparse array"),
            _ if self.complex => Some("complex"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
