//! Maxout units (Goodfellow et al. 2013, "Maxout Networks"): h_u = max_j (x·W + b)_{u·pieces + j}, of units or of channels.
//!
//! The paper's discriminator uses two layers of 240 units with 5 pieces each (adversarial/mnist.yaml); that of CIFAR-10 takes the larger of every two
//! channels, at each position (adversarial/cifar10_convolutional.yaml). The affine part is a layer of its own; this
//! one takes the maximum. Ties go to the lowest j, forward and backward alike, and no zero takes part in the maximum.

use crate::nn::{Applied, Layer};
use crate::plan::{Recorder, Tensor, Work};

/// The maximum over groups of so many neighbouring units or channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maxout {
    /// Linear pieces per unit; piece j of unit u is column u·pieces + j, or channel.
    pub pieces: u32,
    /// Numbers in a channel: 1 of dense units.
    pub positions: u32,
}

impl Layer for Maxout {
    fn outputs(&self, inputs: u32) -> u32 {
        inputs / self.pieces
    }

    fn keep(&self, rec: &mut Recorder, m: u32, inputs: u32) -> Option<Tensor> {
        Some(rec.tensor("winner", [m, self.outputs(inputs)]))
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        let winner = at.kept.as_ref().expect("keep() made it");
        rec.dispatch("maxout_forward")
            .bind("x", &at.x)
            .bind("y", &at.y)
            .bind("winner", winner)
            .argument("count", at.y.len())
            .argument("pieces", self.pieces)
            .argument("positions", self.positions)
            .work(Work::Flat(at.y.len()))
            .flops(u64::from(at.x.len()))
            .record();
    }

    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let winner = at.kept.as_ref().expect("keep() made it");
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        rec.dispatch("maxout_backward")
            .bind("dy", dy)
            .bind("winner", winner)
            .bind("dx", &dx)
            .argument("count", dy.len())
            .argument("pieces", self.pieces)
            .argument("positions", self.positions)
            .work(Work::Flat(dy.len()))
            .flops(u64::from(dx.len()))
            .record();
        dx
    }
}
