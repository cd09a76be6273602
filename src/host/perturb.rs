//! Twin of `perturb.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, map_two};

/// y_i = x_i + sigma·z_i.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (sigma, x, z) = (call.real("sigma"), call.reals("x"), call.reals("z"));
    map_two(call.reals_mut("y"), x, z, |x, z| x + sigma * z);
}
