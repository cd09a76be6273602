// L_G = 1/m Σ [non_saturating·softplus(-a_i) - minimax·softplus(a_i)], both of G's forms of cross-entropy at once, and its gradient by the logits.
// a, da: m×1; tally: L_G.  One workgroup does it all.

struct Args { m: u32, non_saturating: f32, minimax: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;
@group(0) @binding(3) var<storage, read_write> tally: array<f32>;

var<workgroup> sums: array<f32, FLAT>;

@compute @workgroup_size(FLAT)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(args.m);
    var sum = 0.0;
    for (var row = local; row < args.m; row += FLAT) {
        let logit = a[row];
        sum += args.non_saturating * softplus(-logit) - args.minimax * softplus(logit);
        da[row] = -share * (args.non_saturating * sigmoid(-logit) + args.minimax * sigmoid(logit));
    }
    sums[local] = sum;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    if local == 0u {
        tally[0] = sums[0] * share;
    }
}
