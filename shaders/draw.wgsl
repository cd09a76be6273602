// x_i = example number first + chosen_i.
// chosen: 1×m, x: m×n, count = m·n.  The hook reads one value of one example.
// Bound are the examples from number `from_example` to below `until`, all of them if they fit; rows of x that are to hold another one are left as they are.

struct Args { count: u32, n: u32, first: u32, from_example: u32, until: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> chosen: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i >= args.count {
        return;
    }
    let example = args.first + chosen[i / args.n];
    if example >= args.from_example && example < args.until {
        x[i] = value((example - args.from_example) * args.n + i % args.n);
    }
}
