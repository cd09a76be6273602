// W_ij ← W_ij·min(n_j, limit) / (1e-7 + n_j), n_j = √squares_j the L2 norm of column j.
// w: m×n, squares: 1×n.  One invocation scales the rows of one column.

struct Args { m: u32, n: u32, limit: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let col = flat_index(id);
    if col >= args.n {
        return;
    }
    let norm = sqrt(squares[col]);
    let factor = min(norm, args.limit) / (1e-7 + norm);
    for (var row = 0u; row < args.m; row++) {
        w[row * args.n + col] *= factor;
    }
}
