//! The shaders' texts, and which files make up a kernel.
//!
//! A kernel's text is `prelude.wgsl`, the file of its operation, and small hook files; the order does not matter, and nothing is preprocessed.

/// Expands to a table of `(name, text)` of files under `shaders/`.
macro_rules! texts {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../shaders/", $name, ".wgsl")))),*] };
}

/// Every shader file by its path under `shaders/`, without `.wgsl`.
pub const FILES: &[(&str, &str)] = texts![
    "activation/relu",
    "activation/sigmoid",
    "activation_backward",
    "activation_forward",
    "adam",
    "adam_rates",
    "average",
    "clear_corners",
    "clip",
    "column_limit",
    "column_squares",
    "column_sums",
    "contrast",
    "copy",
    "diversify",
    "draw",
    "draw_given",
    "draw_labels",
    "dropout",
    "examples/bytes",
    "examples/reals",
    "find_non_finite",
    "finish/activated",
    "finish/add",
    "finish/bias",
    "finish/none",
    "forget_given",
    "generator_loss/minimax",
    "generator_loss/non_saturating",
    "join_columns",
    "join_labels",
    "keep_given",
    "layout/convolution",
    "layout/convolve",
    "layout/convolve_adjoint",
    "layout/convolve_weights",
    "layout/cut",
    "layout/cut_nn",
    "layout/cut_nt",
    "layout/cut_tn",
    "layout/dense",
    "layout/nn",
    "layout/nt",
    "layout/tn",
    "log_sum_exp",
    "log_sum_exp_gradient",
    "loss/cross_entropy",
    "loss/hinge",
    "loss/least_squares",
    "loss/wasserstein",
    "loss_blend",
    "loss_discriminator",
    "loss_generator",
    "loss_softmax",
    "loss_squares",
    "matmul",
    "max_pooling_backward",
    "max_pooling_forward",
    "maxout_backward",
    "maxout_forward",
    "metrics",
    "mixture",
    "nearest_fold",
    "noise",
    "noise/gaussian",
    "noise/hypercube",
    "noise/uniform",
    "normalize_rows",
    "part_columns",
    "parzen_fold",
    "peak_arithmetic",
    "peak_copy",
    "perturb",
    "prelude",
    "references/piece",
    "rest",
    "row_sums",
    "scale",
    "scale_factor",
    "schedule",
    "shrink",
    "shuffle",
    "teams/four",
    "teams/one",
    "texture/matmul_nn",
    "texture/matmul_nt",
    "texture/matmul_tn",
    "texture/operands",
    "texture/texels",
    "texture/update",
    "tick",
    "tiled/matmul",
    "update",
    "within_fold",
];

/// The text of one file.
/// # Panics
/// if there is no such shader.
#[track_caller]
pub fn text(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| *file == name).unwrap_or_else(|| panic!("there is no shader `{name}`")).1
}

/// The files that make up the plain kernel of an operation: the products share one body and differ in their layout.
pub fn parts(operation: &str) -> Vec<&str> {
    match layout(operation) {
        Some(layout) => ["matmul"].into_iter().chain(layout.iter().copied()).collect(),
        None => vec![operation],
    }
}

/// The files that make up a hook: most are one file, a product that ends in an activation takes the activation's.
pub fn hook_parts(hook: &str) -> Vec<&str> {
    let activation = hook.strip_prefix("finish/").map(|activation| format!("activation/{activation}"));
    match FILES.iter().find(|(file, _)| activation.as_deref() == Some(file)) {
        Some((activation, _)) => vec!["finish/activated", activation],
        None => vec![hook],
    }
}

/// The files that say where the elements of a product lie, if the operation is a product.
pub fn layout(operation: &str) -> Option<&'static [&'static str]> {
    Some(match operation {
        "matmul_nn" => &["layout/dense", "layout/nn"],
        "matmul_nt" => &["layout/dense", "layout/nt"],
        "matmul_tn" => &["layout/dense", "layout/tn"],
        "cut_nn" => &["layout/cut", "layout/cut_nn"],
        "cut_nt" => &["layout/cut", "layout/cut_nt"],
        "cut_tn" => &["layout/cut", "layout/cut_tn"],
        "convolve" => &["layout/convolution", "layout/convolve"],
        "convolve_adjoint" => &["layout/convolution", "layout/convolve_adjoint"],
        "convolve_weights" => &["layout/convolution", "layout/convolve_weights"],
        _ => return None,
    })
}
