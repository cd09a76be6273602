// dW_ij = 0 where i < n and j ≥ p, or i ≥ n and j < p: what lies beside the two blocks of W = (A 0; 0 B).
// dw: rows×cols, A: n×p.  One invocation clears one element, first of the corner beside A, then of the one beside B; the blocks stay as they are.

struct Args { rows: u32, cols: u32, n: u32, p: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    let width = args.cols - args.p;
    let beside_a = args.n * width;
    if i < beside_a {
        dw[i / width * args.cols + args.p + i % width] = 0.0;
    } else if i - beside_a < (args.rows - args.n) * args.p {
        let of_b = i - beside_a;
        dw[(args.n + of_b / args.p) * args.cols + of_b % args.p] = 0.0;
    }
}
