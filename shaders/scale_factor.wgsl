// factor = turn·max(1, target/‖dx‖): a gradient below the target norm is scaled up to it; a gradient of zero stays.
// turn is 1 in every iteration that `every` divides, counted from 0, and 0 in the others: then the gradient counts for nothing.
// dx: count elements; factor: 1 element.  One workgroup does it all.

struct Args { count: u32, target_norm: f32, every: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read> dx: array<f32>;
@group(0) @binding(3) var<storage, read_write> factor: array<f32>;

var<workgroup> sums: array<f32, FLAT>;

@compute @workgroup_size(FLAT)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var i = local; i < args.count; i += FLAT) {
        sum += dx[i] * dx[i];
    }
    sums[local] = sum;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    if local == 0u {
        let norm = sqrt(sums[0]);
        var scale = 1.0;
        if norm > 0.0 && norm < args.target_norm {
            scale = args.target_norm / norm;
        }
        factor[0] = select(0.0, scale, clock.iteration % args.every == 0u);
    }
}
