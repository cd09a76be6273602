// chosen_i = the example at place (position + offset + i) of its epoch's order: a keyed bijection on [0, examples), so no permutation is stored.
// chosen: 1×m.  A Feistel network on 2·half_bits bits, walked on until it lands below `examples` (cycle-walking).

struct Args { m: u32, offset: u32, examples: u32, half_bits: u32, purpose: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read_write> chosen: array<u32>;

/// Rounds of the Feistel network; four would already be a strong pseudorandom permutation (Luby and Rackoff 1988).
const ROUNDS: u32 = 6u;

fn permute(place: u32, epoch: u32) -> u32 {
    let mask = (1u << args.half_bits) - 1u;
    var left = place >> args.half_bits;
    var right = place & mask;
    for (var round = 0u; round < ROUNDS; round++) {
        let word = threefry(vec2<u32>(clock.seed, args.purpose), vec2<u32>(epoch, (round << 16u) | right)).x;
        let next = left ^ (word & mask);
        left = right;
        right = next;
    }
    return (left << args.half_bits) | right;
}

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i >= args.m {
        return;
    }
    // An epoch's last minibatch is filled up from the next epoch.
    let place = clock.position + args.offset + i;
    let epoch = clock.epoch + place / args.examples;
    var example = permute(place % args.examples, epoch);
    while example >= args.examples {
        example = permute(example, epoch);
    }
    chosen[i] = example;
}
