// y = x ⋆ W: y[e, f, oy, ox] = Σ x[e, c, oy·stride + ky - padding, ox·stride + kx - padding]·W[(c, ky, kx), f], zero beyond the image.
// A: the images; a row is a position of the window, m = examples·height·width; k = channels·kernel·kernel.  B: W.  C: the results.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = false;
const B_RUNS_ALONG_K: bool = false;

fn terms(part: u32) -> vec2<u32> { return vec2(0u, args.k); }

fn a_row(part: u32, row: u32) -> Place {
    let at = vec3<i32>(position(row, args.height, args.width));
    let image = i32(args.channels * args.image_height * args.image_width);
    return vec3(at.x * image, at.yz * i32(args.stride) - i32(args.padding));
}

fn a_term(part: u32, i: u32) -> Place {
    let at = vec3<i32>(position(i, args.kernel, args.kernel));
    return vec3(at.x * i32(args.image_height * args.image_width), at.yz);
}

fn a_at(row: Place, term: Place) -> f32 {
    let at = row + term;
    let i = in_plane(at.x, at.y, at.z, args.image_height, args.image_width);
    if i < 0 { return 0.0; }
    return a[i];
}

fn b_term(part: u32, i: u32) -> Place { return vec3(i32(i * args.n), 0, 0); }
fn b_col(part: u32, col: u32) -> Place { return vec3(i32(col), 0, 0); }
fn b_at(term: Place, col: Place) -> f32 { return b[term.x + col.x]; }

fn is_stored(part: u32, row: u32, col: u32) -> bool { return true; }

fn c_index(part: u32, row: u32, col: u32) -> u32 {
    let positions = args.height * args.width;
    let at = divided(row, positions);
    return (at.x * args.n + col) * positions + at.y;
}

/// Tied: all positions of a filter share one bias.
fn bias_index(part: u32, row: u32, col: u32) -> u32 { return col; }
