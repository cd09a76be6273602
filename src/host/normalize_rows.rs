//! Twin of `normalize_rows.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// z_i ← z_i / ‖z_i‖.
pub fn run<T: Real>(call: &mut Call<T>) {
    let n = call.size("n");
    for row in call.reals_mut("z").chunks_exact_mut(n) {
        let norm = row.iter().fold(T::zero(), |sum, value| sum + *value * *value).sqrt();
        row.iter_mut().for_each(|value| *value = *value / norm);
    }
}
