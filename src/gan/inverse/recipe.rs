//! How E is built and trained: TOML, as a game's configuration.

use crate::nn::{LayerSpec, OptimizerSpec};
use serde::{Deserialize, Serialize};

/// Everything that decides what E becomes, beside the generator that it is trained for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderRecipe {
    /// The seed of initial parameters and of noise.
    pub seed: u32,
    /// Noise vectors in a minibatch.
    pub batch: u32,
    /// Minibatches to train for.
    pub iterations: u32,
    /// How it learns.
    pub optimizer: OptimizerSpec,
    /// Its layers, from the picture up; the last one's units are replaced by the numbers of z.
    pub layers: Vec<LayerSpec>,
}

impl EncoderRecipe {
    /// The recipe that `gander reconstruct` uses: `assets/encoder.toml`.
    pub fn published() -> EncoderRecipe {
        toml::from_str(include_str!("../../../assets/encoder.toml")).expect("the embedded recipe is whole: a test reads it")
    }

    /// The layers, the last one with a unit per number of z.
    pub fn layers_for(&self, size: u32) -> Vec<LayerSpec> {
        let mut layers = self.layers.clone();
        if let Some(last) = layers.last_mut() {
            last.units = Some(size);
        }
        layers
    }

    /// The whole recipe as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field is a TOML value")
    }
}
