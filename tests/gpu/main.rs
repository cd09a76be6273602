//! The proof that the kernels are right: every one against its host twin in f64, on every adapter of this machine.
//!
//! * A module per operation: the formula in f64 first, then the twin, then each GPU, within a bound derived from the formula.
//! * [`evaluation`]: log-likelihoods and neighbours, whole, against their formulas.
//! * [`gradients`]: the backward passes against central differences, in f64.
//! * [`golden`]: whole games, every buffer; [`reproducible`]: the same bits again, after a rest, and other bits from another seed.
//! * [`divided`]: kernels that are started in parts.
//! * [`lost`]: devices that are lost and devices that hang.
//! * [`inspect`]: what is not finite is found within so many iterations, and finding changes no bit.
//! * [`doctor`]: what `gander doctor` finds, on right devices and on wrong ones.
//! * [`pytorch`]: layers and a whole game against PyTorch's numbers, kept in `tests/golden`.
//! * [`shaders`]: every file is known, has a twin and a test; [`languages`]: every kernel translates to SPIR-V, MSL, HLSL and GLSL.
//!
//! Devices are opened with no more than WebGPU promises everywhere; `GANDER_LIMITS=browser` or `adapter` gives them more, which [`limits`] shows to change
//! nothing. `GANDER_ADAPTER` tests one adapter alone; `GANDER_ADAPTER='(gl' … -- --test-threads 1` tests OpenGL, whose devices share a context that only one
//! thread at a time may have for longer than a second.
//!
//! To add an operation `foo`: `tests/gpu/foo.rs`, which records one dispatch through [`lab::Lab`] and compares; `mod foo;` below.
//! A machine without an adapter fails, and says what to install. SwiftShader is tested as a second driver where Chromium has brought it.

mod activation;
mod adam;
mod average;
mod classifier;
mod clear_corners;
mod column_norm;
mod column_sums;
mod columns;
mod compare;
mod contrast;
mod convolution;
mod copy;
mod divided;
mod doctor;
mod draw;
mod dropout;
mod evaluation;
mod find_non_finite;
mod fit;
mod folds;
mod given;
mod golden;
mod gradients;
mod inspect;
mod inverse;
mod lab;
mod labels;
mod languages;
mod limits;
mod log_sum_exp;
mod loss;
mod loss_squares;
mod lost;
mod matmul;
mod max_pooling;
mod maxout;
mod metrics;
mod mixture;
mod noise;
mod options;
mod peak;
mod play;
mod pytorch;
mod replicas;
mod reproducible;
mod rest;
mod row_sums;
mod schedule;
mod semi;
mod shaders;
mod shuffle;
mod threefry;
mod update;
mod whole;
