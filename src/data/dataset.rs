//! A data set in memory: its values, its labels where it has any, and which examples are for training, validation and test.
//! It says nothing of where it came from (`idx`, `digits`, `points`) and nothing of how a device draws minibatches from it.

use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::data::Preprocess;
use crate::error::{Error, Result};
use crate::random::{STAND_IN, threefry2x32, unit};

/// The numbers of all examples, one example after the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Pixels: a byte b means b/255.
    Bytes(Vec<u8>),
    /// Numbers that mean themselves.
    Reals(Vec<f32>),
}

/// What one example looks like. Within an example x runs fastest, then y, then the channel.
/// A point has its dimensions as `width`, and `height` = `channels` = 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Pixels in a row, or the dimensions of a point.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: u32,
}

/// What a game has to know of a data set before it is read: enough to lay out everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The name it is opened by.
    pub name: String,
    /// The shape of one example.
    pub shape: Shape,
    /// Whether examples are bytes, packed four to a word on a device.
    pub bytes: bool,
    /// How many examples there are.
    pub examples: u32,
    /// The examples a game is trained on.
    pub train: Range<u32>,
    /// What is done to every example before a game sees it.
    pub preprocess: Option<Preprocess>,
}

impl Outline {
    /// Numbers in an example.
    #[must_use]
    pub fn dimensions(&self) -> u32 {
        self.shape.dimensions()
    }
}

impl Shape {
    /// Whether an example is a point, and no picture.
    #[must_use]
    pub fn is_point(self) -> bool {
        self.height == 1 && self.channels == 1
    }

    /// Numbers in an example of this shape.
    #[must_use]
    pub fn dimensions(self) -> u32 {
        self.width * self.height * self.channels
    }
}

/// A data set in memory. Make one as a literal and pass it through [`Dataset::checked`].
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The name it is opened by: `mnist`, `digits`, …
    pub name: String,
    /// The shape of one example.
    pub shape: Shape,
    /// All examples, those for training, validation and test together.
    pub values: Values,
    /// One class per example: a digit, or the mode of a mixture.
    pub labels: Option<Vec<u8>>,
    /// The examples a game is trained on.
    pub train: Range<u32>,
    /// The examples by which settings are chosen (σ of the Parzen window); may be empty.
    pub valid: Range<u32>,
    /// The examples that are only reported on; may be empty.
    pub test: Range<u32>,
    /// What is done to every example before anybody sees it; `values` are as they were read.
    pub preprocess: Option<Preprocess>,
}

impl Values {
    /// How many numbers there are, over all examples.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Bytes(bytes) => bytes.len(),
            Values::Reals(reals) => reals.len(),
        }
    }

    /// Whether there is not a single number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at `index`, a byte as b/255.
    fn at(&self, index: usize) -> f32 {
        match self {
            Values::Bytes(bytes) => f32::from(bytes[index]) / 255.0,
            Values::Reals(reals) => reals[index],
        }
    }
}

impl Dataset {
    /// What a game has to know to be laid out.
    #[must_use]
    pub fn outline(&self) -> Outline {
        Outline {
            name: self.name.clone(),
            shape: self.shape,
            bytes: matches!(self.values, Values::Bytes(_)),
            examples: self.examples(),
            train: self.train.clone(),
            preprocess: self.preprocess,
        }
    }

    /// Random bytes, or reals, where a data set of that outline would be, in two classes: to measure with, never to train on.
    #[must_use]
    pub fn stand_in(outline: &Outline) -> Dataset {
        let numbers = outline.examples as usize * outline.dimensions() as usize;
        let words = (0..numbers.div_ceil(2) as u32).flat_map(|i| threefry2x32([0, STAND_IN], [0, i])).take(numbers);
        let values = match outline.bytes {
            true => Values::Bytes(words.map(|word| word as u8).collect()),
            false => Values::Reals(words.map(unit).collect()),
        };
        let (name, shape, train) = (outline.name.clone(), outline.shape, outline.train.clone());
        let labels = Some((0..outline.examples).map(|i| (i % 2) as u8).collect());
        Dataset { name, shape, values, labels, train, valid: 0..0, test: 0..0, preprocess: outline.preprocess }
    }

    /// The same data set, when its parts agree.
    /// # Errors
    /// [`Error::Data`] when an example has no dimensions, the values are not a whole number of examples or not all finite, there is not
    /// one label per example, a range is reversed or leaves the examples, two ranges overlap, or there is nothing to train on.
    pub fn checked(self) -> Result<Dataset> {
        match self.contradiction() {
            None => Ok(self),
            Some(what) => Err(Error::Data(format!("data set `{}`: {what}", self.name))),
        }
    }

