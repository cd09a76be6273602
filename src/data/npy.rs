//! `.npy`, the format in which numpy keeps one array. Source: numpy.org, "numpy.lib.format", versions 1.0 to 3.0.
//!
//! The header is a line of Python; only the one that numpy writes is read, word for word, and nothing in it is executed. It is believed only when the file
//! is as long as it promises, so that no array takes more memory than its file. Left out: Fortran order, objects, complex numbers, records.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use crate::atomic;
use crate::error::{Error, Result};

/// The first bytes of every file.
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The longest header that is read, in bytes; numpy's own limit is less.
const MOST_HEADER: u32 = 1 << 16;

/// The most numbers that are read: four times MNIST's 70,000 pictures.
const MOST_NUMBERS: u64 = 1 << 28;

/// An array, its last axis running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The lengths of its axes.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub numbers: Numbers,
}

/// The numbers of an array, as they are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// `uint8`: bytes.
    Bytes(Vec<u8>),
    /// `float16`, `float32`, `float64`: reals, rounded to f32.
    Reals(Vec<f32>),
}

/// How one number is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Byte,
    Half,
    Single,
    Double,
}

impl Kind {
    fn bytes(self) -> u64 {
        match self {
            Kind::Byte => 1,
            Kind::Half => 2,
            Kind::Single => 4,
            Kind::Double => 8,
        }
    }
}

/// What a header says.
struct Header {
    kind: Kind,
    big_endian: bool,
    shape: Vec<usize>,
    count: u64,
}

/// Reads an array of bytes or floating-point numbers.
/// # Errors
/// [`Error::Io`] when the file cannot be read; [`Error::Data`] when it is no `.npy` file, holds other things than numbers, is in Fortran order, holds more
/// than 2²⁸ numbers, or is longer or shorter than its header promises. The message says what to do in numpy.
pub fn read(path: &Path) -> Result<Array> {
    let (file, length) = opened(path)?;
    array(file, length).map_err(|why| Error::Data(format!("{}: {why}", path.display())))
}

/// The same, from the file's bytes.
/// # Errors
/// as [`read`] has them.
pub fn read_from(bytes: &[u8]) -> Result<Array> {
    array(bytes, bytes.len() as u64).map_err(Error::Data)
}

/// The lengths of an array's axes, and whether its numbers are bytes: the header alone is read.
/// # Errors
/// as [`read`] has them.
pub fn describe(path: &Path) -> Result<(Vec<usize>, bool)> {
    let (mut file, length) = opened(path)?;
    let Header { kind, shape, .. } = promised(&mut file, length).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?;
    Ok((shape, kind == Kind::Byte))
}

/// A file, and its length.
fn opened(path: &Path) -> Result<(BufReader<File>, u64)> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let length = file.metadata().map_err(Error::io("read", path))?.len();
    Ok((BufReader::new(file), length))
}

/// The array in a source of that length.
fn array(mut source: impl Read, length: u64) -> std::result::Result<Array, String> {
    let Header { kind, big_endian, shape, count } = promised(&mut source, length)?;
    // The source is as long as that, so that no more is taken than it holds.
    let mut bytes = Vec::with_capacity((count * kind.bytes()) as usize);
    source.take(count * kind.bytes()).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 != count * kind.bytes() {
        return Err("it became shorter while it was read".into());
    }
    Ok(Array { shape, numbers: numbers(bytes, kind, big_endian) })
}

/// The header of a source, when it is as long as that promises.
fn promised(source: &mut impl Read, length: u64) -> std::result::Result<Header, String> {
    let (text, begin) = header(source)?;
    let header = parse(&text)?;
    let promised = begin + header.count * header.kind.bytes();
    if length != promised {
        return Err(format!("{length} bytes, its header promises {promised}; save it again"));
    }
    Ok(header)
}

/// Writes an array of f32, whole or not at all.
/// # Errors when the file cannot be written.
/// # Panics if the values do not fill the shape.
pub fn write(path: &Path, shape: &[usize], values: &[f32]) -> Result<()> {
    assert_eq!(shape.iter().product::<usize>(), values.len(), "values must fill the shape {shape:?}");
    // A tuple of one keeps its comma, as Python writes it.
    let axes: String = shape.iter().map(|axis| format!("{axis}, ")).collect();
    let axes = if shape.len() == 1 { axes.trim_end() } else { axes.trim_end_matches(", ") };
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({axes}), }}");
    // The data begin at a multiple of 64, after magic, version, length, and a header that ends in a newline.
    let begin = (10 + text.len() + 1).next_multiple_of(64);
    text += &" ".repeat(begin - 10 - text.len() - 1);
    text.push('\n');
    atomic::write(path, |file| {
        file.write_all(MAGIC)?;
        file.write_all(&[1, 0])?;
        file.write_all(&(text.len() as u16).to_le_bytes())?;
        file.write_all(text.as_bytes())?;
        values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
    })
}

