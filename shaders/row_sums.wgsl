// sums_i = Σ_j x_ij: the gradient of a bias that all positions of a channel share, from the gradients by position.
// x: m×n, sums: 1×m.  One invocation adds one row.

struct Args { m: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = flat_index(id);
    if row >= args.m {
        return;
    }
    var sum = 0.0;
    for (var col = 0u; col < args.n; col++) {
        sum += x[row * args.n + col];
    }
    sums[row] = sum;
}
