//! Twins of `scale_factor.wgsl` and `scale.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, map};

/// factor = turn·max(1, target/‖dx‖).
pub fn factor<T: Real>(call: &mut Call<T>) {
    let [_, iteration, ..] = call.clock();
    let target = call.real("target_norm");
    let norm = call.reals("dx").iter().fold(T::zero(), |sum, dx| sum + *dx * *dx).sqrt();
    let scale = if norm > T::zero() && norm < target { target / norm } else { T::one() };
    let turn = iteration.is_multiple_of(call.word("every"));
    call.reals_mut("factor")[0] = if turn { scale } else { T::zero() };
}

/// y_i = factor·x_i.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (factor, x) = (call.reals("factor")[0], call.reals("x"));
    map(call.reals_mut("y"), x, |x| factor * x);
}
