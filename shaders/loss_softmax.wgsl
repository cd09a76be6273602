// L = -1/m Σ log p_i,label(i), p_i = softmax(a_i): the cross-entropy of labels, its gradient by the logits, and the share of rows judged right.
// a, da: m×classes; labels: 1×m; tally: L, share right.  Of equal logits the lowest class is judged to be meant.  One workgroup does it all.

struct Args { m: u32, classes: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> da: array<f32>;
@group(0) @binding(4) var<storage, read_write> tally: array<f32>;

/// Per invocation: loss and rightness.
var<workgroup> sums: array<vec2<f32>, FLAT>;

@compute @workgroup_size(FLAT)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(args.m);
    var sum = vec2<f32>();
    for (var row = local; row < args.m; row += FLAT) {
        let first = row * args.classes;
        var most = a[first];
        var judged = 0u;
        for (var c = 1u; c < args.classes; c++) {
            let logit = a[first + c];
            judged = select(judged, c, logit > most);
            most = max(most, logit);
        }
        var mass = 0.0;
        for (var c = 0u; c < args.classes; c++) {
            mass += exp(a[first + c] - most);
        }
        let label = labels[row];
        for (var c = 0u; c < args.classes; c++) {
            let p = exp(a[first + c] - most) / mass;
            da[first + c] = share * (p - select(0.0, 1.0, c == label));
        }
        sum += vec2<f32>(log(mass) - (a[first + label] - most), select(0.0, 1.0, judged == label));
    }
    sums[local] = sum;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    if local == 0u {
        tally[0] = sums[0].x * share;
        tally[1] = sums[0].y * share;
    }
}
