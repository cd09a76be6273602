//! Activations without parameters, element by element: the rectifier and the sigmoid of the paper's generator.

use crate::nn::{Applied, Layer};
use crate::plan::{Recorder, Tensor, Work};

/// An activation, whose slope is known from its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// 1 / (1 + exp(-x)).
    Sigmoid,
}

impl Activation {
    fn hook(self) -> &'static str {
        match self {
            Activation::Relu => "activation/relu",
            Activation::Sigmoid => "activation/sigmoid",
        }
    }
}

impl Layer for Activation {
    fn outputs(&self, inputs: u32) -> u32 {
        inputs
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        let count = at.x.len();
        let dispatch = rec.dispatch_hooked("activation_forward", self.hook());
        dispatch.bind("x", &at.x).bind("y", &at.y).argument("count", count).work(Work::Flat(count)).record();
    }

    /// ∂L/∂x = dy·slope(y).
    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let count = at.x.len();
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        let dispatch = rec.dispatch_hooked("activation_backward", self.hook());
        dispatch.bind("y", &at.y).bind("dy", dy).bind("dx", &dx).argument("count", count).work(Work::Flat(count)).record();
        dx
    }
}
