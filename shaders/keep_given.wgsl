// y_i = x_i where the mask of `given` keeps i, else as it is: what was made is put where something is hidden, between what is kept.
// y: m×n; given: m×2n, (x⊙μ, μ).

struct Args { count: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        let at = i / args.n * 2u * args.n + i % args.n;
        y[i] = select(y[i], given[at], given[at + args.n] > 0.0);
    }
}
