//! Twin of `dropout.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, GRAIN, vectorised};
use crate::random::{threefry2x32, threefry2x32_lanes};
use rayon::prelude::*;

/// Pairs whose words are drawn side by side.
const LANES: usize = 8;

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
        let pair = ((first + head + chunk * GRAIN) / 2) as u32;
        let words = |block: usize| {
            let pairs = std::array::from_fn(|lane| pair + (block * LANES + lane) as u32);
            threefry2x32_lanes::<LANES>([seed, salt], iteration, pairs)
        };
        let (y, y_rest) = y.as_chunks_mut::<{ 2 * LANES }>();
        let (x, x_rest) = x.as_chunks::<{ 2 * LANES }>();
        vectorised(
            #[inline(always)]
            || {
                for (block, (y, x)) in y.iter_mut().zip(x).enumerate() {
                    let [even, odd] = words(block);
                    for lane in 0..LANES {
                        y[2 * lane] = masked(even[lane], x[2 * lane]);
                        y[2 * lane + 1] = masked(odd[lane], x[2 * lane + 1]);
                    }
                }
            },
        );
        let rest = words(y.len());
        y_rest.iter_mut().zip(x_rest).enumerate().for_each(|(i, (y, x))| *y = masked(rest[i % 2][i / 2], *x));
    });
}
