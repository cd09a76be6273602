//! What a layer is.

use crate::plan::{Recorder, Tensor};
use std::ops::Range;

/// One application of a layer to a minibatch: all that its backward pass needs.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The input, m×n.
    pub x: Tensor,
    /// The output, m×p.
    pub y: Tensor,
    /// What the layer keeps for its backward pass: the winners of maxout.
    pub kept: Option<Tensor>,
    /// The purpose of the chance this application draws: dropout's mask.
    pub salt: u32,
    /// The row of the minibatch as it was applied that row 0 of `x` is; 0 but in a view of some rows.
    pub first_row: u32,
}

impl Applied {
    /// The same application, seen on some of its rows only.
    pub fn rows_at(&self, rows: Range<u32>) -> Applied {
        Applied {
            x: self.x.rows_at(rows.clone()),
            y: self.y.rows_at(rows.clone()),
            kept: self.kept.as_ref().map(|kept| kept.rows_at(rows.clone())),
            salt: self.salt,
            first_row: self.first_row + rows.start,
        }
    }
}

/// A differentiable step of a network.
pub trait Layer {
    /// Units it gives out for so many that it takes in.
    fn outputs(&self, inputs: u32) -> u32;

    /// Whether it draws chance, and so needs a salt per application.
    fn draws(&self) -> bool {
        false
    }

    /// Makes the tensor that it keeps for its backward pass, for m rows of so many inputs.
    fn keep(&self, _rec: &mut Recorder, _m: u32, _inputs: u32) -> Option<Tensor> {
        None
    }

    /// Records y from x.
    fn forward(&self, rec: &mut Recorder, at: &Applied);

    /// Records ∂L/∂x, m×n, from ∂L/∂y, m×p.
    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor;

    /// Records ∂L/∂θ into the gradients of its parameters; a layer without any does nothing.
    fn parameter_gradient(&self, _rec: &mut Recorder, _at: &Applied, _dy: &Tensor) {}

    /// Whether it has parameters.
    fn has_parameters(&self) -> bool {
        false
    }
}
