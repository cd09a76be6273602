// z_i ~ the prior, from (seed, salt) and (iteration, i / 2).
// z: count elements.  One invocation draws two; the hook turns two random words into two numbers.

struct Args { count: u32, salt: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pair = flat_index(id);
    let numbers = noise(threefry(vec2<u32>(clock.seed, args.salt), vec2<u32>(clock.iteration, pair)));
    if 2u * pair < args.count { z[2u * pair] = numbers.x; }
    if 2u * pair + 1u < args.count { z[2u * pair + 1u] = numbers.y; }
}
