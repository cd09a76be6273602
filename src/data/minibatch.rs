//! The data set on the device: packed once, and minibatches drawn from it there.
//!
//! Every epoch visits each training example once, in an order that a keyed bijection makes of (seed, epoch). The batch size is fixed: where the
//! published code keeps a short last minibatch, the last one here is filled up from the next epoch.

use crate::data::preprocess::LEAST_DIVISOR;
use crate::data::{Dataset, Outline, Preprocess, Values};
use crate::plan::{BufferId, Device, Recorder, Tensor, Work};
use crate::random::SHUFFLE;
use std::ops::Range;

/// Draws minibatches of training examples.
pub struct Minibatches {
    examples: Tensor,
    hook: &'static str,
    bytes_per_number: u64,
    dimensions: u32,
    /// Examples that there are, to train on and others.
    all: u32,
    train: Range<u32>,
    preprocess: Option<Preprocess>,
    clock: Tensor,
}

impl Minibatches {
    /// Reserves room for a data set: bytes packed four to a word, or reals as they are.
    pub fn new(rec: &mut Recorder, outline: &Outline, clock: &Tensor) -> Minibatches {
        let Outline { name, examples, train, .. } = outline;
        let dimensions = outline.dimensions();
        let (examples, hook, bytes_per_number) = match outline.bytes {
            true => (rec.words(name, (u64::from(*examples) * u64::from(dimensions)).div_ceil(4) as u32), "examples/bytes", 1),
            false => (rec.tensor(name, [*examples, dimensions]), "examples/reals", 4),
        };
        rec.share(&examples);
        Minibatches {
            examples,
            hook,
            bytes_per_number,
            dimensions,
            all: outline.examples,
            train: train.clone(),
            preprocess: outline.preprocess,
            clock: clock.clone(),
        }
    }

    /// Writes the data set to the device.
    /// # Panics
    /// if it is not as large as its outline said.
    pub fn upload(&self, device: &mut dyn Device, dataset: &Dataset) {
        match &dataset.values {
            Values::Bytes(bytes) => self.upload_bytes(device, bytes),
            Values::Reals(reals) => device.write(&self.examples, bytemuck::cast_slice(reals)),
        }
    }

    /// Writes whole words from where they lie, and the bytes that are left in a word filled up with zeros.
    fn upload_bytes(&self, device: &mut dyn Device, bytes: &[u8]) {
        let words = self.examples.len();
        assert!(bytes.len().div_ceil(4) == words as usize, "{} takes {words} words, not {} bytes", self.examples, bytes.len());
        let (whole, rest) = bytes.split_at(bytes.len() / 4 * 4);
        let full = (whole.len() / 4) as u32;
        if full > 0 {
            device.write(&self.examples.elements_at(0..full), whole);
        }
        if full < words {
            let mut last = [0; 4];
            last[..rest.len()].copy_from_slice(rest);
            device.write(&self.examples.elements_at(full..words), &last);
        }
    }

    /// The buffer that the data set lies in.
    pub fn buffer(&self) -> BufferId {
        self.examples.buffer()
    }

    /// Training examples in an epoch.
    pub fn examples(&self) -> u32 {
        self.train.end - self.train.start
    }

    /// Numbers in an example.
    pub fn dimensions(&self) -> u32 {
        self.dimensions
    }

    /// Records the draw of minibatch number `step` of the iteration, and returns which examples were chosen, counted from the first training example.
    /// x: m×dimensions, result: 1×m.
    /// # Panics
    /// if x is not as wide as an example.
    #[track_caller]
    pub fn draw(&self, rec: &mut Recorder, step: u32, x: &Tensor) -> Tensor {
        assert!(x.cols() == self.dimensions, "an example has {} numbers, {x} has {} columns", self.dimensions, x.cols());
        let chosen = self.choose(rec, step, x.rows());
        rec.dispatch_hooked("draw", self.hook)
            .bind("chosen", &chosen)
            .bind("examples", &self.examples)
            .bind("x", x)
            .argument("count", x.len())
            .argument("n", x.cols())
            .argument("first", self.train.start)
            .argument("from_example", 0)
            .argument("until", self.all)
            // Of the examples only those of this minibatch are read.
            .bytes(chosen.bytes() + x.bytes() + u64::from(x.len()) * self.bytes_per_number)
            .work(Work::Flat(x.len()))
            .record();
        if let Some(step) = self.preprocess {
            record_preprocessing(rec, step, x);
        }
        chosen
    }

    /// Records which examples are in minibatch number `step` of the iteration, counted from the first training example.   result: 1×m.
    pub fn choose(&self, rec: &mut Recorder, step: u32, m: u32) -> Tensor {
        let chosen = rec.words("chosen", m);
        rec.dispatch("shuffle")
            .bind("clock", &self.clock)
            .bind("chosen", &chosen)
            .argument("m", m)
            .argument("offset", step * m)
            .argument("examples", self.examples())
            .argument("half_bits", half_bits(self.examples()))
            .argument("purpose", SHUFFLE)
            .work(Work::Flat(m))
            .record();
        chosen
    }

    /// Records the clock's next step, after an iteration that has drawn so many examples.
    pub fn tick(&self, rec: &mut Recorder, drawn: u32) {
        rec.dispatch("tick").bind("clock", &self.clock).argument("drawn", drawn).argument("examples", self.examples()).record();
    }
}

/// Records a step of preprocessing of m examples, where they are.   x: m×n.
fn record_preprocessing(rec: &mut Recorder, step: Preprocess, x: &Tensor) {
    let Preprocess::Gcn(scale) = step;
    let workgroup = rec.kernel("contrast", None).workgroup;
    rec.dispatch("contrast")
        .bind("x", x)
        .argument("m", x.rows())
        .argument("n", x.cols())
        .argument("scale", scale)
        .argument("least", LEAST_DIVISOR)
        .work(Work::Flat(x.rows() * workgroup))
        .flops(6 * u64::from(x.len()))
        .record();
}

/// The smallest h for which 2^(2h) places hold all examples.
fn half_bits(examples: u32) -> u32 {
    (32 - (examples - 1).leading_zeros()).div_ceil(2)
}
