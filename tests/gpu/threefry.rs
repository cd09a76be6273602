//! Threefry-2x32 of `prelude`, on the device: the known-answer vectors published with the Random123 library.

use crate::compare::same_words;
use crate::lab::{Lab, On};
use gander::random::threefry2x32;
use std::sync::Arc;

/// Key, counter, result.
const VECTORS: [[[u32; 2]; 3]; 3] = [
    [[0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]],
    [[u32::MAX; 2], [u32::MAX; 2], [0x1cb9_96fc, 0xbb00_2be7]],
    [[0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3], [0xc492_3a9c, 0x483d_f7a0]],
];

#[test]
fn threefry_gives_the_published_vectors_on_every_adapter() {
    let mut lab = Lab::enter();
    let cases = VECTORS.map(|[key, counter, _]| {
        let (clock, values) = lab.clock([key[0], key[1], counter[0], counter[1]]);
        let chosen = lab.rec.words("result", 2);
        let dispatch = lab.rec.dispatch("shuffle").bind("clock", &clock).bind("chosen", &chosen);
        let dispatch = dispatch.argument("m", 2_u32).argument("offset", 0_u32).argument("examples", 1_u32);
        dispatch.argument("half_bits", 1_u32).argument("purpose", 0_u32).record();
        (clock, values, chosen)
    });
    // The bindings of `shuffle`, with another body: the clock's four words are the key and the counter.
    let mut plan = lab.rec.finish("test");
    for dispatch in &mut plan.dispatches {
        let mut kernel = (*dispatch.kernel).clone();
        let body = kernel.source.find("@compute").expect("a kernel has an entry point");
        kernel.source.truncate(body);
        kernel.source.push_str(
            "@compute @workgroup_size(1) fn main() {
                let x = threefry(vec2<u32>(clock.seed, clock.iteration), vec2<u32>(clock.epoch, clock.position));
                if args.m == 2u { chosen[0] = x.x; chosen[1] = x.y; }
            }",
        );
        // One workgroup does it all.
        kernel.grid_binding = None;
        dispatch.kernel = Arc::new(kernel);
    }
    let inputs: Vec<_> = cases.iter().map(|(clock, values, _)| (clock, &values[..])).collect();
    let outputs: Vec<_> = cases.iter().map(|(.., chosen)| chosen).collect();
    for gpu in lab.run_gpus(On::EveryAdapter, &plan, &inputs, &outputs) {
        for (number, [key, counter, expected]) in VECTORS.into_iter().enumerate() {
            assert_eq!(threefry2x32(key, counter), expected, "the twin");
            same_words(&gpu.name, &gpu.words(number), &expected);
        }
    }
}
