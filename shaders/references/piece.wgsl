// One piece of the references s_j that a fold goes through, and their products with the points x_i, made in groups of dimensions: what is summed up in
// one product stays short, and so do its roundings.
// piece: (first reference, references in this piece), products: groups×rows×m, s_squares: 1×rows.

@group(0) @binding(1) var<storage, read> piece: array<u32>;
@group(0) @binding(2) var<storage, read> products: array<f32>;
@group(0) @binding(3) var<storage, read> s_squares: array<f32>;

/// e_ji = ‖s_j‖² - 2 s_j·x_i = ‖x_i - s_j‖² - ‖x_i‖².
fn distance_less_square(j: u32, i: u32) -> f32 {
    var product = products[j * args.m + i];
    for (var group = 1u; group < args.groups; group++) {
        product += products[(group * args.rows + j) * args.m + i];
    }
    return s_squares[j] - 2.0 * product;
}
