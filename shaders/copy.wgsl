// to[to_first + i] = from[from_first + i]: moves a view that does not begin where a binding may begin.
// count elements of four bytes each.

struct Args { count: u32, from_first: u32, to_first: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> from_buffer: array<f32>;
@group(0) @binding(2) var<storage, read_write> to_buffer: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.count {
        to_buffer[args.to_first + i] = from_buffer[args.from_first + i];
    }
}
