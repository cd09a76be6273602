// label_i = that of example number first + chosen_i: the labels that go with a minibatch.
// chosen, drawn: 1×m; labels: one word per example.

struct Args { m: u32, first: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> chosen: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> drawn: array<u32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.m {
        drawn[i] = labels[args.first + chosen[i]];
    }
}
