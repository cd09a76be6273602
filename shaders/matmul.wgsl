// C = A·B, where a layout says which of A and B is stored transposed.
// c: m×n, k is the summed dimension; all row-major.  One invocation makes one element.
// The plain kernel, for devices without anything better and for shapes too ragged for the others; x of the grid counts rows.

struct Args { m: u32, n: u32, k: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

const TILE_ROWS: u32 = 4u;
const TILE_COLS: u32 = 16u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = group.x * TILE_ROWS + local / TILE_COLS;
    let col = group.y * TILE_COLS + local % TILE_COLS;
    if row >= args.m || col >= args.n {
        return;
    }
    var sum = 0.0;
    for (var i = 0u; i < args.k; i++) {
        sum += a[a_index(row, i)] * b[b_index(i, col)];
    }
    c[row * args.n + col] = finish(sum, row, col);
}
