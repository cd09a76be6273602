//! Twin of `matmul.wgsl` with its three layouts of matrices and the hooks `finish/none` and `finish/bias`: products by the crate `gemm`.

use crate::host::Real;
use crate::host::call::Call;
use gemm::Parallelism;
use rayon::prelude::*;

/// Multiply-adds below which a second thread costs more than it brings.
const SMALL: usize = 64 * 64 * 64;

/// C = A·B, A·Bᵀ or Aᵀ·B, then the hook.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, n, k) = (call.size("m"), call.size("n"), call.size("k"));
    let (a, b, c) = (call.reals("a"), call.reals("b"), call.reals_mut("c"));
    // Strides of (row, column) as gemm wants them.
    let (a_strides, b_strides) = match call.dispatch.kernel.operation.as_str() {
        "matmul_nn" => ((k, 1), (n, 1)),
        "matmul_nt" => ((k, 1), (1, k)),
        _ => ((1, m), (n, 1)),
    };
    let threads = if m * n * k > SMALL { Parallelism::Rayon(0) } else { Parallelism::None };
    product([m, n, k], (a, a_strides), (b, b_strides), c, Sum::New, threads);
    if call.hook() == "bias" {
        let bias = call.reals("bias");
        c.par_chunks_mut(n).with_min_len(16).for_each(|row| row.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += *bias));
    }
}

/// Whether a product replaces what was there or is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// C = A·B.
    New,
    /// C = C + A·B.
    Added,
}

/// A matrix in memory, and the strides of its rows and its columns.
type Strided<'a, T> = (&'a [T], (usize, usize));

/// C = A·B, or C + A·B.   A: m×k, B: k×n, C: m×n, row-major.
/// # Panics
/// if one of them has another number of elements.
#[expect(unsafe_code, reason = "gemm takes raw pointers; the sizes are asserted")]
pub(super) fn product<T: Real>(
    [m, n, k]: [usize; 3],
    (a, (a_row, a_col)): Strided<T>,
    (b, (b_row, b_col)): Strided<T>,
    c: &mut [T],
    sum: Sum,
    threads: Parallelism,
) {
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n, "{m}×{n}×{k} does not fit what is bound");
    let last = |rows: usize, row: usize, cols: usize, col: usize| rows.saturating_sub(1) * row + cols.saturating_sub(1) * col;
    assert!(last(m, a_row, k, a_col) < a.len().max(1) && last(k, b_row, n, b_col) < b.len().max(1), "a stride leads out of a matrix");
    if !T::IN_GEMM {
        return term_by_term([m, n, k], (a, (a_row, a_col)), (b, (b_row, b_col)), c, sum);
    }
    let (there, share) = if sum == Sum::Added { (true, T::one()) } else { (false, T::zero()) };
    // SAFETY: a, b and c hold m·k, k·n and m·n elements, the strides stay within them, and c is borrowed alone.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            there,
            a.as_ptr(),
            a_col as isize,
            a_row as isize,
            b.as_ptr(),
            b_col as isize,
            b_row as isize,
            share,
            T::one(),
            false,
            false,
            false,
            threads,
        );
    }
}

/// The same, one term after the other, for numbers that `gemm` does not know.
fn term_by_term<T: Real>([m, n, k]: [usize; 3], (a, (a_row, a_col)): Strided<T>, (b, (b_row, b_col)): Strided<T>, c: &mut [T], sum: Sum) {
    assert!(c.len() == m * n, "{m}×{n}×{k} does not fit what is bound");
    c.par_chunks_mut(n).enumerate().for_each(|(row, c)| {
        for (col, c) in c.iter_mut().enumerate() {
            let start = if sum == Sum::Added { *c } else { T::zero() };
            *c = (0..k).fold(start, |sum, i| sum + a[row * a_row + i * a_col] * b[i * b_row + col * b_col]);
        }
    });
}
