//! Twin of `find_non_finite.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN, vectorised};
use rayon::prelude::*;

/// found ← min(found, number) where an element of x is not finite.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (number, x) = (call.word("number"), call.reals("x"));
    // Without a branch, so that it is a vector's work.
    let finite = |x: &[T]| vectorised(|| x.iter().fold(true, |finite, x| finite & x.is_finite()));
    let all = if x.len() <= GRAIN { finite(x) } else { x.par_chunks(GRAIN).all(finite) };
    if !all {
        let found = &mut call.words_mut("found")[0];
        *found = number.min(*found);
    }
}
