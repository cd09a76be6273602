// C = Aᵀ·B.
// A: k×m, B: k×n, C: m×n, row-major; m and n are multiples of 4.
//
// For lavapipe with 8 lanes, like matmul_nn.wgsl, which says why. Here a texel of A is four rows of C, so one load
// brings 32 rows of C at one p; four p at a time, as otherwise the sums would be loaded and stored for every single
// product. 64 columns, stored row by row: with 32 columns the stores miss the cache more, and k = 100 took 1.4 times as
// long.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

// The block of C one workgroup makes. Grid: x counts blocks of rows, y blocks of columns.
const TILE_ROWS: u32 = 32u;
const TILE_COLS: u32 = 64u;

// s += the rows of Aᵀ that lanes first..first+3 hold in x, times the four rows of B that are y's columns.
fn add(s: ptr<function, mat4x4<f32>>, x: vec4<f32>, first: u32, y: mat4x4<f32>) {
    *s += mat4x4(
        y * subgroupShuffle(x, first), y * subgroupShuffle(x, first + 1u),
        y * subgroupShuffle(x, first + 2u), y * subgroupShuffle(x, first + 3u)
    );
}

// Texel t of four rows of B.
fn rows_of_b(t: u32, rows: vec4<u32>, row_texels: u32) -> mat4x4<f32> {
    let at = t + rows * row_texels;
    return mat4x4(texel_b(at.x), texel_b(at.y), texel_b(at.z), texel_b(at.w));
}

// Rows 4·lane..4·lane+3 of Aᵀ (the columns of the result), four terms each; terms past k are zero.
fn rows_of_a(t: u32, rows: vec4<u32>, inside: vec4<bool>, row_texels: u32) -> mat4x4<f32> {
    let at = t + rows * row_texels;
    return transpose(mat4x4(
        select(vec4<f32>(), texel_a(at.x), inside.x), select(vec4<f32>(), texel_a(at.y), inside.y),
        select(vec4<f32>(), texel_a(at.z), inside.z), select(vec4<f32>(), texel_a(at.w), inside.w)
    ));
}

fn store(s: vec4<f32>, row: u32, col: u32) {
    if row < args.m && col < args.n {
        c[(row * args.n + col) / 4u] = vec4(
            finish(s.x, row, col), finish(s.y, row, col + 1u), finish(s.z, row, col + 2u), finish(s.w, row, col + 3u)
        );
    }
}

// One row of each of four neighbouring lanes' texels of A.
fn store_rows(left: mat4x4<f32>, right: mat4x4<f32>, row: u32, col: u32) {
    store(left[0], row, col);
    store(right[0], row, col + 32u);
    store(left[1], row + 4u, col);
    store(right[1], row + 4u, col + 32u);
    store(left[2], row + 8u, col);
    store(right[2], row + 8u, col + 32u);
    store(left[3], row + 12u, col);
    store(right[3], row + 12u, col + 32u);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
    let block = grid.first + group;
    let row = block.x * TILE_ROWS;
    let col = block.y * TILE_COLS + 4u * lane;
    let row_texels_a = args.m / 4u;
    let row_texels_b = args.n / 4u;
    // Rows and columns past the edge load the last ones instead; they are not stored.
    let a0 = min(row / 4u + lane, row_texels_a - 1u);
    let b_left = min(col / 4u, row_texels_b - 1u);
    let b_right = min(col / 4u + 8u, row_texels_b - 1u);
    var left0 = mat4x4<f32>();
    var left1 = mat4x4<f32>();
    var left2 = mat4x4<f32>();
    var left3 = mat4x4<f32>();
    var left4 = mat4x4<f32>();
    var left5 = mat4x4<f32>();
    var left6 = mat4x4<f32>();
    var left7 = mat4x4<f32>();
    var right0 = mat4x4<f32>();
    var right1 = mat4x4<f32>();
    var right2 = mat4x4<f32>();
    var right3 = mat4x4<f32>();
    var right4 = mat4x4<f32>();
    var right5 = mat4x4<f32>();
    var right6 = mat4x4<f32>();
    var right7 = mat4x4<f32>();
    for (var p = 0u; p < args.k; p += 4u) {
        let terms = p + vec4(0u, 1u, 2u, 3u);
        let rows = min(terms, vec4(args.k - 1u));
        let x = rows_of_a(a0, rows, terms == rows, row_texels_a);
        let y_left = rows_of_b(b_left, rows, row_texels_b);
        add(&left0, x[0], 0u, y_left);
        add(&left1, x[0], 4u, y_left);
        add(&left2, x[1], 0u, y_left);
        add(&left3, x[1], 4u, y_left);
        add(&left4, x[2], 0u, y_left);
        add(&left5, x[2], 4u, y_left);
        add(&left6, x[3], 0u, y_left);
        add(&left7, x[3], 4u, y_left);
        let y_right = rows_of_b(b_right, rows, row_texels_b);
        add(&right0, x[0], 0u, y_right);
        add(&right1, x[0], 4u, y_right);
        add(&right2, x[1], 0u, y_right);
        add(&right3, x[1], 4u, y_right);
        add(&right4, x[2], 0u, y_right);
        add(&right5, x[2], 4u, y_right);
        add(&right6, x[3], 0u, y_right);
        add(&right7, x[3], 4u, y_right);
    }
    // Four rows a turn, the next ones moving up: a quarter of the stores and hooks to compile, or less.
    for (var i = 0u; i < 8u; i++) {
        store_rows(left0, right0, row + 16u * (i % 2u) + i / 2u, col);
        left0 = left1;
        right0 = right1;
        left1 = left2;
        right1 = right2;
        left2 = left3;
        right2 = right3;
        left3 = left4;
        right3 = right4;
        left4 = left5;
        right4 = right5;
        left5 = left6;
        right5 = right6;
        left6 = left7;
        right6 = right7;
    }
}
