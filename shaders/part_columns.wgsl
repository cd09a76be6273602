// dx_i = p of the numbers of dy_i, from number `first` on: of the gradient by rows that were joined, that by one of them.
// dy: rows×n; dx: rows×p.

struct Args { rows: u32, n: u32, first: u32, p: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.rows * args.p {
        dx[i] = dy[i / args.p * args.n + args.first + i % args.p];
    }
}
