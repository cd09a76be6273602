// x_i = example number first + chosen_i.
// chosen: 1×m, x: m×n, count = m·n.  The hook reads one value of one example.

struct Args { count: u32, n: u32, first: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> chosen: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = flat_index(id, groups);
    if i < args.count {
        x[i] = value((args.first + chosen[i / args.n]) * args.n + i % args.n);
    }
}
