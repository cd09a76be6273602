// C = A·B, where a layout says where the elements of A, B and C are.
// c: m×n, k is the summed dimension.  One workgroup makes one TILE_ROWS×TILE_COLS block of one part of C.
// For GPUs: the teams of a workgroup share the terms of the sum, a slice for each at a time, because the products of a game have fewer blocks than a large GPU
// has processors. A team shares its slices of A and of B in workgroup memory, and every invocation keeps a 4×4 block of sums in registers; while it adds,
// what it loads of the next slices is on its way. Ragged edges count as zero; only sums and stores are guarded, so the barriers stay in uniform control flow.

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
/// Invocations in a team: 8×8, each with 4×4 sums.
const TEAM: u32 = 64u;
/// Terms that all teams add between two barriers. How many teams there are, `teams/` says.
const STRIDE: u32 = SLICE * TEAMS;
/// Blocks of four numbers in a team's slice: SLICE × 32 / 4. One row of the sums of two teams fits there, too.
const BLOCKS: u32 = 128u;

// The slices lie with k slowest, so that the inner loop reads four neighbours at once; when all terms are added, A's hold sums.
var<workgroup> a_slices: array<vec4<f32>, BLOCKS * TEAMS>;
var<workgroup> b_slices: array<vec4<f32>, BLOCKS * TEAMS>;

/// What an invocation loads of a slice: eight elements. All loads are under way before one is waited for.
struct Held { lower: vec4<f32>, upper: vec4<f32> }

/// Number `i` of the eight elements of a slice that are one invocation's: (its term, its place across). Neighbouring invocations load neighbouring
/// addresses, whichever way the matrix lies. A tile has as many rows as columns, so this is true of A and of B.
fn place(runs_along_k: bool, member: u32, i: u32) -> vec2<u32> {
    if runs_along_k { return vec2(member % SLICE, member / SLICE + i * (TEAM / SLICE)); }
    return vec2(member / TILE_COLS + i * (TEAM / TILE_COLS), member % TILE_COLS);
}

/// Where an element lies in the slices. Blocks of four change places by the term, so that the stores of neighbours along k meet different banks.
fn block_in(team: u32, along: u32, block: u32) -> u32 {
    return (team * SLICE + along) * 8u + (block ^ (along % 8u));
}

/// One element of A, which is loaded in any case: outside, another one is, and zero is taken.
fn a_element(part: u32, first: vec2<u32>, end: u32, member: u32, i: u32) -> f32 {
    let at = first + place(A_RUNS_ALONG_K, member, i);
    let value = a_at(a_row(part, min(at.y, args.m - 1u)), a_term(part, min(at.x, end - 1u)));
    return select(0.0, value, at.x < end && at.y < args.m);
}

/// One element of B, likewise.
fn b_element(part: u32, first: vec2<u32>, end: u32, member: u32, i: u32) -> f32 {
    let at = first + place(B_RUNS_ALONG_K, member, i);
    let value = b_at(b_term(part, min(at.x, end - 1u)), b_col(part, min(at.y, args.n - 1u)));
    return select(0.0, value, at.x < end && at.y < args.n);
}

/// An invocation's elements of the slice of A that begins at (term, row) `first`.
fn fetch_a(part: u32, first: vec2<u32>, end: u32, member: u32) -> Held {
    return Held(
        vec4(a_element(part, first, end, member, 0u), a_element(part, first, end, member, 1u),
             a_element(part, first, end, member, 2u), a_element(part, first, end, member, 3u)),
        vec4(a_element(part, first, end, member, 4u), a_element(part, first, end, member, 5u),
             a_element(part, first, end, member, 6u), a_element(part, first, end, member, 7u)),
    );
}

/// The same of B, from (term, column) `first` on.
fn fetch_b(part: u32, first: vec2<u32>, end: u32, member: u32) -> Held {
    return Held(
        vec4(b_element(part, first, end, member, 0u), b_element(part, first, end, member, 1u),
             b_element(part, first, end, member, 2u), b_element(part, first, end, member, 3u)),
        vec4(b_element(part, first, end, member, 4u), b_element(part, first, end, member, 5u),
             b_element(part, first, end, member, 6u), b_element(part, first, end, member, 7u)),
    );
}

