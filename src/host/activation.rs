//! Twins of `activation_forward.wgsl` and `activation_backward.wgsl` with the hooks `activation/relu` and `activation/sigmoid`.

use crate::host::Real;
use crate::host::call::{Call, map, map_two};

/// y = activate(x).
pub fn forward<T: Real>(call: &mut Call<T>) {
    let (x, y) = (call.reals("x"), call.reals_mut("y"));
    match call.hook() {
        "relu" => map(y, x, |x| x.max(T::zero())),
        "sigmoid" => map(y, x, T::sigmoid),
        hook => unreachable!("there is no activation `{hook}`"),
    }
}

/// dx = dy·slope(y).
pub fn backward<T: Real>(call: &mut Call<T>) {
    let (y, dy, dx) = (call.reals("y"), call.reals("dy"), call.reals_mut("dx"));
    match call.hook() {
        "relu" => map_two(dx, y, dy, |y, dy| if y > T::zero() { dy } else { T::zero() }),
        "sigmoid" => map_two(dx, y, dy, |y, dy| dy * (y * (T::one() - y))),
        hook => unreachable!("there is no activation `{hook}`"),
    }
}
