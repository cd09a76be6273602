// C = A·B, where a layout says where the elements of A, B and C are.
// c: m×n, k is the summed dimension.  One invocation makes one element of one part.
// The plain kernel, for devices without anything better and for shapes too ragged for the others; x of the grid counts rows, z parts.

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

const TILE_ROWS: u32 = 4u;
const TILE_COLS: u32 = 16u;
/// Blocks of rows may be folded: block_of.
const ROWS_FOLD: u32 = 1u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let block = block_of(group, (args.m + TILE_ROWS - 1u) / TILE_ROWS);
    let part = block.z;
    let row = block.x * TILE_ROWS + local / TILE_COLS;
    let col = block.y * TILE_COLS + local % TILE_COLS;
    if row >= args.m || col >= args.n || !is_stored(part, row, col) {
        return;
    }
    let range = terms(part);
    let of_row = a_row(part, row);
    let of_col = b_col(part, col);
    var sum = 0.0;
    for (var i = range.x; i < range.y; i++) {
        sum += a_at(of_row, a_term(part, i)) * b_at(b_term(part, i), of_col);
    }
    c[c_index(part, row, col)] = finish(sum, row, bias_index(part, row, col));
}
