// dx = dy·slope(y), element by element: both activations know their slope from their output.
// y, dy, dx: count elements.  The activation says what `slope` is.

struct Args { count: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        dx[i] = dy[i] * slope(y[i]);
    }
}
