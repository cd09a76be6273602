//! The proof that the kernels are right: every one against its host twin in f64, on every adapter of this machine.
//!
//! * A module per operation: the formula in f64 first, then the twin, then each GPU, within a bound derived from the formula.
//! * [`evaluation`]: log-likelihoods and neighbours, whole, against their formulas.
//! * [`gradients`]: the backward passes against central differences, in f64.
//! * [`golden`]: whole games, every buffer; [`reproducible`]: the same bits again, after a rest, and other bits from another seed.
//! * [`doctor`]: what `gander doctor` finds, on right devices and on wrong ones.
//! * [`pytorch`]: layers and a whole game against PyTorch's numbers, kept in `tests/golden`.
//! * [`shaders`]: every file is known, has a twin and a test, and translates to SPIR-V, MSL and HLSL.
//!
//! To add an operation `foo`: `tests/gpu/foo.rs`, which records one dispatch through [`lab::Lab`] and compares; `mod foo;` below.
//! A machine without an adapter fails, and says what to install. SwiftShader is tested as a second driver where Chromium has brought it.

mod activation;
mod adam;
mod average;
mod classifier;
mod column_norm;
mod column_sums;
mod compare;
mod contrast;
mod convolution;
mod copy;
mod doctor;
mod draw;
mod dropout;
mod evaluation;
mod folds;
mod golden;
mod gradients;
mod lab;
mod loss;
mod matmul;
mod max_pooling;
mod maxout;
mod metrics;
mod noise;
mod options;
mod peak;
mod play;
mod pytorch;
mod reproducible;
mod row_sums;
mod schedule;
mod shaders;
mod shuffle;
mod threefry;
mod update;
mod whole;
