// L = 1/m Σ generator_loss(b_i), b_i = shift + sign·a_i, over D's logits a_i, and its gradient by them.
// a, da: m×1; tally: L.  The hook says which loss.  One workgroup does it all.
// G's loss has shift 0 and sign 1; that of E, who wants of D the opposite, is mirrored at D's boundary: shift 2·BOUNDARY and sign -1.

struct Args { m: u32, shift: f32, sign: f32 }

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
        let logit = args.shift + args.sign * a[row];
        sum += generator_loss(logit);
        da[row] = share * (args.sign * generator_slope(logit));
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
