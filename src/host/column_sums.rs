//! Twin of `column_sums.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// sums_j = Σ_i x_ij.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, x) = (call.size("n"), call.reals("x"));
    let sums = call.reals_mut("sums");
    sums.fill(T::zero());
    for row in x.chunks_exact(n) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += *value);
    }
}
