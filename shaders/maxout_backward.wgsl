// dx_i,(u·pieces + j) = dy_iu where piece j won, else 0.
// dy and winner: m×units, dx: m×(units·pieces), count = m·units.  One invocation writes the pieces of one unit.

struct Args { count: u32, pieces: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> winner: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let unit = flat_index(id, groups);
    if unit >= args.count {
        return;
    }
    let value = dy[unit];
    let won = u32(winner[unit]);
    for (var piece = 0u; piece < args.pieces; piece++) {
        dx[unit * args.pieces + piece] = select(0.0, value, piece == won);
    }
}
