//! How the classifier is built and trained.

use crate::nn::{MomentumSpec, NetworkRecipe};

/// Everything that decides what a classifier becomes, beside its data; its last layer has a unit per class.
pub type Recipe = NetworkRecipe<MomentumSpec>;

impl Recipe {
    /// The recipe that `gander eval` uses: `assets/classifier.toml`.
    pub fn published() -> Recipe {
        toml::from_str(include_str!("../../../assets/classifier.toml")).expect("the embedded recipe is whole: a test reads it")
    }
}
