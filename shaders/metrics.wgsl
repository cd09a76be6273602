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

/// Invocations in the workgroup, as many as WebGPU promises: there are tens of thousands of squares.
const WIDE: u32 = 256u;

var<workgroup> sums: array<vec2<f32>, WIDE>;

/// Tested on bits: `x != x` is no test for NaN on every driver.
fn not_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u;
}

/// Four places of an invocation in a list: their loads are under way before one is waited for.
fn places(i: u32) -> vec4<u32> {
    return i + vec4(0u, 1u, 2u, 3u) * WIDE;
}

@compute @workgroup_size(WIDE)
fn main(@builtin(local_invocation_index) local: u32) {
    var of_g = vec4<f32>();
    for (var i = local; i < args.g_count; i += 4u * WIDE) {
        let all = places(i);
        let at = min(all, vec4(args.g_count - 1u));
        of_g += select(vec4<f32>(), vec4(g_squares[at.x], g_squares[at.y], g_squares[at.z], g_squares[at.w]), all < vec4(args.g_count));
    }
    var of_d = vec4<f32>();
    for (var i = local; i < args.d_count; i += 4u * WIDE) {
        let all = places(i);
        let at = min(all, vec4(args.d_count - 1u));
        of_d += select(vec4<f32>(), vec4(d_squares[at.x], d_squares[at.y], d_squares[at.z], d_squares[at.w]), all < vec4(args.d_count));
    }
    sums[local] = vec2(of_g.x + of_g.y + of_g.z + of_g.w, of_d.x + of_d.y + of_d.z + of_d.w);
    for (var half = WIDE / 2u; half > 0u; half /= 2u) {
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
