//! Twin of `clip.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN};
use rayon::prelude::*;

/// θ ← min(max(θ, middle - limit), middle + limit).
pub fn run<T: Real>(call: &mut Call<T>) {
    let (middle, limit) = (call.real("middle"), call.real("limit"));
    let (least, most) = (middle - limit, middle + limit);
    call.reals_mut("theta").par_iter_mut().with_min_len(GRAIN).for_each(|theta| *theta = theta.max(least).min(most));
}
