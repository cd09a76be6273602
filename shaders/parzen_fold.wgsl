// sum_ki ← sum_ki + Σ_j exp(-(e_ji - shift_ki)·scale_k) over one piece of references, e_ji = ‖x_i - s_j‖² - ‖x_i‖².
// scales: 1×count/m, shift and sums: count/m×m.  The hook reads a piece.
// shift is the least e so far: the largest term of a sum is 1, whatever the scale.  One invocation makes one sum.

struct Args { count: u32, m: u32, rows: u32, groups: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(4) var<storage, read> scales: array<f32>;
@group(0) @binding(5) var<storage, read_write> shift: array<f32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = flat_index(id);
    if at >= args.count {
        return;
    }
    let point = at % args.m;
    let scale = scales[at / args.m];
    var least = shift[at];
    var sum = sums[at];
    for (var j = 0u; j < piece[1]; j++) {
        let e = distance_less_square(j, point);
        if e < least {
            sum = sum * exp((e - least) * scale) + 1.0;
            least = e;
        } else {
            sum += exp((least - e) * scale);
        }
    }
    shift[at] = least;
    sums[at] = sum;
}
