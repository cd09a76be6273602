//! An array as MATLAB keeps it: its first axis runs fastest (column-major). Elsewhere in gander the last axis does (row-major).

use rayon::prelude::*;

/// Most axes that are read.
pub(super) const MOST_AXES: usize = 32;

/// Examples that are gathered at a time, so that neighbours in the file are read together.
const TOGETHER: usize = 64;

/// How one number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the format's types say all")]
pub enum Kind {
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Single,
    Double,
    Int64,
    Uint64,
}

impl Kind {
    /// The kind that the format gives this number.
    pub(super) fn of(number: u32) -> Option<Kind> {
        Some(match number {
            1 => Kind::Int8,
            2 => Kind::Uint8,
            3 => Kind::Int16,
            4 => Kind::Uint16,
            5 => Kind::Int32,
            6 => Kind::Uint32,
            7 => Kind::Single,
            9 => Kind::Double,
            12 => Kind::Int64,
            13 => Kind::Uint64,
            _ => return None,
        })
    }

    /// Bytes of one number.
    fn bytes(self) -> usize {
        match self {
            Kind::Int8 | Kind::Uint8 => 1,
            Kind::Int16 | Kind::Uint16 => 2,
            Kind::Int32 | Kind::Uint32 | Kind::Single => 4,
            Kind::Double | Kind::Int64 | Kind::Uint64 => 8,
        }
    }
}

/// An array of real numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    kind: Kind,
    big_endian: bool,
    /// The numbers as they are written, the first axis running fastest.
    data: Vec<u8>,
}

/// The bytes that an array of that shape takes; none if they cannot be counted, and neither if an empty array's other axes cannot.
pub(super) fn bytes(shape: &[u32], kind: Kind) -> Option<u64> {
    let others =
        shape.iter().filter(|axis| **axis != 0).try_fold(kind.bytes() as u64, |bytes, axis| bytes.checked_mul(u64::from(*axis)))?;
    Some(if shape.contains(&0) { 0 } else { others })
}

/// A shape in words.
pub(super) fn described(shape: &[u32]) -> String {
    shape.iter().map(u32::to_string).collect::<Vec<_>>().join("×")
}

impl Array {
    /// # Panics
    /// if the data do not fill the shape.
    pub(super) fn new(shape: &[u32], kind: Kind, big_endian: bool, data: Vec<u8>) -> Array {
        assert_eq!(bytes(shape, kind), Some(data.len() as u64), "the data must fill the shape");
        Array { shape: shape.iter().map(|axis| *axis as usize).collect(), kind, big_endian, data }
    }

    /// The lengths of its axes, in the order of MATLAB's indices.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How its numbers are written, which may be shorter than their class in MATLAB.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Bytes that its numbers take.
    pub(super) fn bytes(&self) -> u64 {
        self.data.len() as u64
    }

    /// Its numbers made row-major: the last axis runs fastest. 64-bit integers beyond 2⁵³ are rounded.
    #[must_use]
    pub fn row_major(&self) -> Vec<f64> {
        let (n, per) = self.first_axis();
        let mut numbers = vec![0.0; n * per];
        if n == 0 {
            return numbers;
        }
        for (j, place) in Places::of(self.rest()).enumerate() {
            for i in 0..n {
                numbers[i * per + place] = self.number(j * n + i);
            }
        }
        numbers
    }

    /// The chosen examples, which its first axis counts, one after the other, each made row-major; `None` unless its numbers are unsigned bytes.
    /// # Panics
    /// if there is no such example.
    #[must_use]
    pub fn examples(&self, chosen: &[usize]) -> Option<Vec<u8>> {
        let (n, per) = self.first_axis();
        if self.kind != Kind::Uint8 {
            return None;
        }
        let mut bytes = vec![0; chosen.len() * per];
        if chosen.is_empty() {
            return Some(bytes);
        }
        bytes.par_chunks_mut((TOGETHER * per).max(1)).zip(chosen.par_chunks(TOGETHER)).for_each(|(bytes, chosen)| {
            for (j, place) in Places::of(self.rest()).enumerate() {
                for (example, &i) in chosen.iter().enumerate() {
                    bytes[example * per + place] = self.data[j * n..][..n][i];
                }
            }
        });
        Some(bytes)
    }

    /// The length of the first axis, and the numbers of all others together.
    fn first_axis(&self) -> (usize, usize) {
        (self.shape.first().copied().unwrap_or(1), self.rest().iter().product())
    }

    /// The axes behind the first.
    fn rest(&self) -> &[usize] {
        self.shape.get(1..).unwrap_or(&[])
    }

    /// Number `index`, in the order of the file.
    fn number(&self, index: usize) -> f64 {
        fn of<const N: usize>(array: &Array, index: usize) -> [u8; N] {
            let mut bytes = array.data.as_chunks::<N>().0[index];
            if array.big_endian {
                bytes.reverse();
            }
            bytes
        }
        match self.kind {
            Kind::Int8 => f64::from(i8::from_le_bytes(of(self, index))),
            Kind::Uint8 => f64::from(self.data[index]),
            Kind::Int16 => f64::from(i16::from_le_bytes(of(self, index))),
            Kind::Uint16 => f64::from(u16::from_le_bytes(of(self, index))),
            Kind::Int32 => f64::from(i32::from_le_bytes(of(self, index))),
            Kind::Uint32 => f64::from(u32::from_le_bytes(of(self, index))),
            Kind::Single => f64::from(f32::from_le_bytes(of(self, index))),
            Kind::Double => f64::from_le_bytes(of(self, index)),
            Kind::Int64 => i64::from_le_bytes(of(self, index)) as f64,
            Kind::Uint64 => u64::from_le_bytes(of(self, index)) as f64,
        }
    }
}

/// Every place of some axes in column-major order, as its number in row-major order.
struct Places<'a> {
    axes: &'a [usize],
    /// The index along each axis.
    at: Vec<usize>,
    /// How far apart neighbours along each axis are, row-major.
    strides: Vec<usize>,
    left: usize,
}

impl Places<'_> {
    fn of(axes: &[usize]) -> Places<'_> {
        let strides = (0..axes.len()).map(|axis| axes[axis + 1..].iter().product()).collect();
        Places { axes, at: vec![0; axes.len()], strides, left: axes.iter().product() }
    }
}

impl Iterator for Places<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let place = self.at.iter().zip(&self.strides).map(|(at, stride)| at * stride).sum();
        for (at, axis) in self.at.iter_mut().zip(self.axes) {
            *at += 1;
            if *at < *axis {
                break;
            }
            *at = 0;
        }
        Some(place)
    }
}
