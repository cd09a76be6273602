//! Twin of `shrink.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN};
use rayon::prelude::*;

/// θ ← factor·θ.
pub fn run<T: Real>(call: &mut Call<T>) {
    let factor = call.real("factor");
    call.reals_mut("theta").par_iter_mut().with_min_len(GRAIN).for_each(|theta| *theta *= factor);
}
