//! Twin of `column_norm.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// W_j ← W_j·min(n_j, limit) / (1e-7 + n_j).
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, limit) = (call.size("n"), call.real("limit"));
    let w = call.reals_mut("w");
    let mut factors = vec![T::zero(); n];
    for row in w.chunks_exact(n) {
        factors.iter_mut().zip(row).for_each(|(sum, value)| *sum += *value * *value);
    }
    for factor in &mut factors {
        let norm = factor.sqrt();
        *factor = norm.min(limit) / (T::of(1e-7) + norm);
    }
    for row in w.chunks_exact_mut(n) {
        row.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= *factor);
    }
}
