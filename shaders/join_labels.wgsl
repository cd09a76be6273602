// y_i = (x_i, e_c), c = label_(i mod labelled): what a network is given of row i and of its label, which is one-hot.
// x: rows×n; y: rows×(n + classes); labels: `labelled` words, for rows that are several minibatches with the same labels.

struct Args { rows: u32, n: u32, classes: u32, labelled: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    let width = args.n + args.classes;
    if i < args.rows * width {
        let row = i / width;
        let column = i % width;
        if column < args.n {
            y[i] = x[row * args.n + column];
        } else {
            y[i] = f32(labels[row % args.labelled] == column - args.n);
        }
    }
}
