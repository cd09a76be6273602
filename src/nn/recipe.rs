//! How a network beside the game is built and trained, by itself: TOML, as a game's configuration.

use crate::nn::LayerSpec;
use serde::{Deserialize, Serialize};

/// Everything that decides what a network becomes, beside what it is trained on. O is how it may learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecipe<O> {
    /// The seed of all its chance.
    pub seed: u32,
    /// Rows in a minibatch.
    pub batch: u32,
    /// Minibatches to train for.
    pub iterations: u32,
    /// How it learns.
    pub optimizer: O,
    /// Its layers, from the input up; the last one's units are replaced by what is wanted of it.
    pub layers: Vec<LayerSpec>,
}

impl<O: Serialize> NetworkRecipe<O> {
    /// The layers, the last one with so many units.
    pub fn layers_for(&self, outputs: u32) -> Vec<LayerSpec> {
        let mut layers = self.layers.clone();
        if let Some(last) = layers.last_mut() {
            last.units = Some(outputs);
        }
        layers
    }

    /// The whole recipe as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field is a TOML value")
    }
}
