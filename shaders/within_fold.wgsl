// inside_i ← inside_i + the number of references s_j of a piece whose ball holds point i: ‖x_i - s_j‖² ≤ radius_j².
// radius_squares: 1×rows, x_squares and inside: 1×m.  The hook reads a piece.  One invocation serves one point.

struct Args { m: u32, rows: u32, groups: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(4) var<storage, read> radius_squares: array<f32>;
@group(0) @binding(5) var<storage, read> x_squares: array<f32>;
@group(0) @binding(6) var<storage, read_write> inside: array<u32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let point = flat_index(id);
    if point >= args.m {
        return;
    }
    var count = inside[point];
    for (var j = 0u; j < piece[1]; j++) {
        // Rounding may push the distance of equal points below zero.
        let distance = max(0.0, x_squares[point] + distance_less_square(j, point));
        if distance <= radius_squares[j] {
            count += 1u;
        }
    }
    inside[point] = count;
}
