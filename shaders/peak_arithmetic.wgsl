// y_i = the sum of twelve recurrences x ← a·x + b, each `steps` times four steps long, that begin at 1, 2, … 12: the fastest a device computes, for nothing
// but multiply-adds on registers stands in the loop.
// y: count elements.

struct Args { count: u32, steps: u32, a: f32, b: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i >= args.count {
        return;
    }
    let a = vec4(args.a);
    let b = vec4(args.b);
    var p = vec4(1.0, 2.0, 3.0, 4.0);
    var q = vec4(5.0, 6.0, 7.0, 8.0);
    var r = vec4(9.0, 10.0, 11.0, 12.0);
    for (var step = 0u; step < args.steps; step++) {
        p = fma(p, a, b); q = fma(q, a, b); r = fma(r, a, b);
        p = fma(p, a, b); q = fma(q, a, b); r = fma(r, a, b);
        p = fma(p, a, b); q = fma(q, a, b); r = fma(r, a, b);
        p = fma(p, a, b); q = fma(q, a, b); r = fma(r, a, b);
    }
    let sum = p + q + r;
    y[i] = sum.x + sum.y + sum.z + sum.w;
}
