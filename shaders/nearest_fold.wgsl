// The NEAREST references of every point so far, nearest first, by e_ji = ‖x_i - s_j‖² - ‖x_i‖².
// least and which: NEAREST×m.  The hook reads a piece.
// Of references that are equally near the first one comes first.  One invocation serves one point.

struct Args { m: u32, rows: u32, groups: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(4) var<storage, read_write> least: array<f32>;
@group(0) @binding(5) var<storage, read_write> which: array<u32>;

/// References that are kept: a point itself and its three nearest neighbours.
const NEAREST: u32 = 4u;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let point = flat_index(id);
    if point >= args.m {
        return;
    }
    let m = args.m;
    var near = vec4<f32>(least[point], least[m + point], least[2u * m + point], least[3u * m + point]);
    var who = vec4<u32>(which[point], which[m + point], which[2u * m + point], which[3u * m + point]);
    for (var j = 0u; j < piece[1]; j++) {
        let e = distance_less_square(j, point);
        if e < near.w {
            let reference = piece[0] + j;
            // The new one goes behind all that are at least as near, and the last one goes.
            if e < near.x {
                near = vec4<f32>(e, near.xyz);
                who = vec4<u32>(reference, who.xyz);
            } else if e < near.y {
                near = vec4<f32>(near.x, e, near.yz);
                who = vec4<u32>(who.x, reference, who.yz);
            } else if e < near.z {
                near = vec4<f32>(near.xy, e, near.z);
                who = vec4<u32>(who.xy, reference, who.z);
            } else {
                near.w = e;
                who.w = reference;
            }
        }
    }
    least[point] = near.x;
    least[m + point] = near.y;
    least[2u * m + point] = near.z;
    least[3u * m + point] = near.w;
    which[point] = who.x;
    which[m + point] = who.y;
    which[2u * m + point] = who.z;
    which[3u * m + point] = who.w;
}
