// dx_i = the first n of dy_i: of the gradient by rows and their labels, that by the rows.
// dy: rows×(n + classes); dx: rows×n.

struct Args { rows: u32, n: u32, classes: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.rows * args.n {
        dx[i] = dy[i / args.n * (args.n + args.classes) + i % args.n];
    }
}
