//! How E is built and trained.

use crate::nn::{NetworkRecipe, OptimizerSpec};

/// Everything that decides what E becomes, beside the generator that it is trained for; its last layer has a unit per number of z.
pub type EncoderRecipe = NetworkRecipe<OptimizerSpec>;

impl EncoderRecipe {
    /// The recipe that `gander reconstruct` uses: `assets/encoder.toml`.
    pub fn published() -> EncoderRecipe {
        toml::from_str(include_str!("../../../assets/encoder.toml")).expect("the embedded recipe is whole: a test reads it")
    }
}
