// dW[(c, ky, kx), f] = Σ x[e, c, oy·stride + ky - padding, ox·stride + kx - padding]·dy[e, f, oy, ox] over examples and positions.
// A: the images x; m = channels·kernel·kernel.  B: the results' gradient dy; k = examples·height·width.  C: parts×(m·n).
// The sum is long and the result small, so a part adds `length` of its terms; who wants the whole adds the parts.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = true;
const B_RUNS_ALONG_K: bool = true;

fn terms(part: u32) -> vec2<u32> { return min(vec2(part, part + 1u) * args.length, vec2(args.k)); }

fn a_row(part: u32, row: u32) -> Place {
    let at = vec3<i32>(position(row, args.kernel, args.kernel));
    return vec3(at.x * i32(args.image_height * args.image_width), at.yz);
}

fn a_term(part: u32, i: u32) -> Place {
    let at = vec3<i32>(position(i, args.height, args.width));
    let image = i32(args.channels * args.image_height * args.image_width);
    return vec3(at.x * image, at.yz * i32(args.stride) - i32(args.padding));
}

fn a_at(row: Place, term: Place) -> f32 {
    let at = row + term;
    let i = in_plane(at.x, at.y, at.z, args.image_height, args.image_width);
    if i < 0 { return 0.0; }
    return a[i];
}

fn b_term(part: u32, i: u32) -> Place {
    let positions = args.height * args.width;
    let at = divided(i, positions);
    return vec3(i32(at.x * args.n * positions + at.y), 0, 0);
}

fn b_col(part: u32, col: u32) -> Place { return vec3(i32(col * args.height * args.width), 0, 0); }
fn b_at(term: Place, col: Place) -> f32 { return b[term.x + col.x]; }

fn is_stored(part: u32, row: u32, col: u32) -> bool { return true; }
fn c_index(part: u32, row: u32, col: u32) -> u32 { return (part * args.m + row) * args.n + col; }
fn bias_index(part: u32, row: u32, col: u32) -> u32 { return col; }
