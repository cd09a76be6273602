// v ← momentum·v - rate·g;  θ ← θ + v: classical momentum.  With a decaying rate, scaling v by the rate afterwards is not the same.
// theta, velocity, gradient: count groups of four, padding included (its gradient is 0).  rates: (learning rate, momentum).
// squares_i = Σ g² over the elements of invocation i, of which the metrics make the gradient's norm.

struct Args { count: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> theta: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> rates: array<f32>;
@group(0) @binding(5) var<storage, read_write> squares: array<f32>;

/// Groups of four that one invocation updates.
const RUN: u32 = 16u;
/// Invocations that update one stretch of memory together: neighbours touch neighbours, and a processor's lanes stay on a page.
const TEAM: u32 = 8u;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let invocation = flat_index(id);
    let first = (invocation / TEAM) * TEAM * RUN + invocation % TEAM;
    var sum = 0.0;
    for (var i = first; i < min(first + TEAM * RUN, args.count); i += TEAM) {
        let g = gradient[i];
        let v = rates[1] * velocity[i] - rates[0] * g;
        velocity[i] = v;
        theta[i] += v;
        sum += dot(g, g);
    }
    // A folded grid may have more workgroups than there is something to do for.
    if (invocation / FLAT) * FLAT * RUN < args.count {
        squares[invocation] = sum;
    }
}
