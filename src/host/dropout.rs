//! Twin of `dropout.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::random::threefry2x32;
use rayon::prelude::*;

/// y_i = x_i·scale where the mask keeps i, else 0.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (first, salt, threshold, scale) = (call.size("first"), call.word("salt"), call.word("threshold"), call.real("scale"));
    let [seed, iteration, ..] = call.clock();
    let (x, y) = (call.reals("x"), call.reals_mut("y"));
    let kept = |at: usize, words: [u32; 2]| words[at % 2] < threshold;
    let words = |at: usize| threefry2x32([seed, salt], [iteration, (at / 2) as u32]);
    // Chunks of even length begin on a pair if `first` is even; the odd case draws each pair twice, which changes nothing but time.
    const CHUNK: usize = 4096;
    y.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).enumerate().for_each(|(chunk, (y, x))| {
        let start = first + chunk * CHUNK;
        let mut pair = words(start);
        for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
            let at = start + i;
            if i > 0 && at.is_multiple_of(2) {
                pair = words(at);
            }
            *y = if kept(at, pair) { *x * scale } else { T::zero() };
        }
    });
}
