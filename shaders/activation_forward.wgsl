// y = activate(x), element by element.
// x, y: count elements.  The activation says what `activate` is.

struct Args { count: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        y[i] = activate(x[i]);
    }
}
