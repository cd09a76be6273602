// found ← min(found, number) where an element of x is not finite: the word names the first check of a plan that failed.
// x: count reals, read in groups of four.  found: one word.  One invocation looks at RUN groups.

struct Args { count: u32, number: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> found: array<atomic<u32>>;

/// Groups of four that one invocation looks at.
const RUN: u32 = 16u;
/// Invocations that look at one stretch of memory together: neighbours touch neighbours, and a processor's lanes stay on a page.
const TEAM: u32 = 8u;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let invocation = flat_index(id);
    let first = (invocation / TEAM) * TEAM * RUN + invocation % TEAM;
    var largest = vec4<u32>();
    for (var i = first; i < min(first + TEAM * RUN, (args.count + 3u) / 4u); i += TEAM) {
        // Without their signs, bits are in the order of magnitudes, and those of infinity and of every NaN come last.
        let bits = bitcast<vec4<u32>>(x[i]) & vec4<u32>(0x7fffffffu);
        let inside = 4u * i + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(args.count);
        largest = max(largest, bits * vec4<u32>(inside));
    }
    if max(max(largest.x, largest.y), max(largest.z, largest.w)) >= 0x7f800000u {
        atomicMin(&found[0], args.number);
    }
}
