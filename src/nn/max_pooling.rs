//! Spatial max pooling: the largest number of each window of each channel (Zeiler and Fergus 2013 have the variant that keeps where it was).
//!
//! Windows may hang over the edge, as those of the published CIFAR-10 discriminator do (`pool_shape`, `pool_stride` of
//! adversarial/cifar10_convolutional.yaml). Ties go to the first of the window, row by row.

use crate::nn::{Applied, Extent, Layer};
use crate::plan::{DispatchBuilder, Recorder, Tensor, Work};

/// The maximum over windows of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPooling {
    /// What it takes in.
    pub input: Extent,
    /// What it gives out.
    pub output: Extent,
    /// Rows and columns of a window.
    pub window: u32,
    /// Pixels between two windows.
    pub stride: u32,
}

impl MaxPooling {
    /// Says the sizes, and how many numbers there are to be written.
    fn sized<'a>(&self, dispatch: DispatchBuilder<'a>, count: u32) -> DispatchBuilder<'a> {
        dispatch
            .argument("count", count)
            .argument("image_height", self.input.height)
            .argument("image_width", self.input.width)
            .argument("height", self.output.height)
            .argument("width", self.output.width)
            .argument("window", self.window)
            .argument("stride", self.stride)
            .work(Work::Flat(count))
    }
}

impl Layer for MaxPooling {
    fn outputs(&self, _inputs: u32) -> u32 {
        self.output.numbers()
    }

    fn keep(&self, rec: &mut Recorder, m: u32, _inputs: u32) -> Option<Tensor> {
        Some(rec.tensor("winner", [m, self.output.numbers()]))
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        let winner = at.kept.as_ref().expect("keep() made it");
        let dispatch = rec.dispatch("max_pooling_forward").bind("x", &at.x).bind("y", &at.y).bind("winner", winner);
        let compared = u64::from(at.y.len()) * u64::from(self.window) * u64::from(self.window);
        self.sized(dispatch, at.y.len()).flops(compared).record();
    }

    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let winner = at.kept.as_ref().expect("keep() made it");
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        let dispatch = rec.dispatch("max_pooling_backward").bind("dy", dy).bind("winner", winner).bind("dx", &dx);
        self.sized(dispatch, dx.len()).flops(u64::from(dx.len())).record();
        dx
    }
}
