// L_D = coefficient·(1/m Σ real_loss(a_i) + 1/m Σ fake_loss(a_i)) over the logits of real and of fake rows, its gradient by the logits, and how D judged.
// a, da: 2m×1, the m real rows first; tally: L_D, V(D,G), mean D(x), mean D(G(z)), share of real and of fake judged right.
// V = 1/m Σ log D(x) + 1/m Σ log(1 - D(G(z))), whatever the loss.  The hook says which loss, and above which logit D takes a row for real (BOUNDARY).
// One workgroup does it all.

struct Args { m: u32, coefficient: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;
@group(0) @binding(3) var<storage, read_write> tally: array<f32>;

/// Per invocation: loss, judgement, rightness and -log likelihood on real (x, y, z, w) and on fake rows.
var<workgroup> real_sums: array<vec4<f32>, FLAT>;
var<workgroup> fake_sums: array<vec4<f32>, FLAT>;

@compute @workgroup_size(FLAT)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(args.m);
    var on_real = vec4<f32>();
    var on_fake = vec4<f32>();
    for (var row = local; row < args.m; row += FLAT) {
        let logit = a[row];
        on_real += vec4<f32>(real_loss(logit), sigmoid(logit), select(0.0, 1.0, logit > BOUNDARY), softplus(-logit));
        da[row] = args.coefficient * share * real_slope(logit);
        let forged = a[args.m + row];
        on_fake += vec4<f32>(fake_loss(forged), sigmoid(forged), select(0.0, 1.0, forged <= BOUNDARY), softplus(forged));
        da[args.m + row] = args.coefficient * share * fake_slope(forged);
    }
    real_sums[local] = on_real;
    fake_sums[local] = on_fake;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            real_sums[local] += real_sums[local + half];
            fake_sums[local] += fake_sums[local + half];
        }
    }
    if local == 0u {
        let real = real_sums[0] * share;
        let fake = fake_sums[0] * share;
        tally[0] = args.coefficient * (real.x + fake.x);
        tally[1] = -(real.w + fake.w);
        tally[2] = real.y;
        tally[3] = fake.y;
        tally[4] = real.z;
        tally[5] = fake.z;
    }
}
