// v ← momentum·v - rate·g;  θ ← θ + v, as in update.wgsl, which says what the tensors are.
// For lavapipe: what is read is read from textures, four of the RUN turns are written out.
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> theta: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4<f32>>;
@group(0) @binding(3) var theta_texels: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var velocity_texels: texture_storage_2d<rgba32float, read>;
@group(0) @binding(5) var gradient: texture_storage_2d<rgba32float, read>;
@group(0) @binding(6) var<storage, read> rates: array<f32>;
@group(0) @binding(7) var<storage, read_write> squares: array<f32>;

struct Args { count: u32 }

const RUN: u32 = 16u;
const TEAM: u32 = 8u;

/// Updates group i. Returns Σ g².
fn step(i: u32, rate: f32, momentum: f32) -> f32 {
    // Past the end the last group is read; it is not stored.
    let texel = min(i, args.count - 1u);
    let at = vec2(texel % WIDTH, texel / WIDTH);
    let g = textureLoad(gradient, at);
    let v = momentum * textureLoad(velocity_texels, at) - rate * g;
    let moved = textureLoad(theta_texels, at) + v;
    if i >= args.count {
        return 0.0;
    }
    velocity[i] = v;
    theta[i] = moved;
    return dot(g, g);
}

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let invocation = flat_index(id);
    let first = (invocation / TEAM) * TEAM * RUN + invocation % TEAM;
    let rate = rates[0];
    let momentum = rates[1];
    var sum = 0.0;
    for (var turn = 0u; turn < RUN; turn += 4u) {
        let i = first + turn * TEAM;
        sum += step(i, rate, momentum) + step(i + TEAM, rate, momentum)
            + step(i + 2u * TEAM, rate, momentum) + step(i + 3u * TEAM, rate, momentum);
    }
    // A folded grid may have more workgroups than there is something to do for.
    if (invocation / FLAT) * FLAT * RUN < args.count {
        squares[invocation] = sum;
    }
}
