//! Twins of `activation_forward.wgsl` and `activation_backward.wgsl` with the hooks `activation/relu` and `activation/sigmoid`.

use crate::host::Real;
use crate::host::call::{Call, fill};

/// y = activate(x).
pub fn forward<T: Real>(call: &mut Call<T>) {
    let (x, y) = (call.reals("x"), call.reals_mut("y"));
    match call.hook() {
        "relu" => fill(y, |i| x[i].max(T::zero())),
        "sigmoid" => fill(y, |i| x[i].sigmoid()),
        hook => unreachable!("there is no activation `{hook}`"),
    }
}

/// dx = dy·slope(y).
pub fn backward<T: Real>(call: &mut Call<T>) {
    let (y, dy, dx) = (call.reals("y"), call.reals("dy"), call.reals_mut("dx"));
    match call.hook() {
        "relu" => fill(dx, |i| if y[i] > T::zero() { dy[i] } else { T::zero() }),
        "sigmoid" => fill(dx, |i| dy[i] * (y[i] * (T::one() - y[i]))),
        hook => unreachable!("there is no activation `{hook}`"),
    }
}
