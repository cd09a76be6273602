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
    "clip",
    "column_norm",
    "column_sums",
    "contrast",
    "copy",
    "draw",
    "draw_labels",
    "dropout",
    "examples/bytes",
    "examples/reals",
    "finish/activated",
    "finish/bias",
    "finish/none",
    "generator_loss/minimax",
    "generator_loss/non_saturating",
    "layout/nn",
    "layout/nt",
    "layout/tn",
    "loss/cross_entropy",
    "loss/hinge",
    "loss/least_squares",
    "loss/wasserstein",
    "loss_blend",
    "loss_discriminator",
    "loss_generator",
    "loss_softmax",
    "matmul",
    "maxout_backward",
    "maxout_forward",
    "metrics",
    "nearest_fold",
    "noise",
    "noise/gaussian",
    "noise/uniform",
    "normalize_rows",
    "parzen_fold",
    "peak_arithmetic",
    "peak_copy",
    "perturb",
    "prelude",
    "references/piece",
    "scale",
    "scale_factor",
    "schedule",
    "shrink",
    "shuffle",
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

/// The files that make up the plain kernel of an operation: the three products share one body and differ in their layout.
pub fn parts(operation: &str) -> Vec<&str> {
    match operation.strip_prefix("matmul_") {
        Some(layout) => vec!["matmul", layout_file(layout)],
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

/// The layout hook of a product: `nn`, `nt` or `tn`.
/// # Panics
/// if there is no such layout.
#[track_caller]
pub fn layout_file(layout: &str) -> &'static str {
    match layout {
        "nn" => "layout/nn",
        "nt" => "layout/nt",
        "tn" => "layout/tn",
        _ => panic!("there is no layout `{layout}` of a matrix product"),
    }
}
