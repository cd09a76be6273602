//! How a classifier of few labels is made of a game: D's layers, D's optimiser, and the ways in which it may learn.

use crate::error::{Error, Result};
use crate::gan::Config;
use crate::nn::{Kind, LayerSpec, MomentumSpec, NetworkRecipe, OptimizerSpec};
use serde::{Deserialize, Serialize};

/// Everything that decides what a classifier becomes, beside the examples and what D has learnt.
pub type Recipe = NetworkRecipe<OptimizerSpec>;

/// Where a classifier begins, and what it learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From D's initial distribution, by the labelled examples alone: what the others are compared with
    Alone,
    /// From the trained D's hidden layers, all of it trained on, by the labelled examples
    Features,
    /// A softmax over the trained D's highest hidden layer, which stands still, by the labelled examples
    Frozen,
    /// The trained game goes on with K logits for D: labelled examples, examples without a label, and what G makes
    Game,
}

impl Way {
    /// All of them, what the others are compared with first.
    pub const ALL: [Way; 4] = [Way::Alone, Way::Features, Way::Frozen, Way::Game];

    /// What tables and plots call it.
    pub fn name(self) -> &'static str {
        match self {
            Way::Alone => "labels alone",
            Way::Features => "D's features",
            Way::Frozen => "features frozen",
            Way::Game => "game goes on",
        }
    }
}

/// The classifier of a game. Momentum has its final value from the beginning, because an epoch of few examples is short.
/// # Errors
/// if D is told labels, codes or masks, or has no hidden layer.
pub fn recipe(config: &Config, iterations: u32) -> Result<Recipe> {
    if let Some(classes) = config.train.conditional {
        return Err(Error::Config(format!(
            "the run's discriminator is told {classes} classes beside x (train.conditional): it would be told what it is to find out; name a run without them"
        )));
    }
    if config.train.inference {
        return Err(Error::Config(
            "the run's discriminator judges pairs (x, z) (train.inference), and a classifier is given x alone: name a run without it"
                .into(),
        ));
    }
    if config.train.completion {
        return Err(Error::Config(
            "the run's discriminator judges pictures beside masks (train.completion), and a classifier is given x alone: name a run without it".into(),
        ));
    }
    let mut layers = config.discriminator.layers.clone();
    if layers.iter().filter(|layer| layer.kind.has_parameters()).count() < 2 {
        return Err(Error::Config(
            "the discriminator has one layer of weights, and so no features: name a run whose D has hidden layers".into(),
        ));
    }
    let last = layers.last_mut().expect("counted above");
    *last = LayerSpec { kind: Kind::Linear, ..last.clone() };
    let optimizer = match config.discriminator.optimizer.clone() {
        OptimizerSpec::Momentum(spec) => OptimizerSpec::Momentum(MomentumSpec { momentum: spec.final_momentum, ..spec }),
        adam @ OptimizerSpec::Adam(_) => adam,
    };
    Ok(Recipe { seed: config.seed, batch: config.train.batch, iterations, optimizer, layers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::preset;

    fn config(name: &str, settings: &[&str]) -> Config {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        Config::parse(preset(name).unwrap().toml, &settings).unwrap()
    }

    #[test]
    fn a_classifier_is_d_with_linear_units_at_its_end() {
        let digits = config("digits", &[]);
        let made = recipe(&digits, 70).unwrap();
        let (d, c) = (&digits.discriminator.layers, made.layers_for(10));
        assert_eq!((made.iterations, made.batch, c.len()), (70, digits.train.batch, d.len()));
        assert_eq!(c[..2], d[..2]);
        assert_eq!(c[2], LayerSpec { kind: Kind::Linear, units: Some(10), ..d[2].clone() });
        let OptimizerSpec::Momentum(spec) = made.optimizer else { panic!("the preset learns by momentum") };
        assert_eq!((spec.momentum, spec.final_momentum, spec.learning_rate), (0.7, 0.7, 0.1));
    }

    #[test]
    fn a_discriminator_that_is_told_labels_or_has_no_features_is_refused() {
        let told = recipe(&config("digits-conditional", &[]), 1).unwrap_err().to_string();
        assert!(told.contains("is told 10 classes beside x"), "{told}");
        let one = "discriminator.layers=[{ kind = \"sigmoid\", units = 1, irange = 0.1 }]";
        let bare = recipe(&config("digits", &[one]), 1).unwrap_err().to_string();
        assert!(bare.contains("one layer of weights"), "{bare}");
    }
}