fn store_a(team: u32, member: u32, i: u32, value: f32) {
    let at = place(A_RUNS_ALONG_K, member, i);
    a_slices[block_in(team, at.x, at.y / 4u)][at.y % 4u] = value;
}

fn put_a(team: u32, member: u32, held: Held) {
    store_a(team, member, 0u, held.lower.x);
    store_a(team, member, 1u, held.lower.y);
    store_a(team, member, 2u, held.lower.z);
    store_a(team, member, 3u, held.lower.w);
    store_a(team, member, 4u, held.upper.x);
    store_a(team, member, 5u, held.upper.y);
    store_a(team, member, 6u, held.upper.z);
    store_a(team, member, 7u, held.upper.w);
}

fn store_b(team: u32, member: u32, i: u32, value: f32) {
    let at = place(B_RUNS_ALONG_K, member, i);
    b_slices[block_in(team, at.x, at.y / 4u)][at.y % 4u] = value;
}

fn put_b(team: u32, member: u32, held: Held) {
    store_b(team, member, 0u, held.lower.x);
    store_b(team, member, 1u, held.lower.y);
    store_b(team, member, 2u, held.lower.z);
    store_b(team, member, 3u, held.lower.w);
    store_b(team, member, 4u, held.upper.x);
    store_b(team, member, 5u, held.upper.y);
    store_b(team, member, 6u, held.upper.z);
    store_b(team, member, 7u, held.upper.w);
}

/// Adds one term to an invocation's sums.
fn add_term(sums: ptr<function, array<vec4<f32>, 4>>, team: u32, my: vec2<u32>, along: u32) {
    let rows = a_slices[block_in(team, along, my.x)];
    let cols = b_slices[block_in(team, along, my.y)];
    (*sums)[0] += rows.x * cols;
    (*sums)[1] += rows.y * cols;
    (*sums)[2] += rows.z * cols;
    (*sums)[3] += rows.w * cols;
}

@compute @workgroup_size(TEAM * TEAMS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let block = block_of(group, (args.m + TILE_ROWS - 1u) / TILE_ROWS);
    let part = block.z;
    let corner = vec2(block.x * TILE_ROWS, block.y * TILE_COLS);
    let team = local / TEAM;
    let member = local % TEAM;
    let my = vec2(member / 8u, member % 8u);
    let range = terms(part);
    var first = range.x + team * SLICE;
    var a_held = fetch_a(part, vec2(first, corner.x), range.y, member);
    var b_held = fetch_b(part, vec2(first, corner.y), range.y, member);
    var sums = array<vec4<f32>, 4>();
    for (var start = range.x; start < range.y; start += STRIDE) {
        put_a(team, member, a_held);
        put_b(team, member, b_held);
        workgroupBarrier();
        let there = first < range.y;
        first += STRIDE;
        a_held = fetch_a(part, vec2(first, corner.x), range.y, member);
        b_held = fetch_b(part, vec2(first, corner.y), range.y, member);
        if there {
            for (var along = 0u; along < SLICE; along += 4u) {
                add_term(&sums, team, my, along);
                add_term(&sums, team, my, along + 1u);
                add_term(&sums, team, my, along + 2u);
                add_term(&sums, team, my, along + 3u);
            }
        }
        workgroupBarrier();
    }
    // The upper half of the teams hands its sums to the lower half, until one has them all.
    for (var half = TEAMS / 2u; half > 0u; half /= 2u) {
        let place = (team % half) * TEAM + member;
        for (var r = 0u; r < 4u && team / half == 1u; r++) { a_slices[r * BLOCKS + place] = sums[r]; }
        workgroupBarrier();
        for (var r = 0u; r < 4u && team / half == 0u; r++) { sums[r] += a_slices[r * BLOCKS + place]; }
        workgroupBarrier();
    }
    for (var r = 0u; r < 4u && team == 0u; r++) {
        let row = corner.x + my.x * 4u + r;
        for (var s = 0u; s < 4u; s++) {
            let col = corner.y + my.y * 4u + s;
            if row < args.m && col < args.n && is_stored(part, row, col) {
                c[c_index(part, row, col)] = finish(sums[r][s], row, bias_index(part, row, col));
            }
        }
    }
}
