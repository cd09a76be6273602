//! Twin of `row_sums.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// sums_i = Σ_j x_ij.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, x) = (call.size("n"), call.reals("x"));
    let rows = x.chunks_exact(n);
    call.reals_mut("sums").iter_mut().zip(rows).for_each(|(sum, row)| *sum = row.iter().fold(T::zero(), |sum, value| sum + *value));
}
