// dx_i ← dx_i − share·sign(x_i − other_i): a step down moves x away from `other`, which was made of another z.
// dx, x, other: count elements.

struct Args { count: u32, share: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> other: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        dx[i] -= args.share * sign(x[i] - other[i]);
    }
}
