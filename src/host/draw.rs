//! Twin of `draw.wgsl` with the hooks `examples/bytes` and `examples/reals`.

use crate::host::Real;
use crate::host::call::{Call, fill};

/// x_i = example number first + chosen_i.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, first, chosen) = (call.size("n"), call.size("first"), call.words("chosen"));
    let x = call.reals_mut("x");
    let at = |i: usize| (first + chosen[i / n] as usize) * n + i % n;
    match call.hook() {
        "bytes" => {
            let examples = call.words("examples");
            fill(x, |i| {
                let byte = (examples[at(i) / 4] >> (8 * (at(i) % 4))) & 0xff;
                T::of(byte as f32 * 0.003_921_569)
            });
        }
        "reals" => {
            let examples = call.reals("examples");
            fill(x, |i| examples[at(i)]);
        }
        hook => unreachable!("there is no form of examples `{hook}`"),
    }
}
