// z_i ← z_i / ‖z_i‖, row by row: gaussian noise becomes uniform on the unit sphere.
// z: m×n.  One invocation scales one row.

struct Args { m: u32, n: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> z: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = flat_index(id);
    if row >= args.m {
        return;
    }
    var squares = 0.0;
    for (var col = 0u; col < args.n; col++) {
        let value = z[row * args.n + col];
        squares += value * value;
    }
    let norm = sqrt(squares);
    for (var col = 0u; col < args.n; col++) {
        z[row * args.n + col] /= norm;
    }
}
