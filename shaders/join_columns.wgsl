// y_i = (x_i, b_i): rows side by side, as a discriminator of pairs is given them.
// x: rows×n; beside: rows×p; y: rows×(n + p).

struct Args { rows: u32, n: u32, p: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> beside: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    let width = args.n + args.p;
    if i < args.rows * width {
        let row = i / width;
        let column = i % width;
        if column < args.n {
            y[i] = x[row * args.n + column];
        } else {
            y[i] = beside[row * args.p + column - args.n];
        }
    }
}
