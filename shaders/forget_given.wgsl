// dx_i = 0 where the mask of `given` keeps i, else as it is: what is kept was not made, so nothing is learnt of it.
// dx: m×n; given: m×2n, (x⊙μ, μ).

struct Args { count: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        let kept = given[i / args.n * 2u * args.n + args.n + i % args.n];
        dx[i] = select(dx[i], 0.0, kept > 0.0);
    }
}
