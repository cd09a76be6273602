//! Convolutions, either way round, as implicit products: no operand is ever laid out as a matrix of windows.
//!
//! Three products serve both layers: y = x ⋆ W ("convolve"), its adjoint, and the gradient by W. A transposed convolution is the adjoint applied forward
//! (adversarial/deconv.py: "kernel is not flipped"), so what is forward for one is the input gradient of the other. W is (channels·kernel·kernel)×filters:
//! a convolution's column is all incoming weights of one channel. A convolution has one bias per channel, a transposed one a bias per number
//! (`tied_b: 1` and `tied_b: 0` of the published files).

use crate::nn::{Applied, Extent, Layer, Parameter};
use crate::plan::{DispatchBuilder, Recorder, Tensor, Work};

/// Workgroups that a product is cut into at least, where its sum is long enough: what keeps a large GPU busy.
const WORKGROUPS: u32 = 1024;
/// Terms that a part of a sum has at least.
const LEAST_TERMS: u32 = 256;
/// The tiles of a product that parts are counted by; a device's own may differ.
const TILE: u32 = 32;

/// A window that moves over images and gives out a number per filter at each position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What it moves over.
    pub image: Extent,
    /// Filters, and the positions it takes.
    pub result: Extent,
    /// Its rows and columns.
    pub kernel: u32,
    /// Pixels between two positions.
    pub stride: u32,
    /// Zeros around the image.
    pub padding: u32,
}

/// y = x ⋆ W + b.   x: m×(channels·pixels), y: m×(filters·positions).
pub struct Convolution {
    /// The weights, (channels·kernel·kernel)×filters.
    pub w: Parameter,
    /// The biases, one per filter.
    pub b: Parameter,
    /// The window.
    pub window: Window,
}

/// The adjoint of ⋆ W, applied forward, plus b.   x: m×(filters·positions), y: m×(channels·pixels).
pub struct TransposedConvolution {
    /// The weights, (channels·kernel·kernel)×filters.
    pub w: Parameter,
    /// The biases, one per number.
    pub b: Parameter,
    /// The window, as it moves over what is given out.
    pub window: Window,
}

impl Window {
    fn taps(&self) -> u32 {
        self.image.channels * self.kernel * self.kernel
    }

    /// Records y = x ⋆ W, plus a bias per filter.
    fn convolve(&self, rec: &mut Recorder, x: &Tensor, w: &Tensor, y: &Tensor, bias: Option<&Tensor>) {
        let (m, n, k) = (x.rows() * self.result.positions(), self.result.channels, self.taps());
        let dispatch = begin(rec, "convolve", [x, w, y], bias).work(Work::Tiles { rows: m, cols: n, parts: 1 });
        self.product(dispatch, [m, n, k], k).flops(2 * u64::from(m) * u64::from(n) * u64::from(k)).record();
    }

    /// Records x = the adjoint of ⋆ W applied to y, plus a bias per number: one product for each lattice of pixels that meets the same taps.
    fn adjoin(&self, rec: &mut Recorder, y: &Tensor, w: &Tensor, x: &Tensor, bias: Option<&Tensor>) {
        let (s, Extent { channels: n, height, width }) = (self.stride, self.image);
        let m = x.rows() * height.div_ceil(s) * width.div_ceil(s);
        let k = self.kernel.div_ceil(s).pow(2) * self.result.channels;
        let dispatch = begin(rec, "convolve_adjoint", [y, w, x], bias).work(Work::Tiles { rows: m, cols: n, parts: s * s });
        let adds = u64::from(y.len()) * u64::from(self.taps());
        self.product(dispatch, [m, n, k], k).flops(2 * adds).record();
    }

