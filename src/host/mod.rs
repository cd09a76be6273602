//! The host twin: every shader said a second time, in Rust, and a device that replays the same plans.
//!
//! `shaders/foo.wgsl` and `src/host/foo.rs` are one kernel. In f64 the twin is the oracle that tests compare a GPU with; in f32 it trains on a machine
//! that has no driver at all. Products come from the crate `gemm`, but for small ones, rows are shared out by rayon; nothing here depends on the number of threads.

pub mod accuracy;
mod activation;
mod adam;
mod average;
mod bounded;
mod call;
mod clear_corners;
mod clip;
mod column_norm;
mod column_sums;
mod columns;
mod contrast;
mod convolution;
mod copy;
mod device;
mod diversify;
mod draw;
mod dropout;
mod find_non_finite;
mod folds;
mod given;
mod labels;
mod log_sum_exp;
mod loss_blend;
mod loss_discriminator;
mod loss_generator;
mod loss_softmax;
mod loss_squares;
mod losses;
mod matmul;
mod max_pooling;
mod maxout;
mod metrics;
mod mixture;
mod noise;
mod normalize_rows;
mod peak;
mod perturb;
mod real;
mod rest;
mod row_sums;
mod scale;
mod schedule;
mod shrink;
mod shuffle;
mod tick;
mod update;

pub use bounded::Bounded;
pub use device::HostDevice;
pub use real::Real;

use call::Call;

/// The twin of a shader.
type Twin<T> = fn(&mut Call<T>);

/// The twin of an operation, if there is one.
fn twin<T: Real>(operation: &str) -> Option<Twin<T>> {
    Some(match operation {
        "activation_backward" => activation::backward,
        "activation_forward" => activation::forward,
        "adam" => adam::run,
        "adam_rates" => adam::rates,
        "average" => average::run,
        "clear_corners" => clear_corners::run,
        "clip" => clip::run,
        "column_limit" => column_norm::limit,
        "column_squares" => column_norm::squares,
        "column_sums" => column_sums::run,
        "convolve" => convolution::forward,
        "convolve_adjoint" => convolution::adjoint,
        "convolve_weights" => convolution::weights,
        "contrast" => contrast::run,
        "copy" => copy::run,
        "diversify" => diversify::run,
        "draw" => draw::run,
        "draw_given" => given::draw,
        "draw_labels" => labels::draw,
        "dropout" => dropout::run,
        "find_non_finite" => find_non_finite::run,
        "forget_given" => given::forget,
        "join_columns" => columns::join,
        "join_labels" => labels::join,
        "log_sum_exp" => log_sum_exp::run,
        "log_sum_exp_gradient" => log_sum_exp::gradient,
        "loss_blend" => loss_blend::run,
        "loss_discriminator" => loss_discriminator::run,
        "loss_generator" => loss_generator::run,
        "loss_softmax" => loss_softmax::run,
        "loss_squares" => loss_squares::run,
        "matmul_nn" | "matmul_nt" | "matmul_tn" => matmul::run,
        "max_pooling_backward" => max_pooling::backward,
        "max_pooling_forward" => max_pooling::forward,
        "maxout_backward" => maxout::backward,
        "maxout_forward" => maxout::forward,
        "metrics" => metrics::run,
        "mixture" => mixture::run,
        "nearest_fold" => folds::nearest,
        "noise" => noise::run,
        "normalize_rows" => normalize_rows::run,
        "keep_given" => given::keep,
        "part_columns" => columns::part,
        "parzen_fold" => folds::parzen,
        "peak_arithmetic" => peak::arithmetic,
        "peak_copy" => peak::copy,
        "rest" => rest::run,
        "row_sums" => row_sums::run,
        "perturb" => perturb::run,
        "scale" => scale::run,
        "scale_factor" => scale::factor,
        "schedule" => schedule::run,
        "shrink" => shrink::run,
        "shuffle" => shuffle::run,
        "tick" => tick::run,
        "update" => update::run,
        "within_fold" => folds::within,
        _ => return None,
    })
}

/// Whether an operation has a twin.
pub fn has_twin(operation: &str) -> bool {
    twin::<f32>(operation).is_some()
}