/// The text of the header, and where the data begin.
fn header(file: &mut impl Read) -> std::result::Result<(String, u64), String> {
    let mut take = |count: usize| {
        let mut bytes = vec![0; count];
        file.read_exact(&mut bytes).map(|()| bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => "it ends within its header; save it again".to_string(),
            _ => error.to_string(),
        })
    };
    if take(6)? != MAGIC {
        return Err("no .npy file; write one with numpy.save (a .npz holds several: save one array alone)".into());
    }
    let version = take(2)?;
    let (length, before) = match version[0] {
        1 => (u32::from(u16::from_le_bytes(take(2)?.try_into().expect("two bytes"))), 10),
        2 | 3 => (u32::from_le_bytes(take(4)?.try_into().expect("four bytes")), 12),
        other => return Err(format!("version {other} of the format; versions 1 to 3 are read")),
    };
    if length > MOST_HEADER {
        return Err(format!("a header of {length} bytes; at most {MOST_HEADER} are read"));
    }
    let text = String::from_utf8(take(length as usize)?).map_err(|_| "its header is no text")?;
    Ok((text, before + u64::from(length)))
}

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (10, 784), }`, its keys in any order.
fn parse(text: &str) -> std::result::Result<Header, String> {
    let odd = || format!("its header is not one that numpy writes: `{}`", text.trim().chars().take(200).collect::<String>());
    let descr = value_of(text, "descr").ok_or_else(odd)?;
    let descr = descr.strip_prefix('\'').and_then(|rest| rest.split('\'').next());
    let (kind, big_endian) = match descr {
        Some("|u1" | "<u1" | ">u1") => (Kind::Byte, false),
        Some("<f2") => (Kind::Half, false),
        Some(">f2") => (Kind::Half, true),
        Some("<f4") => (Kind::Single, false),
        Some(">f4") => (Kind::Single, true),
        Some("<f8") => (Kind::Double, false),
        Some(">f8") => (Kind::Double, true),
        other => {
            let other = other.map_or_else(|| "a record".into(), |other| format!("`{other}`"));
            return Err(format!("its numbers are {other}; float32 or uint8 are read: save x.astype('float32')"));
        }
    };
    let order = value_of(text, "fortran_order").ok_or_else(odd)?;
    if order.starts_with("True") {
        return Err("it is in Fortran order; save numpy.ascontiguousarray(x)".into());
    }
    if !order.starts_with("False") {
        return Err(odd());
    }
    let shape = value_of(text, "shape").and_then(|rest| rest.strip_prefix('(')?.split_once(')')).ok_or_else(odd)?.0;
    let axes = shape.split(',').map(str::trim).filter(|axis| !axis.is_empty());
    let shape: Vec<u64> = axes.map(|axis| axis.parse().map_err(|_| odd())).collect::<std::result::Result<_, _>>()?;
    let count = shape.iter().try_fold(1u64, |count, &axis| count.checked_mul(axis)).filter(|&count| count <= MOST_NUMBERS);
    let count = count.ok_or_else(|| format!("an array of {shape:?} numbers; at most {MOST_NUMBERS} are read: save fewer samples"))?;
    // Each axis is at most the count, unless another is zero.
    let shape = shape.into_iter().map(|axis| usize::try_from(axis).map_err(|_| odd())).collect::<std::result::Result<_, _>>()?;
    Ok(Header { kind, big_endian, shape, count })
}

/// What stands behind a key.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    Some(text.split_once(&format!("'{key}':"))?.1.trim_start())
}

fn numbers(bytes: Vec<u8>, kind: Kind, big_endian: bool) -> Numbers {
    /// Numbers of N bytes each.
    fn reals<const N: usize>(bytes: &[u8], big_endian: bool, real: fn([u8; N]) -> f32) -> Numbers {
        let (numbers, _) = bytes.as_chunks::<N>();
        let little = |mut number: [u8; N]| {
            if big_endian {
                number.reverse();
            }
            real(number)
        };
        Numbers::Reals(numbers.iter().copied().map(little).collect())
    }
    match kind {
        Kind::Byte => Numbers::Bytes(bytes),
        Kind::Half => reals(&bytes, big_endian, |number| half(u16::from_le_bytes(number))),
        Kind::Single => reals(&bytes, big_endian, f32::from_le_bytes),
        Kind::Double => reals(&bytes, big_endian, |number| f64::from_le_bytes(number) as f32),
    }
}

/// An IEEE 754 binary16 as f32: one bit of sign, five of exponent (biased by 15), ten of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests;
