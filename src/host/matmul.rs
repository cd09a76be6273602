//! Twin of `matmul.wgsl` with its three layouts and the hooks `finish/none` and `finish/bias`: products by the crate `gemm`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// Multiply-adds below which a second thread costs more than it brings.
const SMALL: usize = 64 * 64 * 64;

/// C = A·B, A·Bᵀ or Aᵀ·B, then the hook.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, n, k) = (call.size("m"), call.size("n"), call.size("k"));
    let (a, b, c) = (call.reals("a"), call.reals("b"), call.reals_mut("c"));
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n, "{m}×{n}×{k} does not fit what is bound");
    // Strides of (row, column) as gemm wants them.
    let (a_strides, b_strides) = match call.dispatch.kernel.operation.as_str() {
        "matmul_nn" => ((k, 1), (n, 1)),
        "matmul_nt" => ((k, 1), (1, k)),
        _ => ((1, m), (n, 1)),
    };
    product([m, n, k], (a, a_strides), (b, b_strides), c);
    if call.hook() == "bias" {
        let bias = call.reals("bias");
        c.par_chunks_mut(n).with_min_len(16).for_each(|row| row.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += *bias));
    }
}

#[expect(unsafe_code, reason = "gemm takes raw pointers; the sizes are asserted by the caller")]
fn product<T: Real>([m, n, k]: [usize; 3], a: (&[T], (usize, usize)), b: (&[T], (usize, usize)), c: &mut [T]) {
    let parallelism = if m * n * k > SMALL { gemm::Parallelism::Rayon(0) } else { gemm::Parallelism::None };
    let ((a, (a_row, a_col)), (b, (b_row, b_col))) = (a, b);
    // SAFETY: a, b and c hold m·k, k·n and m·n elements, each reached by exactly these strides, and c is borrowed alone.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.as_ptr(),
            a_col as isize,
            a_row as isize,
            b.as_ptr(),
            b_col as isize,
            b_row as isize,
            T::zero(),
            T::one(),
            false,
            false,
            false,
            parallelism,
        );
    }
}
