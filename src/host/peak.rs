//! Twins of `peak_arithmetic.wgsl` and `peak_copy.wgsl`.

use crate::host::Real;
use crate::host::call::{Call, vectorised};
use rayon::prelude::*;

/// Elements whose recurrences run side by side: twelve times eight chains hide the latency of a multiply-add, and fit a processor's registers.
const LANES: usize = 8;

/// y_i = Σ of twelve recurrences x ← a·x + b.
pub fn arithmetic<T: Real>(call: &mut Call<T>) {
    let (steps, a, b) = (4 * call.size("steps"), call.real("a"), call.real("b"));
    call.reals_mut("y").par_chunks_mut(LANES).for_each(|y| {
        let chains = vectorised(
            #[inline(always)]
            || recur(steps, a, b),
        );
        for (lane, y) in y.iter_mut().enumerate() {
            *y = chains.iter().fold(T::zero(), |sum, chain| sum + chain[lane]);
        }
    });
}

#[inline(always)]
fn recur<T: Real>(steps: usize, a: T, b: T) -> [[T; LANES]; 12] {
    let mut chains: [[T; LANES]; 12] = std::array::from_fn(|number| [T::count(number as u32 + 1); LANES]);
    for _ in 0..steps {
        for chain in &mut chains {
            for x in chain {
                *x = x.mul_add(a, b);
            }
        }
    }
    chains
}

/// y = x.
pub fn copy<T: Real>(call: &mut Call<T>) {
    let (x, y) = (call.reals("x"), call.reals_mut("y"));
    const PIECE: usize = 1 << 16;
    y.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).for_each(|(y, x)| y.copy_from_slice(x));
}
