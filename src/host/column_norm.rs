//! Twins of `column_squares.wgsl` and `column_limit.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// squares_j = Σ_i w_ij², added to what is there where it carries.
pub fn squares<T: Real>(call: &mut Call<T>) {
    let (n, carry, w) = (call.size("n"), call.word("carry"), call.reals("w"));
    let squares = call.reals_mut("squares");
    if carry == 0 {
        squares.fill(T::zero());
    }
    for row in w.chunks_exact(n) {
        squares.iter_mut().zip(row).for_each(|(sum, value)| *sum += *value * *value);
    }
}

/// Columns whose factors are worked out at a time: they stand on the stack, so that no memory is taken.
const COLUMNS: usize = 256;

/// W_ij ← W_ij·min(n_j, limit) / (1e-7 + n_j).
pub fn limit<T: Real>(call: &mut Call<T>) {
    let (n, limit, squares) = (call.size("n"), call.real("limit"), call.reals("squares"));
    let factor = |square: &T| {
        let norm = square.sqrt();
        norm.min(limit) / (T::of(1e-7) + norm)
    };
    let w = call.reals_mut("w");
    for first in (0..n).step_by(COLUMNS) {
        let squares = &squares[first..n.min(first + COLUMNS)];
        let mut factors = [T::zero(); COLUMNS];
        factors.iter_mut().zip(squares).for_each(|(value, square)| *value = factor(square));
        for row in w.chunks_exact_mut(n) {
            row[first..].iter_mut().zip(&factors[..squares.len()]).for_each(|(value, factor)| *value *= *factor);
        }
    }
}
