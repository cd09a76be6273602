//! Twin of `diversify.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// dx_i ← dx_i − share·sign(x_i − other_i).
pub fn run<T: Real>(call: &mut Call<T>) {
    let (share, x, other) = (call.real("share"), call.reals("x"), call.reals("other"));
    for (dx, (x, other)) in call.reals_mut("dx").iter_mut().zip(x.iter().zip(other)) {
        if x > other {
            *dx += -share;
        } else if x < other {
            *dx += share;
        }
    }
}
