// C = A·Bᵀ.
// A: m×k, B: n×k, C: m×n, row-major; k is a multiple of 4.
//
// For lavapipe with 8 lanes, like matmul_nn.wgsl, which says why. Here a texel of B is four terms of one column of C,
// so lane l owns the columns col = l, l + 8, .. l + 56 of the block, and C is stored by single elements: n may be any
// number.
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

// The block of C one workgroup makes. Grid: x counts blocks of rows, y blocks of columns.
const TILE_ROWS: u32 = 20u;
const TILE_COLS: u32 = 64u;

// s += rows first..first+3 of the eight that x holds, times the four columns y of Bᵀ.
fn add(s: ptr<function, mat4x4<f32>>, x: vec4<f32>, first: u32, y: mat4x4<f32>) {
    *s += mat4x4(
        subgroupShuffle(x, first) * y, subgroupShuffle(x, first + 1u) * y,
        subgroupShuffle(x, first + 2u) * y, subgroupShuffle(x, first + 3u) * y
    );
}

// B's texel p of the columns col, col + 8, col + 16 and col + 24; past the edge, of the last one.
fn columns_of_b(col: u32, p: u32, row_texels: u32) -> mat4x4<f32> {
    let t = min(col + vec4(0u, 8u, 16u, 24u), vec4(args.n - 1u)) * row_texels + p;
    return mat4x4(texel_b(t.x), texel_b(t.y), texel_b(t.z), texel_b(t.w));
}

fn store_one(s: f32, row: u32, col: u32) {
    if row < args.m && col < args.n {
        c[row * args.n + col] = finish(s, row, col);
    }
}

fn store(s: vec4<f32>, row: u32, col: u32) {
    store_one(s.x, row, col);
    store_one(s.y, row, col + 8u);
    store_one(s.z, row, col + 16u);
    store_one(s.w, row, col + 24u);
}

// Row by row: neighbouring stores meet in the cache.
fn store_rows(left: mat4x4<f32>, right: mat4x4<f32>, row: u32, col: u32) {
    store(left[0], row, col);
    store(right[0], row, col + 32u);
    store(left[1], row + 1u, col);
    store(right[1], row + 1u, col + 32u);
    store(left[2], row + 2u, col);
    store(right[2], row + 2u, col + 32u);
    store(left[3], row + 3u, col);
    store(right[3], row + 3u, col + 32u);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
    let block = grid.first + group;
    let row = block.x * TILE_ROWS;
    let col = block.y * TILE_COLS + lane;
    let row_texels = args.k / 4u;
    // Rows past the edge load the last one instead; they are not stored.
    let a0 = min(row + lane, args.m - 1u) * row_texels;
    let a1 = min(row + 8u + lane, args.m - 1u) * row_texels;
    let a2 = min(row + 16u + lane, args.m - 1u) * row_texels;
    var left0 = mat4x4<f32>();
    var left1 = mat4x4<f32>();
    var left2 = mat4x4<f32>();
    var left3 = mat4x4<f32>();
    var left4 = mat4x4<f32>();
    var right0 = mat4x4<f32>();
    var right1 = mat4x4<f32>();
    var right2 = mat4x4<f32>();
    var right3 = mat4x4<f32>();
    var right4 = mat4x4<f32>();
    for (var p = 0u; p < row_texels; p++) {
        let x0 = texel_a(a0 + p);
        let x1 = texel_a(a1 + p);
        let x2 = texel_a(a2 + p);
        let y_left = columns_of_b(col, p, row_texels);
        add(&left0, x0, 0u, y_left);
        add(&left1, x0, 4u, y_left);
        add(&left2, x1, 0u, y_left);
        add(&left3, x1, 4u, y_left);
        add(&left4, x2, 0u, y_left);
        let y_right = columns_of_b(col + 32u, p, row_texels);
        add(&right0, x0, 0u, y_right);
        add(&right1, x0, 4u, y_right);
        add(&right2, x1, 0u, y_right);
        add(&right3, x1, 4u, y_right);
        add(&right4, x2, 0u, y_right);
    }
    // Four rows a turn, the next ones moving up: a quarter of the stores and hooks to compile, or less.
    for (var i = 0u; i < 5u; i++) {
        store_rows(left0, right0, row + 4u * i, col);
        left0 = left1;
        right0 = right1;
        left1 = left2;
        right1 = right2;
        left2 = left3;
        right2 = right3;
        left3 = left4;
        right3 = right4;
    }
}
