// L_i = 1/2 Σ_j w_j·(y_ij - x_ij)², the squared error of each row by itself, and the gradient of coefficient·Σ_i L_i by y.
// y, x, dy: m×n; w: 1×n, what a column counts (0: nothing); losses: 1×m.  One workgroup takes one row.

struct Args { m: u32, n: u32, coefficient: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;

var<workgroup> sums: array<f32, FLAT>;

@compute @workgroup_size(FLAT)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = flat_group(group);
    if row >= args.m {
        return;
    }
    let first = row * args.n;
    var sum = 0.0;
    for (var col = local; col < args.n; col += FLAT) {
        let gap = y[first + col] - x[first + col];
        let weighted = w[col] * gap;
        dy[first + col] = args.coefficient * weighted;
        sum += weighted * gap;
    }
    sums[local] = sum;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    if local == 0u {
        losses[row] = 0.5 * sums[0];
    }
}
