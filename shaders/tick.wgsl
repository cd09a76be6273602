// clock ← the next iteration: `drawn` examples further on in the epoch's order, in the next epoch after `examples` of them.

struct Args { drawn: u32, examples: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> clock: Clock;

@compute @workgroup_size(1)
fn main() {
    let place = clock.position + args.drawn;
    clock.iteration += 1u;
    clock.epoch += place / args.examples;
    clock.position = place % args.examples;
}
