// da_i ← 0 where D judged from `least` to below `most` of its 2m rows right: the player whose gradient begins with da, or goes through it, rests.
// da: count numbers; tally: what loss_discriminator.wgsl leaves. Its shares of m rows are whole numbers again times m, m ≤ 2²⁰: they are off by less than a
// half.  Each invocation decides for itself.

struct Args { count: u32, m: u32, least: u32, most: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> tally: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i >= args.count {
        return;
    }
    let m = f32(args.m);
    let right = u32(round(tally[4] * m)) + u32(round(tally[5] * m));
    da[i] = select(da[i], 0.0, right >= args.least && right < args.most);
}
