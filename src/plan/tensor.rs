//! Tensors: named, shaped views into buffers that a device will give memory to.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Elements between two places where a view may begin: 256 bytes, the `min_storage_buffer_offset_alignment` every WebGPU device grants.
pub const VIEW_ALIGNMENT: u32 = 64;

/// What a buffer's four-byte elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A real number: f32 on a GPU, the twin's number type on the host.
    Real,
    /// An unsigned 32-bit word: packed bytes, indices, the clock.
    Word,
}

/// Names one buffer of a [`Memory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub(crate) usize);

/// One contiguous piece of memory that a device allocates, zeroed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// What it holds, for error messages and memory tables.
    pub name: String,
    /// The type of its elements.
    pub element: Element,
    /// Its length in elements.
    pub len: u32,
    /// Whether it holds the same in all games that advance together on a device, and none of them writes it: the examples.
    pub shared: bool,
}

impl Buffer {
    /// Bytes that a device gives it: whole groups of four elements, as kernels take them.
    pub fn allocated(&self) -> u64 {
        (4 * u64::from(self.len)).next_multiple_of(16)
    }
}

/// All buffers that the plans of one game share. It only grows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    buffers: Vec<Buffer>,
}

impl Memory {
    /// All buffers, in the order of their ids.
    pub fn buffers(&self) -> &[Buffer] {
        &self.buffers
    }

    /// The buffer behind an id.
    pub fn buffer(&self, id: BufferId) -> &Buffer {
        &self.buffers[id.0]
    }

    /// A tensor over the whole of a buffer, in a row.
    pub fn whole(&self, id: BufferId) -> Tensor {
        let Buffer { name, element, len, .. } = self.buffer(id);
        Tensor { name: name.as_str().into(), rows: 1, cols: *len, element: *element, buffer: id, offset: 0 }
    }

    /// The ids of all buffers, in their order.
    pub fn ids(&self) -> impl Iterator<Item = BufferId> + use<> {
        (0..self.buffers.len()).map(BufferId)
    }

    /// Bytes of all buffers together.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().map(|buffer| 4 * u64::from(buffer.len)).sum()
    }

    pub(crate) fn add(&mut self, buffer: Buffer) -> BufferId {
        self.buffers.push(buffer);
        BufferId(self.buffers.len() - 1)
    }

    pub(super) fn share(&mut self, id: BufferId) {
        self.buffers[id.0].shared = true;
    }
}

/// Elements of a matrix.
/// # Panics
/// if they cannot be counted in 32 bits: what checks a configuration has to see to that.
pub(super) fn elements(name: &str, [rows, cols]: [u32; 2]) -> u32 {
    rows.checked_mul(cols).unwrap_or_else(|| panic!("`{name}` of {rows}×{cols} has more elements than can be counted"))
}

/// A row-major matrix: a named view into a buffer. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub(super) name: Arc<str>,
    pub(super) rows: u32,
    pub(super) cols: u32,
    pub(super) element: Element,
    pub(super) buffer: BufferId,
    pub(super) offset: u32,
}

impl Tensor {
    /// What it is called in listings and messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rows: the examples of a minibatch, the inputs of a weight matrix.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Its columns: the units of a layer.
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// Its number of elements.
    pub fn len(&self) -> u32 {
        elements(&self.name, [self.rows, self.cols])
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of its elements.
    pub fn element(&self) -> Element {
        self.element
    }

    /// The buffer it lies in.
    pub fn buffer(&self) -> BufferId {
        self.buffer
    }

    /// The elements of the buffer that it covers.
    pub fn range(&self) -> Range<usize> {
        self.offset as usize..(self.offset + self.len()) as usize
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        4 * u64::from(self.len())
    }

    /// The bytes of the buffer that it covers.
    pub fn byte_range(&self) -> Range<u64> {
        4 * u64::from(self.offset)..4 * u64::from(self.offset + self.len())
    }

    /// The same view into another buffer.
    pub(crate) fn within(&self, buffer: BufferId) -> Tensor {
        Tensor { buffer, ..self.clone() }
    }

    /// Whether it is a view of the same elements, whatever its name and shape.
    pub fn covers_the_same_as(&self, other: &Tensor) -> bool {
        self.buffer == other.buffer && self.range() == other.range()
    }

    /// Whether a binding may begin where it begins.
    pub fn is_aligned(&self) -> bool {
        self.offset.is_multiple_of(VIEW_ALIGNMENT)
    }

    /// A view of some of its rows, under the same name.
    /// # Panics
    /// if it has fewer rows.
    #[track_caller]
    pub fn rows_at(&self, rows: Range<u32>) -> Tensor {
        assert!(rows.start <= rows.end && rows.end <= self.rows, "{self} has no rows {rows:?}");
        Tensor { rows: rows.end - rows.start, offset: self.offset + rows.start * self.cols, ..self.clone() }
    }

    /// A view of some of its elements in a row, under the same name.
    /// # Panics
    /// if it has fewer.
    #[track_caller]
    pub fn elements_at(&self, elements: Range<u32>) -> Tensor {
        assert!(elements.start <= elements.end && elements.end <= self.len(), "{self} has no elements {elements:?}");
        Tensor { rows: 1, cols: elements.end - elements.start, offset: self.offset + elements.start, ..self.clone() }
    }

    /// Its upper and its lower half: x over G(z).
    /// # Panics
    /// if its rows are odd.
    #[track_caller]
    pub fn halves(&self) -> (Tensor, Tensor) {
        assert!(self.rows.is_multiple_of(2), "{self} has no halves: its rows are odd");
        let middle = self.rows / 2;
        (self.rows_at(0..middle), self.rows_at(middle..self.rows))
    }

    /// The same view under another name.
    pub fn named(&self, name: &str) -> Tensor {
        Tensor { name: name.into(), ..self.clone() }
    }
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}×{}", self.name, self.rows, self.cols)
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::Recorder;

    #[test]
    #[should_panic(expected = "`z` of 65536×65536 has more elements than can be counted")]
    fn a_matrix_that_cannot_be_counted_is_not_recorded() {
        Recorder::new().tensor("z", [1 << 16, 1 << 16]);
    }

    #[test]
    #[should_panic(expected = "`theta` has more elements than can be counted")]
    fn parts_that_together_cannot_be_counted_are_not_carved() {
        let parts: Vec<_> = (0..17).map(|number| (format!("w {number}"), [1 << 14, 1 << 14])).collect();
        Recorder::new().carve("theta", &parts);
    }
}
