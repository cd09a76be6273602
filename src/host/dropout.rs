//! Twin of `dropout.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN, vectorised};
use crate::random::threefry2x32;
use rayon::prelude::*;

/// y_i = x_i·scale where the mask keeps i, else 0.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (first, salt, threshold, scale) = (call.size("first"), call.word("salt"), call.word("threshold"), call.real("scale"));
    let [seed, iteration, ..] = call.clock();
    let (x, y) = (call.reals("x"), call.reals_mut("y"));
    let masked = |word: u32, x: T| if word < threshold { x * scale } else { T::zero() };
    // A view may begin within a pair.
    let head = (first % 2).min(x.len());
    if head == 1 {
        y[0] = masked(threefry2x32([seed, salt], [iteration, (first / 2) as u32])[1], x[0]);
    }
    y[head..].par_chunks_mut(GRAIN).zip(x[head..].par_chunks(GRAIN)).enumerate().for_each(|(chunk, (y, x))| {
        let first_pair = ((first + head + chunk * GRAIN) / 2) as u32;
        let words = vectorised(
            #[inline(always)]
            || {
                let mut words = [[0; 2]; GRAIN / 2];
                for (i, words) in words.iter_mut().enumerate() {
                    *words = threefry2x32([seed, salt], [iteration, first_pair + i as u32]);
                }
                words
            },
        );
        let words = words.as_flattened();
        y.iter_mut().zip(x).zip(words).for_each(|((y, x), word)| *y = masked(*word, *x));
    });
}
