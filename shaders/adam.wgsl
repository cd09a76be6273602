// v ← β1·v + (1 - β1)·g;  s ← β2·s + (1 - β2)·g²;  θ ← θ - rate·v / (√s·correction + ε): Adam (Kingma & Ba 2015, algorithm 1).
// theta, velocity, second, gradient: count groups of four, padding included (its gradient is 0).  rates: (rate, correction), as adam_rates.wgsl makes them.
// squares_i = Σ g² over the elements of invocation i, of which the metrics make the gradient's norm.

struct Args { count: u32, beta1: f32, beta2: f32, epsilon: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> theta: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> second: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> rates: array<f32>;
@group(0) @binding(6) var<storage, read_write> squares: array<f32>;

/// Groups of four that one invocation updates, and invocations that update one stretch of memory together: as in update.wgsl.
const RUN: u32 = 16u;
const TEAM: u32 = 8u;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let invocation = flat_index(id);
    let first = (invocation / TEAM) * TEAM * RUN + invocation % TEAM;
    var sum = 0.0;
    for (var i = first; i < min(first + TEAM * RUN, args.count); i += TEAM) {
        let g = gradient[i];
        let v = args.beta1 * velocity[i] + (1.0 - args.beta1) * g;
        let s = args.beta2 * second[i] + (1.0 - args.beta2) * g * g;
        velocity[i] = v;
        second[i] = s;
        theta[i] -= rates[0] * v / (sqrt(s) * rates[1] + args.epsilon);
        sum += dot(g, g);
    }
    // A folded grid may have more workgroups than there is something to do for.
    if (invocation / FLAT) * FLAT * RUN < args.count {
        squares[invocation] = sum;
    }
}
