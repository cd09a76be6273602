// Row (iteration mod rows) of the ring: D loss, G loss, V(D,G), mean D(x), mean D(G(z)), share of real and of fake judged right,
// gradient norms of G and D, and 1 where any of these is not finite.
// ring: rows×METRICS; d_tally: 6 numbers, g_tally: 1; g_squares, d_squares: sums of squared gradients to be added.  One workgroup.

struct Args { rows: u32, g_count: u32, d_count: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read> d_tally: array<f32>;
@group(0) @binding(3) var<storage, read> g_tally: array<f32>;
@group(0) @binding(4) var<storage, read> g_squares: array<f32>;
@group(0) @binding(5) var<storage, read> d_squares: array<f32>;
@group(0) @binding(6) var<storage, read_write> ring: array<f32>;

/// Numbers in a row of the ring.
const METRICS: u32 = 10u;

var<workgroup> sums: array<vec2<f32>, FLAT>;

/// Tested on bits: `x != x` is no test for NaN on every driver.
fn not_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u;
}

@compute @workgroup_size(FLAT)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = vec2<f32>();
    for (var i = local; i < args.g_count; i += FLAT) { sum.x += g_squares[i]; }
    for (var i = local; i < args.d_count; i += FLAT) { sum.y += d_squares[i]; }
    sums[local] = sum;
    for (var half = FLAT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            sums[local] += sums[local + half];
        }
    }
    if local == 0u {
        let norms = sqrt(sums[0]);
        let row = (clock.iteration % args.rows) * METRICS;
        ring[row] = d_tally[0];
        ring[row + 1u] = g_tally[0];
        for (var i = 1u; i < 6u; i++) {
            ring[row + 1u + i] = d_tally[i];
        }
        ring[row + 7u] = norms.x;
        ring[row + 8u] = norms.y;
        let broken = not_finite(d_tally[0]) || not_finite(g_tally[0]) || not_finite(sums[0].x) || not_finite(sums[0].y);
        ring[row + 9u] = select(0.0, 1.0, broken);
    }
}
