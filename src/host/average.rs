//! Twin of `average.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN};
use rayon::prelude::*;

/// θ̄ ← θ̄ + rate·(θ - θ̄).
pub fn run<T: Real>(call: &mut Call<T>) {
    let (rate, theta) = (call.real("rate"), call.reals("theta"));
    let pairs = call.reals_mut("average").par_iter_mut().zip(theta).with_min_len(GRAIN);
    pairs.for_each(|(average, theta)| *average += rate * (*theta - *average));
}
