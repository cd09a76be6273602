//! Twin of `contrast.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// x_i ← (x_i - mean x_i)·scale / ‖x_i - mean x_i‖.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, scale, least) = (call.size("n"), call.real("scale"), call.real("least"));
    call.reals_mut("x").par_chunks_exact_mut(n).for_each(|row| {
        let origin = row[0];
        row.iter_mut().for_each(|x| *x = *x - origin);
        let mean = row.iter().fold(T::zero(), |sum, x| sum + *x) / T::count(n as u32);
        let norm = row.iter().fold(T::zero(), |sum, x| sum + (*x - mean) * (*x - mean)).sqrt();
        let divisor = (norm / scale).max(least);
        row.iter_mut().for_each(|x| *x = (*x - mean) / divisor);
    });
}
