//! Twin of `tick.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// clock ← the next iteration.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (drawn, examples) = (call.word("drawn"), call.word("examples"));
    let clock = call.words_mut("clock");
    let place = clock[3] + drawn;
    clock[1] = clock[1].wrapping_add(1);
    clock[2] += place / examples;
    clock[3] = place % examples;
}
