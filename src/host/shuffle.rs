//! Twin of `shuffle.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::random::threefry2x32;

/// chosen_i = the example at place (position + offset + i) of its epoch's order.
pub fn run<T: Real>(call: &mut Call<T>) {
    let [seed, _, epoch, position] = call.clock();
    let (offset, examples, half_bits) = (call.word("offset"), call.word("examples"), call.word("half_bits"));
    let (rounds, key) = (call.constant("ROUNDS") as u32, [seed, call.word("purpose")]);
    for (i, chosen) in call.words_mut("chosen").iter_mut().enumerate() {
        let place = position + offset + i as u32;
        let permute = |place| permute(place, epoch + (position + offset + i as u32) / examples, key, half_bits, rounds);
        let mut example = permute(place % examples);
        while example >= examples {
            example = permute(example);
        }
        *chosen = example;
    }
}

/// A Feistel network on 2·half_bits bits.
fn permute(place: u32, epoch: u32, key: [u32; 2], half_bits: u32, rounds: u32) -> u32 {
    let mask = (1 << half_bits) - 1;
    let (mut left, mut right) = (place >> half_bits, place & mask);
    for round in 0..rounds {
        let word = threefry2x32(key, [epoch, (round << 16) | right])[0];
        (left, right) = (right, left ^ (word & mask));
    }
    (left << half_bits) | right
}
