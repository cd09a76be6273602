//! Twin of `matmul.wgsl` with its three layouts of matrices and the hooks `finish/none` and `finish/bias`: products by the crate `gemm`.
//!
//! `gemm` takes memory in every call, and small games are to take none in an iteration: a small product is added up here.

use crate::host::Real;
use crate::host::call::{Call, vectorised};
use gemm::Parallelism;
use rayon::prelude::*;

/// Multiply-adds below which a second thread costs more than it brings.
const SMALL: usize = 64 * 64 * 64;

/// Multiply-adds up to which a product is added up here.
const TINY: usize = 96 * 1024;

/// Sums that run side by side where a sum runs along memory: as many as a processor's widest vector has numbers.
const LANES: usize = 16;

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
    if m * n * k <= TINY {
        return vectorised(|| by_rows([m, n, k], (a, (a_row, a_col)), (b, (b_row, b_col)), c, sum));
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

/// The same for few numbers, in a way that compilers make vectors of. Each term goes along a row of C where B's rows lie in one piece, and each sum along a row of
/// A and a column of B where these do.
#[inline(always)]
fn by_rows<T: Real>([_, n, k]: [usize; 3], (a, (a_row, a_col)): Strided<T>, (b, (b_row, b_col)): Strided<T>, c: &mut [T], sum: Sum) {
    if sum == Sum::New {
        c.fill(T::zero());
    }
    for (row, c) in c.chunks_exact_mut(n.max(1)).enumerate() {
        if b_col == 1 {
            for i in 0..k {
                let a = a[row * a_row + i * a_col];
                c.iter_mut().zip(&b[i * b_row..][..n]).for_each(|(c, b)| *c += a * *b);
            }
        } else if a_col == 1 && b_row == 1 {
            let a = &a[row * a_row..][..k];
            c.iter_mut().enumerate().for_each(|(col, c)| *c += dot(a, &b[col * b_col..][..k]));
        } else {
            c.iter_mut()
                .enumerate()
                .for_each(|(col, c)| (0..k).for_each(|i| *c += a[row * a_row + i * a_col] * b[i * b_row + col * b_col]));
        }
    }
}

/// Σ a_i·b_i, as several sums side by side.
#[inline(always)]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let (a_pieces, a_rest) = a.as_chunks::<LANES>();
    let (b_pieces, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [T::zero(); LANES];
    for (a, b) in a_pieces.iter().zip(b_pieces) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(T::zero(), |sum, (a, b)| sum + *a * *b);
    sums.into_iter().fold(rest, |sum, lane| sum + lane)
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
