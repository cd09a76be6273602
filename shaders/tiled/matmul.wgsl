// C = A·B, where a layout says which of A and B is stored transposed.
// c: m×n, k is the summed dimension; all row-major.  One workgroup makes one TILE_ROWS×TILE_COLS block of C.
// For GPUs: a slice of A and of B at a time is shared in workgroup memory, and every invocation keeps a 4×4 block of sums in
// registers.  Ragged edges load zero; only the stores are guarded, so the barriers stay in uniform control flow.

struct Args { m: u32, n: u32, k: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

const TILE_ROWS: u32 = 32u;
const TILE_COLS: u32 = 32u;
/// Length of a slice along k.
const SLICE: u32 = 16u;
/// Invocations in a workgroup: 8×8, each with 4×4 sums.
const THREADS: u32 = 64u;

// Both slices lie with k slowest, so that the inner loop reads four neighbours at once.
var<workgroup> a_slice: array<vec4<f32>, 128>;
var<workgroup> b_slice: array<vec4<f32>, 128>;

fn a_or_zero(row: u32, i: u32) -> f32 {
    if row < args.m && i < args.k { return a[a_index(row, i)]; }
    return 0.0;
}

fn b_or_zero(i: u32, col: u32) -> f32 {
    if i < args.k && col < args.n { return b[b_index(i, col)]; }
    return 0.0;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let first_row = group.x * TILE_ROWS;
    let first_col = group.y * TILE_COLS;
    let my_row = local / 8u;
    let my_col = local % 8u;
    var sums = array<vec4<f32>, 4>();
    for (var first = 0u; first < args.k; first += SLICE) {
        // Load: neighbouring invocations read neighbouring addresses, whichever way the matrix lies.
        for (var t = local; t < SLICE * TILE_ROWS; t += THREADS) {
            let along_k = select(t / TILE_ROWS, t % SLICE, A_RUNS_ALONG_K);
            let across = select(t % TILE_ROWS, t / SLICE, A_RUNS_ALONG_K);
            a_slice[along_k * 8u + across / 4u][across % 4u] = a_or_zero(first_row + across, first + along_k);
        }
        for (var t = local; t < SLICE * TILE_COLS; t += THREADS) {
            let along_k = select(t / TILE_COLS, t % SLICE, B_RUNS_ALONG_K);
            let across = select(t % TILE_COLS, t / SLICE, B_RUNS_ALONG_K);
            b_slice[along_k * 8u + across / 4u][across % 4u] = b_or_zero(first + along_k, first_col + across);
        }
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
            if row < args.m && col < args.n {
                c[row * args.n + col] = finish(sums[r][s], row, col);
            }
        }
    }
}
