//! `tfd-like`: 48×48 grey faces drawn from a seed. A procedural stand-in, not the Toronto Face Database: it has that set's form, so that whatever takes the
//! one takes the other, and nobody's face is in it.
//!
//! Each example is drawn anew: who it is (`person`), one of the database's seven expressions, a pose and a light. A head is a relief, lit from a side; its
//! features are painted on it (`paint`), hair and glasses over it, and the noise of a camera comes last. Chance is Threefry by (seed, example), arithmetic is
//! IEEE 754's exactly rounded part: one seed gives the same bytes on every platform, with any number of threads.
//!
//! What it leaves out: wrinkles, teeth one by one, hands, hats, and all that makes a face somebody's. Do not quote a figure measured on it as TFD's.

mod canvas;
mod features;
mod hair;
mod paint;
mod person;

use std::ops::Range;

use rayon::prelude::*;

use super::dataset::{Dataset, Shape, Values};
use super::draws::{Draws, Purpose};

/// Pixels along a side of a picture; TFD's.
const SIDE: usize = 48;

/// The examples of the full set.
pub const EXAMPLES: u32 = 36_000;

/// The training examples of the full set.
pub const TRAIN: Range<u32> = 0..30_000;

/// One picture.
pub const SHAPE: Shape = Shape { width: SIDE as u32, height: SIDE as u32, channels: 1 };

/// What the labels mean, in the order of the Toronto Face Database.
pub const CLASSES: [&str; 7] = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"];

/// The first `examples` faces of `seed`: of the full set 30,000 are for training, 3,000 for validation, 3,000 for testing; fewer give the same
/// proportions, 10/12, 1/12, 1/12. Example i is the same whatever `examples` is.
/// # Panics
/// If `examples` is 0.
#[must_use]
pub fn faces(seed: u32, examples: u32) -> Dataset {
    assert!(examples > 0, "a data set of no faces");
    let mut pixels = vec![0; examples as usize * SIDE * SIDE];
    let labels = pixels.par_chunks_exact_mut(SIDE * SIDE).enumerate().map(|(i, pixels)| draw(seed, i as u32, pixels)).collect();
    let twelfth = examples / 12;
    let trained = examples - 2 * twelfth;
    Dataset {
        name: "tfd-like".into(),
        shape: SHAPE,
        values: Values::Bytes(pixels),
        labels: Some(labels),
        train: 0..trained,
        valid: trained..trained + twelfth,
        test: trained + twelfth..examples,
        preprocess: None,
    }
    .checked()
    .expect("the labels and ranges were counted from the pixels")
}

/// Draws example `i` of `seed` into `pixels`, and says which expression it has.
fn draw(seed: u32, i: u32, pixels: &mut [u8]) -> u8 {
    let mut draws = Draws::new(seed, Purpose::Faces, i);
    let class = draws.below(CLASSES.len() as u32);
    let person = person::Person::draw(&mut draws);
    let mood = person::Mood::draw(class as usize, &mut draws);
    paint::face(&person, &mood, &mut draws, pixels);
    class as u8
}

#[cfg(test)]
mod tests;
