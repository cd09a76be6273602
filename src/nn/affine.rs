//! Affine layers: y = x·W + b, the linear part of every layer of the paper.
//!
//! Where a label has units of its own, W = (A 0; 0 B): (x, c)·W = (x·A, c·B), both paths in one product. The corners begin at zero, and so does every
//! gradient by them end, so nothing that is made of gradients moves them: momentum, Adam, averages, limits and clipping keep zeros.

use crate::nn::{Applied, Layer, Parameter};
use crate::plan::{Recorder, Tensor, Work};

/// y = x·W + b.   W: n×p, b: 1×p.
pub struct Affine {
    /// The weights.
    pub w: Parameter,
    /// The biases.
    pub b: Parameter,
    /// Rows and columns of A, where W = (A 0; 0 B).
    pub first_block: Option<[u32; 2]>,
}

/// Which operand of a product is stored transposed.
#[derive(Clone, Copy)]
enum Layout {
    /// C = A·B.
    Nn,
    /// C = A·Bᵀ.
    Nt,
    /// C = Aᵀ·B.
    Tn,
}

impl Layer for Affine {
    fn outputs(&self, _inputs: u32) -> u32 {
        self.w.value.cols()
    }

    fn forward(&self, rec: &mut Recorder, at: &Applied) {
        product(rec, Layout::Nn, (&at.x, &self.w.value), &at.y, Some(&self.b.value));
    }

    /// ∂L/∂x = dy·Wᵀ.
    fn input_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) -> Tensor {
        let dx = rec.tensor(&format!("d {}", at.x.name()), [at.x.rows(), at.x.cols()]);
        product(rec, Layout::Nt, (dy, &self.w.value), &dx, None);
        dx
    }

    /// ∂L/∂W = xᵀ·dy, ∂L/∂b = the column sums of dy.
    fn parameter_gradient(&self, rec: &mut Recorder, at: &Applied, dy: &Tensor) {
        product(rec, Layout::Tn, (&at.x, dy), &self.w.gradient, None);
        if let Some(first_block) = self.first_block {
            clear_corners(rec, &self.w.gradient, first_block);
        }
        rec.dispatch("column_sums")
            .bind("x", dy)
            .bind("sums", &self.b.gradient)
            .argument("m", dy.rows())
            .argument("n", dy.cols())
            .work(Work::Flat(dy.cols()))
            .flops(u64::from(dy.len()))
            .record();
    }

    fn has_parameters(&self) -> bool {
        true
    }
}

/// Records dW ← (dA 0; 0 dB).   dw: rows×cols, A: n×p.
pub fn clear_corners(rec: &mut Recorder, dw: &Tensor, [n, p]: [u32; 2]) {
    let (rows, cols) = (dw.rows(), dw.cols());
    let count = n * (cols - p) + (rows - n) * p;
    let dispatch = rec.dispatch("clear_corners").bind("dw", dw).argument("rows", rows).argument("cols", cols);
    dispatch.argument("n", n).argument("p", p).work(Work::Flat(count)).bytes(4 * u64::from(count)).record();
}

#[track_caller]
fn product(rec: &mut Recorder, layout: Layout, (a, b): (&Tensor, &Tensor), c: &Tensor, bias: Option<&Tensor>) {
    let (operation, [m, k], [k_of_b, n]) = match layout {
        Layout::Nn => ("matmul_nn", [a.rows(), a.cols()], [b.rows(), b.cols()]),
        Layout::Nt => ("matmul_nt", [a.rows(), a.cols()], [b.cols(), b.rows()]),
        Layout::Tn => ("matmul_tn", [a.cols(), a.rows()], [b.rows(), b.cols()]),
    };
    assert!(k == k_of_b && [m, n] == [c.rows(), c.cols()], "{operation}: {a} and {b} do not make {c}");
    let dispatch = rec.dispatch_hooked(operation, if bias.is_some() { "finish/bias" } else { "finish/none" });
    let dispatch = dispatch.bind("a", a).bind("b", b).bind("c", c);
    let dispatch = dispatch.argument("m", m).argument("n", n).argument("k", k);
    let dispatch = dispatch.work(Work::Tiles { rows: m, cols: n, parts: 1 }).flops(2 * u64::from(m) * u64::from(n) * u64::from(k));
    match bias {
        Some(bias) => dispatch.bind("bias", bias).record(),
        None => dispatch.record(),
    }
}
