//! How the classifier is built and trained: TOML, as a game's configuration.

use crate::nn::{LayerSpec, MomentumSpec};
use serde::{Deserialize, Serialize};

/// Everything that decides what a classifier becomes, beside its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The seed of initial parameters, masks and the order of examples.
    pub seed: u32,
    /// Examples in a minibatch.
    pub batch: u32,
    /// Minibatches to train for.
    pub iterations: u32,
    /// How it learns.
    pub optimizer: MomentumSpec,
    /// Its layers, from the input up; the last one's units are replaced by the number of classes.
    pub layers: Vec<LayerSpec>,
}

impl Recipe {
    /// The recipe that `gander eval` uses: `assets/classifier.toml`.
    pub fn published() -> Recipe {
        toml::from_str(include_str!("../../../assets/classifier.toml")).expect("the embedded recipe is whole: a test reads it")
    }

    /// The layers, the last one with a unit per class.
    pub fn layers_for(&self, classes: u32) -> Vec<LayerSpec> {
        let mut layers = self.layers.clone();
        if let Some(last) = layers.last_mut() {
            last.units = Some(classes);
        }
        layers
    }

    /// The whole recipe as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field is a TOML value")
    }
}
