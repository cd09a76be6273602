//! Twin of `clear_corners.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// dW = 0 beside the two blocks of W = (A 0; 0 B).
pub fn run<T: Real>(call: &mut Call<T>) {
    let [cols, n, p] = ["cols", "n", "p"].map(|name| call.size(name));
    for (i, row) in call.reals_mut("dw").chunks_exact_mut(cols).enumerate() {
        let (of_a, of_b) = row.split_at_mut(p);
        if i < n { of_b } else { of_a }.fill(T::zero());
    }
}
