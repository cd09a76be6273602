//! Twins of `join_columns.wgsl` and `part_columns.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// y_i = (x_i, b_i).
pub fn join<T: Real>(call: &mut Call<T>) {
    let (n, p, x, beside) = (call.size("n"), call.size("p"), call.reals("x"), call.reals("beside"));
    let rows = x.chunks_exact(n).zip(beside.chunks_exact(p));
    for (y, (x, beside)) in call.reals_mut("y").chunks_exact_mut(n + p).zip(rows) {
        let (left, right) = y.split_at_mut(n);
        left.copy_from_slice(x);
        right.copy_from_slice(beside);
    }
}

/// dx_i = p of the numbers of dy_i, from number `first` on.
pub fn part<T: Real>(call: &mut Call<T>) {
    let (n, first, p, dy) = (call.size("n"), call.size("first"), call.size("p"), call.reals("dy"));
    let rows = call.reals_mut("dx").chunks_exact_mut(p).zip(dy.chunks_exact(n));
    rows.for_each(|(dx, dy)| dx.copy_from_slice(&dy[first..first + p]));
}
