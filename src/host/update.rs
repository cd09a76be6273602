//! Twin of `update.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// v ← momentum·v - rate·g;  θ ← θ + v, and the sums of squared gradients.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (team, run) = (call.constant("TEAM"), call.constant("RUN"));
    let (gradient, rates) = (call.reals("gradient"), call.reals("rates"));
    let (theta, velocity, squares) = (call.reals_mut("theta"), call.reals_mut("velocity"), call.reals_mut("squares"));
    // What one team does.
    let block = 4 * team * run;
    let (squares, idle) = squares.split_at_mut(gradient.len().div_ceil(block) * team);
    idle.fill(T::zero());
    let blocks = theta.par_chunks_mut(block).zip(velocity.par_chunks_mut(block)).zip(gradient.par_chunks(block));
    blocks.zip(squares.par_chunks_mut(team)).with_min_len(64).for_each(|(((theta, velocity), gradient), squares)| {
        for ((v, theta), g) in velocity.iter_mut().zip(theta).zip(gradient) {
            *v = rates[1] * *v - rates[0] * *g;
            *theta += *v;
        }
        add_squares(squares, gradient);
    });
}

/// The sums of squared gradients of a team: its invocations take turns at groups of four.
pub(super) fn add_squares<T: Real>(squares: &mut [T], gradient: &[T]) {
    squares.fill(T::zero());
    for groups in gradient.chunks(4 * squares.len()) {
        for (square, g) in squares.iter_mut().zip(groups.chunks_exact(4)) {
            *square += g.iter().fold(T::zero(), |sum, g| sum + *g * *g);
        }
    }
}
