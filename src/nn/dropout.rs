//! Dropout on a layer's input (Hinton et al. 2012): y = x·mask/keep, the mask drawn per example and per unit.
//!
//! The mask is not stored: forward and backward recompute it from the same key and counter. The paper's discriminator keeps 0.8 of the pixels and
//! 0.5 of the units of every later layer (adversarial/mnist.yaml).

use crate::nn::{Applied, Layer};
use crate::plan::{Recorder, Tensor, Work};

/// Keeps each input with a probability, and scales what it keeps by its inverse.
#[derive(Clone, Debug)]
pub struct Dropout {
    /// The probability that a unit stays.
    pub keep: f32,
    /// The clock that masks are drawn by.
    pub clock: Tensor,
}

impl Dropout {
    /// to = from·mask/keep: the forward pass of x, and the backward pass of dy.
    fn mask(&self, rec: &mut Recorder, at: &Applied, from: &Tensor, to: &Tensor) {
        let (count, first) = (from.len(), at.first_row * from.cols());
        rec.dispatch("dropout")
            .bind("clock", &self.clock)
            .bind("x", from)
            .bind("y", to)
            .argument("count", count)
            .argument("first", first)
            .argument("salt", at.salt)
            .argument("threshold", threshold(self.keep))
            .argument("scale", 1.0 / self.keep)
            .work(Work::Flat((count + first % 2).div_ceil(2)))
            .flops(u64::from(count))
            .record();
    }
}

/// The share `keep` of all 32-bit words lies below it.
fn threshold(keep: f32) -> u32 {
    (f64::from(keep) * 4_294_967_296.0).min(f64::from(u32::MAX)) as u32
}

impl Layer for Dropout {
    fn outputs(&self, inputs: u32) -> u32 {
        inputs
    }

    fn draws(&self) -> bool {
        true
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        self.mask(rec, at, &at.x, &at.y);
    }

    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        self.mask(rec, at, dy, &dx);
        dx
    }
}
