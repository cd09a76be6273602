//! Twins of the convolution's products, `matmul.wgsl` with the layouts `convolve`, `convolve_adjoint` and `convolve_weights`.
//!
//! Said another way than the shaders, which work out every element's place: here each image is laid out as the matrix of its windows, one column per
//! position (im2col), and the crate `gemm` does the rest. Images, or parts of the sum, are shared out among threads; how many there are does not show.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::matmul::{Sum, product};
use gemm::Parallelism;
use rayon::prelude::*;

/// The sizes of both sides of a convolution, as a dispatch gives them.
struct Sides {
    channels: usize,
    image: [usize; 2],
    filters: usize,
    result: [usize; 2],
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Sides {
    fn of<T: Real>(call: &Call<T>) -> Sides {
        Sides {
            channels: call.size("channels"),
            image: ["image_height", "image_width"].map(|name| call.size(name)),
            filters: call.size("filters"),
            result: ["height", "width"].map(|name| call.size(name)),
            kernel: call.size("kernel"),
            stride: call.size("stride"),
            padding: call.size("padding"),
        }
    }

    /// Numbers in an image.
    fn pixels(&self) -> usize {
        self.channels * self.image[0] * self.image[1]
    }

    /// Positions of the window.
    fn positions(&self) -> usize {
        self.result[0] * self.result[1]
    }

    /// Numbers in a window: rows of the weights.
    fn taps(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Hands out, for every tap of the window, its row's number in the matrix of windows and each position with the pixel that it meets there.
    fn each_tap(&self, mut met: impl FnMut(usize, &mut dyn Iterator<Item = (usize, usize)>)) {
        let ([height, width], [rows, cols]) = (self.image, self.result);
        for tap in 0..self.taps() {
            let (channel, ky, kx) = (tap / self.kernel / self.kernel, tap / self.kernel % self.kernel, tap % self.kernel);
            // Where a tap lies beyond the edge, the difference wraps, and is no pixel either.
            let row_of = |oy: usize| (oy * self.stride + ky).wrapping_sub(self.padding);
            let col_of = |ox: usize| (ox * self.stride + kx).wrapping_sub(self.padding);
            let mut pixels = (0..rows).filter(|oy| row_of(*oy) < height).flat_map(|oy| {
                let line = (channel * height + row_of(oy)) * width;
                (0..cols).filter(|ox| col_of(*ox) < width).map(move |ox| (oy * cols + ox, line + col_of(ox)))
            });
            met(tap, &mut pixels);
        }
    }

    /// Lays the windows of an image out, one column per position; zero beyond its edge.   windows: taps×positions.
    fn lay_out<T: Real>(&self, image: &[T], windows: &mut [T]) {
        windows.fill(T::zero());
        let positions = self.positions();
        self.each_tap(|tap, pixels| pixels.for_each(|(position, pixel)| windows[tap * positions + position] = image[pixel]));
    }

    /// The adjoint: every pixel becomes the sum of all its places in the windows.
    fn gather<T: Real>(&self, windows: &[T], image: &mut [T]) {
        image.fill(T::zero());
        let positions = self.positions();
        self.each_tap(|tap, pixels| pixels.for_each(|(position, pixel)| image[pixel] += windows[tap * positions + position]));
    }
}

/// y = x ⋆ W, then the hook: per image, y = Wᵀ·windows.
pub fn forward<T: Real>(call: &mut Call<T>) {
    let sides = Sides::of(call);
    let (x, w, y) = (call.reals("a"), call.reals("b"), call.reals_mut("c"));
    let bias = (call.hook() == "bias").then(|| call.reals("bias"));
    let (taps, filters, positions) = (sides.taps(), sides.filters, sides.positions());
    let images = y.par_chunks_mut(filters * positions).zip(x.par_chunks(sides.pixels()));
    images.for_each_init(
        || vec![T::zero(); taps * positions],
        |windows, (y, x)| {
            sides.lay_out(x, windows);
            product([filters, positions, taps], (w, (1, filters)), (windows, (positions, 1)), y, Sum::New, Parallelism::None);
            for (y, bias) in y.chunks_exact_mut(positions).zip(bias.into_iter().flatten()) {
                y.iter_mut().for_each(|y| *y += *bias);
            }
        },
    );
}

/// x = the adjoint applied to y, then the hook: per image, windows = W·y.
pub fn adjoint<T: Real>(call: &mut Call<T>) {
    let sides = Sides::of(call);
    let (y, w, x) = (call.reals("a"), call.reals("b"), call.reals_mut("c"));
    let bias = (call.hook() == "bias").then(|| call.reals("bias"));
    let (taps, filters, positions) = (sides.taps(), sides.filters, sides.positions());
    let images = x.par_chunks_mut(sides.pixels()).zip(y.par_chunks(filters * positions));
    images.for_each_init(
        || vec![T::zero(); taps * positions],
        |windows, (x, y)| {
            product([taps, positions, filters], (w, (filters, 1)), (y, (positions, 1)), windows, Sum::New, Parallelism::None);
            sides.gather(windows, x);
            x.iter_mut().zip(bias.into_iter().flatten()).for_each(|(x, bias)| *x += *bias);
        },
    );
}

/// dW = Σ windows·dyᵀ over the examples of each part.
pub fn weights<T: Real>(call: &mut Call<T>) {
    let sides = Sides::of(call);
    let (x, dy, parts) = (call.reals("a"), call.reals("b"), call.reals_mut("c"));
    let (taps, filters, positions) = (sides.taps(), sides.filters, sides.positions());
    let length = call.size("length");
    assert!(length.is_multiple_of(positions), "a part of {length} terms is no number of whole examples of {positions}");
    let examples = length / positions;
    let of_parts = x.par_chunks(examples * sides.pixels()).zip(dy.par_chunks(examples * filters * positions));
    parts.par_chunks_mut(taps * filters).zip(of_parts).for_each_init(
        || vec![T::zero(); taps * positions],
        |windows, (part, (x, dy))| {
            part.fill(T::zero());
            for (x, dy) in x.chunks_exact(sides.pixels()).zip(dy.chunks_exact(filters * positions)) {
                sides.lay_out(x, windows);
                product([taps, filters, positions], (windows, (positions, 1)), (dy, (1, positions)), part, Sum::Added, Parallelism::None);
            }
        },
    );
}