    /// Records dW = Σ over examples and positions of x·dy, in parts that are added afterwards.
    fn weights(&self, rec: &mut Recorder, x: &Tensor, dy: &Tensor, dw: &Tensor) {
        let (m, n, positions) = (self.taps(), self.result.channels, self.result.positions());
        let (examples, k) = (x.rows(), x.rows() * positions);
        let most = WORKGROUPS.div_ceil(m.div_ceil(TILE) * n.div_ceil(TILE)).min(k.div_ceil(LEAST_TERMS));
        let per_part = examples.div_ceil(most);
        let parts = examples.div_ceil(per_part);
        let partial = (parts > 1).then(|| rec.tensor(&format!("parts of {}", dw.name()), [parts, m * n]));
        let dispatch = begin(rec, "convolve_weights", [x, dy, partial.as_ref().unwrap_or(dw)], None);
        let dispatch = dispatch.work(Work::Tiles { rows: m, cols: n, parts });
        self.product(dispatch, [m, n, k], per_part * positions).flops(2 * u64::from(m) * u64::from(n) * u64::from(k)).record();
        if let Some(partial) = partial {
            column_sums(rec, &partial, dw);
        }
    }

    /// Says the sizes of a product: m×n, k terms, of which a part adds `length`.
    fn product<'a>(&self, dispatch: DispatchBuilder<'a>, [m, n, k]: [u32; 3], length: u32) -> DispatchBuilder<'a> {
        let Window { image, result, kernel, stride, padding } = *self;
        dispatch
            .argument("m", m)
            .argument("n", n)
            .argument("k", k)
            .argument("channels", image.channels)
            .argument("image_height", image.height)
            .argument("image_width", image.width)
            .argument("filters", result.channels)
            .argument("height", result.height)
            .argument("width", result.width)
            .argument("kernel", kernel)
            .argument("stride", stride)
            .argument("padding", padding)
            .argument("length", length)
    }
}

impl Layer for Convolution {
    fn outputs(&self, _inputs: u32) -> u32 {
        self.window.result.numbers()
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        self.window.convolve(rec, &at.x, &self.w.value, &at.y, Some(&self.b.value));
    }

    /// ∂L/∂x = the adjoint of ⋆ W, applied to dy.
    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        self.window.adjoin(rec, dy, &self.w.value, &dx, None);
        dx
    }

    /// ∂L/∂b = the sums of dy over examples, then over positions.
    fn parameter_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) {
        self.window.weights(rec, &at.x, dy, &self.w.gradient);
        let by_position = rec.tensor(&format!("{} by position", self.b.gradient.name()), [1, dy.cols()]);
        column_sums(rec, dy, &by_position);
        let (m, n) = (self.window.result.channels, self.window.result.positions());
        let dispatch = rec.dispatch("row_sums").bind("x", &by_position).bind("sums", &self.b.gradient);
        dispatch.argument("m", m).argument("n", n).work(Work::Flat(m)).flops(u64::from(by_position.len())).record();
    }

    fn has_parameters(&self) -> bool {
        true
    }
}

impl Layer for TransposedConvolution {
    fn outputs(&self, _inputs: u32) -> u32 {
        self.window.image.numbers()
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        self.window.adjoin(rec, &at.x, &self.w.value, &at.y, Some(&self.b.value));
    }

    /// ∂L/∂x = dy ⋆ W.
    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        self.window.convolve(rec, dy, &self.w.value, &dx, None);
        dx
    }

    /// ∂L/∂b = the column sums of dy. In ∂L/∂W, dy is the image that the window moves over, and x its results.
    fn parameter_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) {
        self.window.weights(rec, dy, &at.x, &self.w.gradient);
        column_sums(rec, dy, &self.b.gradient);
    }

    fn has_parameters(&self) -> bool {
        true
    }
}

/// Begins a product of a and b that makes c.
fn begin<'a>(rec: &'a mut Recorder, operation: &str, [a, b, c]: [&Tensor; 3], bias: Option<&Tensor>) -> DispatchBuilder<'a> {
    let dispatch = rec.dispatch_hooked(operation, if bias.is_some() { "finish/bias" } else { "finish/none" });
    let dispatch = dispatch.bind("a", a).bind("b", b).bind("c", c);
    match bias {
        Some(bias) => dispatch.bind("bias", bias),
        None => dispatch,
    }
}

/// Records the column sums of x, whatever the shape of what they are written to.
fn column_sums(rec: &mut Recorder, x: &Tensor, sums: &Tensor) {
    let dispatch = rec.dispatch("column_sums").bind("x", x).bind("sums", sums);
    let dispatch = dispatch.argument("m", x.rows()).argument("n", x.cols());
    dispatch.work(Work::Flat(x.cols())).flops(u64::from(x.len())).record();
}
