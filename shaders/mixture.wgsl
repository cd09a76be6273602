// z_ij ← (μ_cj + z_ij)/√2: gaussian noise becomes a draw of a mixture of gaussians of variance 1/2, each as likely, about `components` means.
// z: m×n, N(0, 1) before.  c is drawn for each row i from (seed, ¬salt) and (iteration, i); μ_cj ~ N(0, 1) from (means, c) and (0, j / 2), the same in
// every game.  Each number has variance 1 over all draws of means, as in the other priors.  One invocation moves two; the hook is that of the noise.

struct Args { m: u32, n: u32, components: u32, salt: u32, means: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;

/// 1/√2.
const SHRINK: f32 = 0.70710678;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pairs = (args.n + 1u) / 2u;
    let row = flat_index(id) / pairs;
    let pair = flat_index(id) % pairs;
    if row >= args.m {
        return;
    }
    let word = threefry(vec2<u32>(clock.seed, ~args.salt), vec2<u32>(clock.iteration, row)).x;
    // The upper 16 bits, as a share of the components.
    let component = ((word >> 16u) * args.components) >> 16u;
    let mean = noise(threefry(vec2<u32>(args.means, component), vec2<u32>(0u, pair)));
    let first = row * args.n + 2u * pair;
    z[first] = (mean.x + z[first]) * SHRINK;
    if 2u * pair + 1u < args.n {
        z[first + 1u] = (mean.y + z[first + 1u]) * SHRINK;
    }
}
