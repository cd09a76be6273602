// dx_i,(u·pieces + j) = dy_iu where piece j won, else 0.
// dy and winner: m×units, dx: m×(units·pieces), count = m·units·pieces.

struct Args { count: u32, pieces: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> winner: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = flat_index(id, groups);
    if i < args.count {
        let unit = i / args.pieces;
        dx[i] = select(0.0, dy[unit], u32(winner[unit]) == i % args.pieces);
    }
}
