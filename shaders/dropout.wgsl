// y_i = x_i·scale where the mask keeps i, else 0.  The mask is recomputed from the same key and counter in the backward pass,
// so this one kernel is dropout's forward (x → y) and its backward (dy → dx).
// x, y: count elements; `first` is the index of element 0 in the pass that drew the mask.  One invocation decides two elements.

struct Args { count: u32, first: u32, salt: u32, threshold: u32, scale: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pair = args.first / 2u + flat_index(id);
    let words = threefry(vec2<u32>(clock.seed, args.salt), vec2<u32>(clock.iteration, pair));
    for (var word = 0u; word < 2u; word++) {
        let at = 2u * pair + word;
        let i = at - args.first;
        if at >= args.first && i < args.count {
            y[i] = select(0.0, x[i] * args.scale, words[word] < args.threshold);
        }
    }
}
