// sums_j = Σ_i x_ij: a bias's gradient is the column sums of its layer's output gradient.
// x: m×n, sums: 1×n.  One invocation adds one column, row by row; eight loads at a time are under way before one is waited for.

struct Args { m: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

/// Four neighbours of a column.
fn four(row: u32, col: u32) -> vec4<f32> {
    let i = row * args.n + col;
    return vec4(x[i], x[i + args.n], x[i + 2u * args.n], x[i + 3u * args.n]);
}

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let col = flat_index(id);
    if col >= args.n {
        return;
    }
    var sum = 0.0;
    var row = 0u;
    for (; row + 8u <= args.m; row += 8u) {
        let first = four(row, col);
        let second = four(row + 4u, col);
        sum = sum + first.x + first.y + first.z + first.w + second.x + second.y + second.z + second.w;
    }
    for (; row < args.m; row++) {
        sum += x[row * args.n + col];
    }
    sums[col] = sum;
}
