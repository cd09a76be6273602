// θ̄ ← θ̄ + rate·(θ - θ̄): an exponential moving average. Where the two are equal it stays, to the bit.
// average, theta: count groups of four, padding (zero) included.  One invocation moves one group.

struct Args { count: u32, rate: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> average: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> theta: array<vec4<f32>>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        average[i] += args.rate * (theta[i] - average[i]);
    }
}
