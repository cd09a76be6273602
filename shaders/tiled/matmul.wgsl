// C = A·B, where a layout says where the elements of A, B and C are.
// c: m×n, k is the summed dimension.  One workgroup makes one TILE_ROWS×TILE_COLS block of one part of C.
// For GPUs: a slice of A and of B at a time is shared in workgroup memory, and every invocation keeps a 4×4 block of sums in
// registers.  Ragged edges load zero; only the stores are guarded, so the barriers stay in uniform control flow.

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

const TILE_ROWS: u32 = 32u;
const TILE_COLS: u32 = 32u;
/// Blocks of rows may be folded: block_of.
const ROWS_FOLD: u32 = 1u;
/// Length of a slice along k.
const SLICE: u32 = 16u;
/// Invocations in a workgroup: 8×8, each with 4×4 sums.
const THREADS: u32 = 64u;

// Both slices lie with k slowest, so that the inner loop reads four neighbours at once.
var<workgroup> a_slice: array<vec4<f32>, 128>;
var<workgroup> b_slice: array<vec4<f32>, 128>;

/// A's slice from term `first` on. Neighbouring invocations load neighbouring addresses, whichever way the matrix lies; what an
/// invocation's loads have in common is worked out once: its term where A runs along k, else its row, the same in all slices.
fn load_a(part: u32, first_row: u32, first: u32, end: u32, local: u32, of_row: Place) {
    if A_RUNS_ALONG_K {
        let along = local % SLICE;
        let of_term = a_term(part, first + along);
        for (var across = local / SLICE; across < TILE_ROWS; across += THREADS / SLICE) {
            let inside = first + along < end && first_row + across < args.m;
            put_a(along, across, inside, a_row(part, first_row + across), of_term);
        }
    } else {
        let across = local % TILE_ROWS;
        for (var along = local / TILE_ROWS; along < SLICE; along += THREADS / TILE_ROWS) {
            let inside = first + along < end && first_row + across < args.m;
            put_a(along, across, inside, of_row, a_term(part, first + along));
        }
    }
}

fn put_a(along: u32, across: u32, inside: bool, of_row: Place, of_term: Place) {
    var value = 0.0;
    if inside {
        value = a_at(of_row, of_term);
    }
    a_slice[along * 8u + across / 4u][across % 4u] = value;
}

/// B's slice from term `first` on, like A's.
fn load_b(part: u32, first_col: u32, first: u32, end: u32, local: u32, of_col: Place) {
    if B_RUNS_ALONG_K {
        let along = local % SLICE;
        let of_term = b_term(part, first + along);
        for (var across = local / SLICE; across < TILE_COLS; across += THREADS / SLICE) {
            let inside = first + along < end && first_col + across < args.n;
            put_b(along, across, inside, of_term, b_col(part, first_col + across));
        }
    } else {
        let across = local % TILE_COLS;
        for (var along = local / TILE_COLS; along < SLICE; along += THREADS / TILE_COLS) {
            let inside = first + along < end && first_col + across < args.n;
            put_b(along, across, inside, b_term(part, first + along), of_col);
        }
    }
}

fn put_b(along: u32, across: u32, inside: bool, of_term: Place, of_col: Place) {
    var value = 0.0;
    if inside {
        value = b_at(of_term, of_col);
    }
    b_slice[along * 8u + across / 4u][across % 4u] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let block = block_of(group, (args.m + TILE_ROWS - 1u) / TILE_ROWS);
    let part = block.z;
    let first_row = block.x * TILE_ROWS;
    let first_col = block.y * TILE_COLS;
    let my_row = local / 8u;
    let my_col = local % 8u;
    let range = terms(part);
    let of_row = a_row(part, first_row + local % TILE_ROWS);
    let of_col = b_col(part, first_col + local % TILE_COLS);
    var sums = array<vec4<f32>, 4>();
    for (var first = range.x; first < range.y; first += SLICE) {
        load_a(part, first_row, first, range.y, local, of_row);
        load_b(part, first_col, first, range.y, local, of_col);
        workgroupBarrier();
        for (var i = 0u; i < SLICE; i++) {
            let rows = a_slice[i * 8u + my_row];
            let cols = b_slice[i * 8u + my_col];
            sums[0] += rows.x * cols;
            sums[1] += rows.y * cols;
            sums[2] += rows.z * cols;
            sums[3] += rows.w * cols;
        }
        workgroupBarrier();
    }
    for (var r = 0u; r < 4u; r++) {
        let row = first_row + my_row * 4u + r;
        for (var s = 0u; s < 4u; s++) {
            let col = first_col + my_col * 4u + s;
            if row < args.m && col < args.n && is_stored(part, row, col) {
                c[c_index(part, row, col)] = finish(sums[r][s], row, bias_index(part, row, col));
            }
        }
    }
}
