// dx_(u, j) = dy_u where piece j won, else 0.
// dy and winner: m×units×positions, count numbers in all, dx: m×(units·pieces)×positions.  One invocation writes the pieces of one unit.

struct Args { count: u32, pieces: u32, positions: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> winner: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let unit = flat_index(id);
    if unit >= args.count {
        return;
    }
    let first = unit / args.positions * args.pieces * args.positions + unit % args.positions;
    let value = dy[unit];
    let won = u32(winner[unit]);
    for (var piece = 0u; piece < args.pieces; piece++) {
        dx[first + piece * args.positions] = select(0.0, value, piece == won);
    }
}
