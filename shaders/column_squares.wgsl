// squares_j = Σ_i w_ij² over the m rows given: the squared norm of column j, the incoming weights of one output.
// w: m×n, squares: 1×n.  One invocation adds one column. A matrix that is too large to be bound is added up block by block: `carry` is 1 for all
// blocks but the first, which add to what is there.

struct Args { m: u32, n: u32, carry: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let col = flat_index(id);
    if col >= args.n {
        return;
    }
    var sum = 0.0;
    if args.carry == 1u {
        sum = squares[col];
    }
    for (var row = 0u; row < args.m; row++) {
        let value = w[row * args.n + col];
        sum += value * value;
    }
    squares[col] = sum;
}
