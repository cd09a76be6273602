//! Twin of `clip.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN};
use rayon::prelude::*;

/// θ ← min(max(θ, -limit), limit).
pub fn run<T: Real>(call: &mut Call<T>) {
    let limit = call.real("limit");
    call.reals_mut("theta").par_iter_mut().with_min_len(GRAIN).for_each(|theta| *theta = theta.max(-limit).min(limit));
}
