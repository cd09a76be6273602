// sums_j = Σ_i x_ij: a bias's gradient is the column sums of its layer's output gradient.
// x: m×n, sums: 1×n.  One invocation adds one column.

struct Args { m: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let col = flat_index(id);
    if col >= args.n {
        return;
    }
    var sum = 0.0;
    for (var row = 0u; row < args.m; row++) {
        sum += x[row * args.n + col];
    }
    sums[col] = sum;
}
