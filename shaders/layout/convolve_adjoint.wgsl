// x = the adjoint of ⋆ W applied to y: x[e, c, iy, ix] = Σ y[e, f, oy, ox]·W[(c, ky, kx), f] over all oy·stride + ky - padding = iy, and
// the same for ix. It is what flows back through a convolution, and a transposed convolution's forward pass.
// A: the results y.  B: W.  C: the images x.
//
// Written as a gather. A pixel meets only every stride-th tap of the window, and which ones depends on iy + padding mod stride alone.
// So a part is one of the stride·stride lattices of pixels, and a product by itself: a row is a pixel of the lattice,
// m = examples·⌈image_height/stride⌉·⌈image_width/stride⌉, and k = ⌈kernel/stride⌉²·filters, filters fastest.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = false;
const B_RUNS_ALONG_K: bool = true;

fn terms(part: u32) -> vec2<u32> { return vec2(0u, args.k); }

/// (y, x) of the lattice's first pixel.
fn lattice(part: u32) -> vec2<u32> { return vec2(part / args.stride, part % args.stride); }

/// (example, iy, ix) of a row.
fn pixel(part: u32, row: u32) -> vec3<u32> {
    let s = args.stride;
    let at = position(row, (args.image_height + s - 1u) / s, (args.image_width + s - 1u) / s);
    return vec3(at.x, at.yz * s + lattice(part));
}

/// (filter, then the place of the tap among those the lattice meets) of a term.
fn tap(i: u32) -> vec3<u32> {
    let taps = (args.kernel + args.stride - 1u) / args.stride;
    let at = divided(i, args.filters);
    return vec3(at.y, divided(at.x, taps));
}

fn a_row(part: u32, row: u32) -> Place {
    let at = pixel(part, row);
    let result = args.filters * args.height * args.width;
    return vec3<i32>(vec3(at.x * result, (at.yz + args.padding) / args.stride));
}

fn a_term(part: u32, i: u32) -> Place {
    let at = vec3<i32>(tap(i));
    return vec3(at.x * i32(args.height * args.width), -at.yz);
}

fn a_at(row: Place, term: Place) -> f32 {
    let at = row + term;
    let i = in_plane(at.x, at.y, at.z, args.height, args.width);
    if i < 0 { return 0.0; }
    return a[i];
}

fn b_term(part: u32, i: u32) -> Place {
    let at = tap(i);
    let k = (lattice(part) + args.padding) % args.stride + at.yz * args.stride;
    let first = in_plane(0, i32(k.x), i32(k.y), args.kernel, args.kernel);
    return vec3(select(first * i32(args.filters) + i32(at.x), -1, first < 0), 0, 0);
}

fn b_col(part: u32, col: u32) -> Place { return vec3(i32(col * args.kernel * args.kernel * args.filters), 0, 0); }

fn b_at(term: Place, col: Place) -> f32 {
    if term.x < 0 { return 0.0; }
    return b[term.x + col.x];
}

fn is_stored(part: u32, row: u32, col: u32) -> bool {
    let at = pixel(part, row);
    return at.y < args.image_height && at.z < args.image_width;
}

fn c_index(part: u32, row: u32, col: u32) -> u32 {
    return pixel(part, row).x * args.n * args.image_height * args.image_width + bias_index(part, row, col);
}

/// Untied: every number of an image has a bias of its own.
fn bias_index(part: u32, row: u32, col: u32) -> u32 {
    let at = pixel(part, row);
    return (col * args.image_height + at.y) * args.image_width + at.z;
}
