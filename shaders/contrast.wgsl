// x_i ← (x_i - mean x_i)·scale / ‖x_i - mean x_i‖, row by row: global contrast normalisation.
// x: m×n.  One workgroup normalises one row. Numbers are counted from the row's first one, so that a picture of one colour is zero exactly;
// ‖x_i - mean x_i‖ / scale is never taken for less than `least`.

struct Args { m: u32, n: u32, scale: f32, least: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

var<workgroup> sums: array<f32, FLAT>;

/// The sum of what all invocations bring.
fn total(mine: f32, local: u32) -> f32 {
    workgroupBarrier();
    sums[local] = mine;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    workgroupBarrier();
    return sums[0];
}

@compute @workgroup_size(FLAT)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = flat_group(group);
    if row >= args.m {
        return;
    }
    let first = row * args.n;
    let origin = x[first];
    var sum = 0.0;
    for (var i = local; i < args.n; i += FLAT) {
        sum += x[first + i] - origin;
    }
    let mean = total(sum, local) / f32(args.n);
    var squares = 0.0;
    for (var i = local; i < args.n; i += FLAT) {
        let centred = (x[first + i] - origin) - mean;
        squares += centred * centred;
    }
    let divisor = max(sqrt(total(squares, local)) / args.scale, args.least);
    for (var i = local; i < args.n; i += FLAT) {
        x[first + i] = ((x[first + i] - origin) - mean) / divisor;
    }
}
