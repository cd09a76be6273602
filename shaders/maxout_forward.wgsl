// y_u = max_j x_(u, j), and the j that won; ties go to the lowest j.
// A unit's pieces lie `positions` apart: x is m×(units·pieces)×positions, y and winner m×units×positions, count numbers in all.
// A dense unit has one position; a channel of a convolution, as many as there are pixels.

struct Args { count: u32, pieces: u32, positions: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> winner: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let unit = flat_index(id);
    if unit >= args.count {
        return;
    }
    let first = unit / args.positions * args.pieces * args.positions + unit % args.positions;
    var best = x[first];
    var best_piece = 0u;
    for (var piece = 1u; piece < args.pieces; piece++) {
        let value = x[first + piece * args.positions];
        if value > best {
            best = value;
            best_piece = piece;
        }
    }
    y[unit] = best;
    winner[unit] = f32(best_piece);
}
