// a_i = log Σ_c exp(l_ic): the logit of "real" of a discriminator with a logit for each class, D(x) = Z/(Z + 1) with Z = Σ_c exp(l_c).
// l: m×classes, a: m×1.

struct Args { m: u32, classes: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> l: array<f32>;
@group(0) @binding(2) var<storage, read_write> a: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = flat_index(id);
    if row < args.m {
        let first = row * args.classes;
        var most = l[first];
        for (var c = 1u; c < args.classes; c++) {
            most = max(most, l[first + c]);
        }
        var mass = 0.0;
        for (var c = 0u; c < args.classes; c++) {
            mass += exp(l[first + c] - most);
        }
        a[row] = most + log(mass);
    }
}
