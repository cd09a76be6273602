//! Twin of `loss_squares.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// L_i = 1/2 Σ_j w_j·(y_ij - x_ij)² of m rows, and the gradient of coefficient·Σ_i L_i by y.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, coefficient) = (call.size("n"), call.real("coefficient"));
    let (y, x, w) = (call.reals("y"), call.reals("x"), call.reals("w"));
    let (dy, losses) = (call.reals_mut("dy"), call.reals_mut("losses"));
    let rows = y.chunks_exact(n).zip(x.chunks_exact(n)).zip(dy.chunks_exact_mut(n));
    for (((y, x), dy), loss) in rows.zip(losses) {
        let mut sum = T::zero();
        for (((y, x), w), dy) in y.iter().zip(x).zip(w).zip(dy) {
            let gap = *y - *x;
            let weighted = *w * gap;
            *dy = coefficient * weighted;
            sum += weighted * gap;
        }
        *loss = T::of(0.5) * sum;
    }
}
