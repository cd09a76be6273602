// dl_ic = da_i·exp(l_ic - a_i), a_i = log Σ_c exp(l_ic): the gradient by the logits of all classes.
// l, dl: m×classes, a, da: m×1.

struct Args { m: u32, classes: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> l: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> da: array<f32>;
@group(0) @binding(4) var<storage, read_write> dl: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    if i < args.m * args.classes {
        let row = i / args.classes;
        dl[i] = da[row] * exp(l[i] - a[row]);
    }
}
