//! The generative adversarial net of 2014, trained wholly on the GPU.
//!
//! * [`plan`]: what is to be computed, recorded once as a flat list of dispatches.
//! * [`gpu`] and [`host`]: two devices that replay a plan, through wgpu and in Rust.
//! * [`nn`]: layers, networks, losses and the optimiser, as recorded dispatches.
//! * [`data`]: data sets, and the minibatches a device draws from them.
//! * [`gan`]: the game, its two recipes, and the trainer.
//! * [`eval`]: how good a generator is, by the protocols of the paper and others; whether the theory holds.
//! * [`report`], [`checkpoint`], [`run_folder`]: what a run leaves behind; [`atomic`]: files that appear whole or not at all.
//! * [`export`]: trained networks, for other programs and from them; [`tensor_file`]: named tensors in one file.
//! * [`mod@bench`]: where an iteration's time and memory go.
//! * [`doctor`]: whether a device computes what the twin computes, dispatch by dispatch.
//! * [`classifier_cache`]: classifiers that are trained already.
//! * [`cli`]: the command line.
//! * [`random`]: chance drawn by counter; [`error`]: what cannot go on.

#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "native")]
pub mod atomic;
#[cfg(feature = "native")]
pub mod bench;
#[cfg(feature = "native")]
pub mod checkpoint;
#[cfg(feature = "native")]
pub mod classifier_cache;
#[cfg(feature = "native")]
pub mod cli;
pub mod data;
#[cfg(feature = "native")]
pub mod doctor;
pub mod error;
#[cfg(feature = "native")]
pub mod eval;
#[cfg(feature = "native")]
pub mod export;
pub mod gan;
pub mod gpu;
#[cfg(feature = "native")]
pub mod host;
#[cfg(feature = "native")]
mod machine;
pub mod nn;
pub mod plan;
#[cfg(feature = "native")]
mod protobuf;
pub mod random;
#[cfg(feature = "native")]
pub mod report;
#[cfg(feature = "native")]
pub mod run_folder;
#[cfg(feature = "native")]
pub mod tensor_file;

pub use error::{Error, Result};

/// The version of gander, and the commit that it was built from: `0.1.0 (1234abcd)`. The commit is `unknown` where the sources came without their history,
/// and ends in `+` where they differ from it.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("GANDER_COMMIT"), ")");
