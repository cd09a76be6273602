// θ ← min(max(θ, middle - limit), middle + limit): no parameter leaves the box.
// theta: count groups of four, padding (zero) included.  One invocation clips one group.

struct Args { count: u32, middle: f32, limit: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> theta: array<vec4<f32>>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        theta[i] = clamp(theta[i], vec4<f32>(args.middle - args.limit), vec4<f32>(args.middle + args.limit));
    }
}
