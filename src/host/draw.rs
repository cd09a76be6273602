//! Twin of `draw.wgsl` with the hooks `examples/bytes` and `examples/reals`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// x_i = example number first + chosen_i.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, first, chosen) = (call.size("n"), call.size("first"), call.words("chosen"));
    let rows = call.reals_mut("x").par_chunks_exact_mut(n).zip(chosen);
    let start = |chosen: &u32| (first + *chosen as usize) * n;
    match call.hook() {
        "bytes" => {
            let bytes: &[u8] = bytemuck::cast_slice(call.words("examples"));
            rows.for_each(|(x, chosen)| {
                let example = &bytes[start(chosen)..][..n];
                x.iter_mut().zip(example).for_each(|(x, byte)| *x = T::of(f32::from(*byte) * 0.003_921_569));
            });
        }
        "reals" => {
            let examples = call.reals("examples");
            rows.for_each(|(x, chosen)| x.copy_from_slice(&examples[start(chosen)..][..n]));
        }
        hook => unreachable!("there is no form of examples `{hook}`"),
    }
}
