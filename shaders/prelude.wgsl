// What every kernel may use: the clock of training, chance, and the place of an invocation in the grid.

/// Where training stands. `epoch` counts from 0; `position` is the place of the next example in this epoch's order.
struct Clock { seed: u32, iteration: u32, epoch: u32, position: u32 }

/// A grid may be started in parts, one after the other: where this one begins, and how many workgroups there are in all.
struct Grid { first: vec3<u32>, groups: vec3<u32> }

@group(0) @binding(15) var<uniform> grid: Grid;

/// Invocations in a workgroup of a flat kernel.
const FLAT: u32 = 64u;

/// The number of a workgroup in a flat grid, which the host folds into rows where one dimension is too short.
fn flat_group(group: vec3<u32>) -> u32 {
    let at = grid.first + group;
    return at.y * grid.groups.x + at.x;
}

/// The index of an invocation in a flat grid.
fn flat_index(id: vec3<u32>) -> u32 {
    return ((grid.first.y + id.y) * grid.groups.x + grid.first.x) * FLAT + id.x;
}

/// The block of a product that a workgroup makes: its place among the blocks of rows and of columns, and its part. The host folds blocks of rows into
/// the third dimension of the grid where the first is too short; those past the last have no rows.
fn block_of(group: vec3<u32>, row_blocks: u32) -> vec3<u32> {
    let at = grid.first + group;
    let groups = grid.groups;
    if row_blocks <= groups.x { return at; }
    let folds = (row_blocks + groups.x - 1u) / groups.x;
    return vec3(at.x + groups.x * (at.z % folds), at.y, at.z / folds);
}

/// Threefry-2x32 with 20 rounds (Salmon et al. 2011): only add, rotate and xor, so every device draws the same bits.
/// key: (seed, purpose), counter: (iteration, index).
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let parity = 0x1BD11BDAu ^ key.x ^ key.y;
    var x = counter + key;
    x = mix4(x, vec4<u32>(13u, 15u, 26u, 6u)) + vec2<u32>(key.y, parity + 1u);
    x = mix4(x, vec4<u32>(17u, 29u, 16u, 24u)) + vec2<u32>(parity, key.x + 2u);
    x = mix4(x, vec4<u32>(13u, 15u, 26u, 6u)) + vec2<u32>(key.x, key.y + 3u);
    x = mix4(x, vec4<u32>(17u, 29u, 16u, 24u)) + vec2<u32>(key.y, parity + 4u);
    x = mix4(x, vec4<u32>(13u, 15u, 26u, 6u)) + vec2<u32>(parity, key.x + 5u);
    return x;
}

/// Four rounds of Threefry.
fn mix4(start: vec2<u32>, turns: vec4<u32>) -> vec2<u32> {
    return mix1(mix1(mix1(mix1(start, turns.x), turns.y), turns.z), turns.w);
}

/// One round: add, rotate, xor.
fn mix1(x: vec2<u32>, turn: u32) -> vec2<u32> {
    let sum = x.x + x.y;
    return vec2<u32>(sum, ((x.y << turn) | (x.y >> (32u - turn))) ^ sum);
}

/// log(1 + exp(a)), finite for every finite a.
fn softplus(a: f32) -> f32 {
    return max(a, 0.0) + log(1.0 + exp(-abs(a)));
}

/// 1 / (1 + exp(-a)), without overflow on either side.
fn sigmoid(a: f32) -> f32 {
    let e = exp(-abs(a));
    return select(e, 1.0, a >= 0.0) / (1.0 + e);
}
