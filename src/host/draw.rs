//! Twin of `draw.wgsl` with the hooks `examples/bytes` and `examples/reals`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// x_i = example number first + chosen_i, where that is one of the examples bound.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, first, chosen) = (call.size("n"), call.size("first"), call.words("chosen"));
    let bound = call.size("from_example")..call.size("until");
    let rows = call.reals_mut("x").par_chunks_exact_mut(n).zip(chosen);
    let rows = rows.map(|(x, chosen)| (x, first + *chosen as usize)).filter(|(_, example)| bound.contains(example));
    let rows = rows.map(|(x, example)| (x, (example - bound.start) * n));
    match call.hook() {
        "bytes" => {
            let bytes: &[u8] = bytemuck::cast_slice(call.words("examples"));
            rows.for_each(|(x, start)| {
                x.iter_mut().zip(&bytes[start..][..n]).for_each(|(x, byte)| *x = T::of(f32::from(*byte) * 0.003_921_569));
            });
        }
        "reals" => {
            let examples = call.reals("examples");
            rows.for_each(|(x, start)| x.copy_from_slice(&examples[start..][..n]));
        }
        hook => unreachable!("there is no form of examples `{hook}`"),
    }
}
