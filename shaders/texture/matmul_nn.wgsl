// C = A·B.
// A: m×k, B: k×n, C: m×n, row-major; k and n are multiples of 4.
//
// For lavapipe with 8 lanes: JIT-compiled CPU code, where a storage buffer's or workgroup memory's access is a loop
// over the lanes, a texture load is inlined, and a value for all lanes costs one shuffle. So A and B are textures
// (operands.wgsl), and there is no workgroup memory. A lane owns columns col..col+3
// and the four 32 further on; lane l loads A for row l of eight. Loops over rows are written out: wgpu's loop bound
// would keep the driver from unrolling them, and sums indexed at run time would live in memory. 20 rows divide the
// paper's minibatch.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

// The block of C one workgroup makes. Grid: x counts blocks of rows, y blocks of columns.
const TILE_ROWS: u32 = 20u;
const TILE_COLS: u32 = 64u;

// s += rows first..first+3 of the eight that x holds, times the four rows of B that are y's columns.
fn add(s: ptr<function, mat4x4<f32>>, x: vec4<f32>, first: u32, y: mat4x4<f32>) {
    *s += mat4x4(
        y * subgroupShuffle(x, first), y * subgroupShuffle(x, first + 1u),
        y * subgroupShuffle(x, first + 2u), y * subgroupShuffle(x, first + 3u)
    );
}

// Four rows of B below each other, from texel t on.
fn rows_of_b(t: u32, row_texels: u32) -> mat4x4<f32> {
    return mat4x4(texel_b(t), texel_b(t + row_texels), texel_b(t + 2u * row_texels), texel_b(t + 3u * row_texels));
}

fn store(s: vec4<f32>, row: u32, col: u32) {
    if row < args.m && col < args.n {
        c[(row * args.n + col) / 4u] = vec4(
            finish(s.x, row, col), finish(s.y, row, col + 1u), finish(s.z, row, col + 2u), finish(s.w, row, col + 3u)
        );
    }
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
    let col = block.y * TILE_COLS + 4u * lane;
    let row_texels_a = args.k / 4u;
    let row_texels_b = args.n / 4u;
    // Rows and columns past the edge load the last one instead; they are not stored.
    let a0 = min(row + lane, args.m - 1u) * row_texels_a;
    let a1 = min(row + 8u + lane, args.m - 1u) * row_texels_a;
    let a2 = min(row + 16u + lane, args.m - 1u) * row_texels_a;
    let b_left = min(col / 4u, row_texels_b - 1u);
    let b_right = min(col / 4u + 8u, row_texels_b - 1u);
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
    for (var p = 0u; p < row_texels_a; p++) {
        let x0 = texel_a(a0 + p);
        let x1 = texel_a(a1 + p);
        let x2 = texel_a(a2 + p);
        let y_left = rows_of_b(b_left + 4u * p * row_texels_b, row_texels_b);
        add(&left0, x0, 0u, y_left);
        add(&left1, x0, 4u, y_left);
        add(&left2, x1, 0u, y_left);
        add(&left3, x1, 4u, y_left);
        add(&left4, x2, 0u, y_left);
        let y_right = rows_of_b(b_right + 4u * p * row_texels_b, row_texels_b);
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
