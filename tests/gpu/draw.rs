//! `draw` with `examples/bytes` and `examples/reals`: examples arrive exactly.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, as_bits, numbers};
use gander::plan::Work;

#[test]
fn bytes_arrive_as_their_255th_part_and_reals_as_they_are() {
    let mut lab = Lab::enter();
    // 37 examples of 7 bytes: most begin in the middle of a word.
    let (examples, n, first, m) = (37_u32, 7_u32, 5_u32, 30_u32);
    let bytes: Vec<u8> = (0..examples * n).map(|i| (i % 256) as u8).collect();
    let mut padded = bytes.clone();
    padded.resize(bytes.len().next_multiple_of(4), 0xff);
    let words: Vec<u32> = padded.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four"))).collect();
    let reals = numbers(1, examples * n);
    let order: Vec<u32> = (0..m).map(|i| i * 11 % (examples - first)).collect();
    let rec = &mut lab.rec;
    let (chosen, bytes_tensor, reals_tensor) =
        (rec.words("chosen", m), rec.words("bytes", words.len() as u32), rec.tensor("reals", [examples, n]));
    let drawn = [("examples/bytes", &bytes_tensor), ("examples/reals", &reals_tensor)].map(|(hook, from)| {
        let x = rec.tensor("x", [m, n]);
        let dispatch = rec.dispatch_hooked("draw", hook).bind("chosen", &chosen).bind("examples", from).bind("x", &x);
        let dispatch = dispatch.argument("count", m * n).argument("n", n).argument("first", first);
        dispatch.argument("from_example", 0).argument("until", examples).work(Work::Flat(m * n)).record();
        x
    });
    let inputs = [(&chosen, as_bits(&order)), (&bytes_tensor, as_bits(&words)), (&reals_tensor, reals.clone())];
    let inputs = inputs.each_ref().map(|(tensor, values)| (*tensor, &values[..]));
    let seen = lab.run(On::EveryAdapter, &inputs, &[&drawn[0], &drawn[1]]);
    let at = |i: u32| ((first + order[(i / n) as usize]) * n + i % n) as usize;
    let from_bytes: Vec<f32> = (0..m * n).map(|i| f32::from(bytes[at(i)]) * 0.003_921_569).collect();
    let from_reals: Vec<f32> = (0..m * n).map(|i| reals[at(i)]).collect();
    assert_eq!(lab.host.reals(&drawn[0]), wide(&from_bytes), "the twin's bytes");
    assert_eq!(lab.host.reals(&drawn[1]), wide(&from_reals), "the twin's reals");
    for gpu in seen {
        same_bits(&format!("{}: bytes", gpu.name), &gpu.reals(0), &from_bytes);
        same_bits(&format!("{}: reals", gpu.name), &gpu.reals(1), &from_reals);
    }
}

/// The factor 0.003921569 stands for 1/255: black is 0, white is 1, and no grey is off by more than one unit in the last place.
#[test]
fn the_factor_of_bytes_is_as_good_as_a_division() {
    for byte in 0..=255_u8 {
        let (product, quotient) = (f32::from(byte) * 0.003_921_569, f32::from(byte) / 255.0);
        assert!(product.to_bits().abs_diff(quotient.to_bits()) <= 1, "{byte}: {product}, {quotient}");
    }
    assert_eq!(255.0 * 0.003_921_569_f32, 1.0);
}