    /// The first two parts that disagree, in words.
    fn contradiction(&self) -> Option<String> {
        let Shape { width, height, channels } = self.shape;
        let per_example = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(u64::from(channels));
        if per_example == 0 || per_example > u64::from(u32::MAX) {
            return Some(format!("an example of {width}×{height}×{channels} numbers; it must have from 1 to {} of them", u32::MAX));
        }
        let (numbers, examples) = (self.values.len() as u64, self.values.len() as u64 / per_example);
        if numbers % per_example != 0 {
            return Some(format!("{numbers} numbers are not a whole number of examples of {per_example}"));
        }
        if examples > u64::from(u32::MAX) {
            return Some(format!("{examples} examples; at most {} can be counted", u32::MAX));
        }
        if let Values::Reals(reals) = &self.values
            && let Some(at) = reals.iter().position(|x| !x.is_finite())
        {
            return Some(format!("example {} holds {}; every number must be finite", at as u64 / per_example, reals[at]));
        }
        if let Some(labels) = &self.labels
            && labels.len() as u64 != examples
        {
            return Some(format!("{} labels for {examples} examples", labels.len()));
        }
        self.contradiction_of_ranges(examples)
    }

    /// The first range that does not fit `examples` or another range, in words.
    fn contradiction_of_ranges(&self, examples: u64) -> Option<String> {
        let ranges = [("train", &self.train), ("valid", &self.valid), ("test", &self.test)];
        for (name, range) in ranges {
            if range.start > range.end || u64::from(range.end) > examples {
                return Some(format!("{name} is {}..{}, but there are {examples} examples", range.start, range.end));
            }
        }
        for ((name, one), (other_name, other)) in [(ranges[0], ranges[1]), (ranges[0], ranges[2]), (ranges[1], ranges[2])] {
            if one.start.max(other.start) < one.end.min(other.end) {
                return Some(format!("{name} {}..{} overlaps {other_name} {}..{}", one.start, one.end, other.start, other.end));
            }
        }
        self.train.is_empty().then(|| format!("nothing to train on among {examples} examples"))
    }

    /// How many examples there are, those for training, validation and test together.
    #[must_use]
    pub fn examples(&self) -> u32 {
        // `checked` has seen that the count fits.
        (self.values.len() / self.dimensions() as usize) as u32
    }

    /// The numbers in one example: width × height × channels.
    #[must_use]
    pub fn dimensions(&self) -> u32 {
        self.shape.dimensions()
    }

    /// Example `i`, bytes as b/255, preprocessed.
    /// # Panics
    /// If there is no example `i`.
    #[must_use]
    pub fn example(&self, i: u32) -> Vec<f32> {
        assert!(i < self.examples(), "data set `{}` has {} examples, there is no example {i}", self.name, self.examples());
        self.rows(i..i + 1)
    }

    /// The examples of a range, one after the other, bytes as b/255, preprocessed.
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn rows(&self, range: Range<u32>) -> Vec<f32> {
        assert!(range.end <= self.examples(), "data set `{}` has {} examples, not {range:?}", self.name, self.examples());
        let dimensions = self.dimensions() as usize;
        let mut rows: Vec<f32> =
            (range.start as usize * dimensions..range.end as usize * dimensions).map(|index| self.values.at(index)).collect();
        if let Some(step) = self.preprocess {
            rows.par_chunks_exact_mut(dimensions).for_each(|row| step.apply(row));
        }
        rows
    }

    /// The mean of each dimension over the training range, 1/n Σ x, summed in f64.
    /// The generator's output bias starts from it ("marginals": log(p/(1 − p))), which makes sense only where nothing is done to the examples.
    #[must_use]
    pub fn training_mean(&self) -> Vec<f32> {
        let dimensions = self.dimensions() as usize;
        let mut sums = vec![0f64; dimensions];
        for i in self.train.clone() {
            let first = i as usize * dimensions;
            for (d, sum) in sums.iter_mut().enumerate() {
                *sum += match &self.values {
                    // Whole numbers add exactly; the division by 255 comes once, at the end.
                    Values::Bytes(bytes) => f64::from(bytes[first + d]),
                    Values::Reals(reals) => f64::from(reals[first + d]),
                };
            }
        }
        let unit = if let Values::Bytes(_) = self.values { 255.0 } else { 1.0 };
        sums.iter().map(|sum| (sum / (unit * self.train.len() as f64)) as f32).collect()
    }

    /// The sha256 of the values, 64 lower-case hexadecimal digits; reals as little-endian f32.
    /// The log and the evaluation of a run name it.
    #[must_use]
    pub fn checksum(&self) -> String {
        let mut hasher = Sha256::new();
        match &self.values {
            Values::Bytes(bytes) => hasher.update(bytes),
            Values::Reals(reals) => reals.iter().for_each(|x| hasher.update(x.to_le_bytes())),
        }
        hexadecimal(&hasher.finalize())
    }

    /// The sha256 of all that an example is seen by: values, labels, shape, splits, preprocessing. What is computed of a data set is kept under it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let Dataset { name: _, shape, values: _, labels, train, valid, test, preprocess } = self;
        let mut hasher = Sha256::new();
        hasher.update(self.checksum());
        hasher.update(format!("{shape:?} {train:?} {valid:?} {test:?} {preprocess:?} {}", labels.is_some()));
        hasher.update(labels.as_deref().unwrap_or_default());
        hexadecimal(&hasher.finalize())
    }
}

/// Two lower-case hexadecimal digits per byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
