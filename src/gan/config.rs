//! A game's configuration: TOML, complete, with every key known.

mod check;
mod overrides;

pub(super) use check::check_optimizer;

use crate::data::DataConfig;
use crate::error::{Error, Result};
use crate::gan::coordination::AdaptiveConfig;
use crate::gan::{Inherited, Noise};
use crate::nn::loss::{GeneratorLoss, Loss};
use crate::nn::{LayerSpec, OptimizerSpec};
use serde::{Deserialize, Serialize};

/// The order in which an iteration moves D and G.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Recipe {
    /// The paper: k steps of D, then one of G with fresh noise through the updated D.
    #[default]
    #[serde(rename = "algorithm-1")]
    Algorithm1,
    /// The published code: D and G together, on the same fakes under the same masks.
    #[serde(rename = "code-2014")]
    Code2014,
}

/// A complete game: with the data set and gander's version it reproduces a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The seed of all chance: initial parameters, noise, masks, the order of examples.
    pub seed: u32,
    /// The data.
    pub data: DataConfig,
    /// The game.
    pub train: GameConfig,
    /// The distribution of z.
    pub prior: PriorConfig,
    /// G.
    pub generator: NetworkConfig,
    /// D.
    pub discriminator: NetworkConfig,
    /// E, in a game of `train.inference`; if it is left out, the layers of the encoder that `gander reconstruct` trains, and G's optimiser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderConfig>,
    /// What a run writes, and when.
    pub report: ReportConfig,
    /// Where the run went back and halved both learning rates, because a number was no longer finite (`--on-nan retry`). A new run has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retried: Vec<Retried>,
}

/// One time that a run went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retried {
    /// The iteration in which a number was found not to be finite.
    pub found: u64,
    /// The iteration it went back to.
    pub from: u64,
}

/// The game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GameConfig {
    /// Which order: the paper's or the published code's.
    #[serde(default)]
    pub recipe: Recipe,
    /// Steps of D per step of G (`algorithm-1` only).
    pub k: u32,
    /// Examples, and noise vectors, in a minibatch: the paper's m.
    pub batch: u32,
    /// Iterations to train for.
    pub iterations: u32,
    /// What both players descend; the paper's cross-entropy if it is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub loss: Loss,
    /// What G descends where the loss is cross-entropy; other losses leave it no choice.
    #[serde(default)]
    pub generator_loss: GeneratorLoss,
    /// G descends both forms of cross-entropy at once, (a·non-saturating + b·V)/(a + b), with these weights a and b; V has the weight of D's loss in the
    /// recipe (`blend_obj`, `zurich_coeff` and `minimax_coeff` of the published code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend: Option<BlendConfig>,
    /// G follows its gradient in every so manieth minibatch, the first one among them; in between the gradient is zero and momentum carries on (`Cycler` of
    /// the published code, recipe `code-2014` only: in `algorithm-1` k says it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_every: Option<u32>,
    /// G's gradients are scaled up by max(1, norm/‖∂L_G/∂G(z)‖) (`scale_grads` and `target_scale` of the published code, where the norm is 0.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_gradient_norm: Option<f32>,
    /// What G makes of different z is pushed apart: G descends −λ·E 1/n ‖G(z) − G(z′)‖₁ besides, with this λ, where z and z′ are told the same label or the same part of
    /// a picture (Yang et al. 2019, "Diversity-sensitive conditional generative adversarial networks", without their division by ‖z − z′‖₁, which among
    /// long z is nearly the same for all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diversity: Option<f32>,
    /// Whether G's step goes through D's dropout; false goes through D as it is evaluated (`no_drop_in_d_for_g` of the published code).
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub generator_dropout: bool,
    /// The standard deviation of Gaussian noise that is added to all that D is shown, real and forged (`noise_both` of the published code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_noise: Option<f32>,
    /// The classes that G and D are told, each beside its input: a conditional game over labelled data (Mirza and Osindero 2014).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditional: Option<u32>,
    /// G completes pictures: it is given z, what is kept of an example, and the mask, one for each example and drawn anew every time; D judges the completed
    /// picture beside the mask (the paper, section 7: all conditionals p(x_S | x_not S) by one model).
    #[serde(default, skip_serializing_if = "is_default")]
    pub completion: bool,
    /// A third network E infers z from x and plays with G: D judges pairs, (x, E(x)) against (G(z), z) (Donahue et al. 2017, "Adversarial feature
    /// learning"; Dumoulin et al. 2017, "Adversarially learned inference").
    #[serde(default, skip_serializing_if = "is_default")]
    pub inference: bool,
    /// D's parameters are multiplied by this after each of its updates (`shrink_d` of the published code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink_d: Option<f32>,
    /// No parameter of D leaves [-clip, clip]: after each of its updates they are clipped (Arjovsky et al. 2017, algorithm 1: 0.01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f32>,
    /// D rests in a step in which it judges at least this share of its minibatch right, real and forged: its gradient is zero, and momentum carries on
    /// (`now_train_discriminator` of the published code, which nothing there turns off).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator_rests_above: Option<f32>,
    /// G rests in an iteration in which D judges less than this share of its last minibatch right: its gradient is zero, and momentum carries on
    /// (`now_train_generator` of the published code, which nothing there turns off).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_rests_below: Option<f32>,
    /// k is the most steps of D (`algorithm-1` only): from step `least` on, D rests in those in which it judges enough of its minibatch right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k_adaptive: Option<AdaptiveConfig>,
}

/// The weights of the two forms of cross-entropy that G descends at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlendConfig {
    /// Of -log D(G(z)).
    pub non_saturating: f32,
    /// Of log(1 - D(G(z))), the part of V that G has a hand in.
    pub minimax: f32,
}

/// What a key that may be left out is then.
fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

/// The distribution of z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorConfig {
    /// The kind of noise.
    pub noise: Noise,
    /// Numbers in a noise vector.
    pub size: u32,
    /// Components of a mixture, 10 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<u32>,
}

/// A network and its optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// The folder of a run whose network of the same role goes on from these layers: what it has learnt is trained on behind new layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Where the last layers come from, once `extends` has been followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<Inherited>,
    /// Its layers, from the input up.
    pub layers: Vec<LayerSpec>,
    /// How it learns.
    pub optimizer: OptimizerSpec,
    /// G only: samples are made by an exponential moving average of the parameters, which keeps this part of itself in every iteration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<f32>,
}

/// E and its optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Its layers, from x up; the last is linear and gives out as many numbers as z has.
    pub layers: Vec<LayerSpec>,
    /// How it learns.
    pub optimizer: OptimizerSpec,
}

/// How pictures are shown of data whose contrast was normalised: grey is 0, and black and full are the largest magnitude …
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(feature = "native", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// … of the whole sheet, as the authors did.
    #[default]
    Sheet,
    /// … of each picture.
    Sample,
}

/// What a run writes, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportConfig {
    /// Iterations between two sheets of samples.
    pub samples_every: u32,
    /// Samples on a sheet.
    pub samples: u32,
    /// Iterations between two checkpoints.
    pub checkpoint_every: u32,
    /// Checkpoints that are kept.
    pub keep: u32,
    /// Whether event files for TensorBoard are written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tensorboard: bool,
    /// How pictures of data of normalised contrast are shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scaling: Scaling,
    /// Iterations between two readings of the monitor, which also keeps the best checkpoint; 0 watches nothing.
    #[serde(default)]
    pub monitor_every: u32,
    /// Iterations between two inspections, which look for numbers that are not finite in everything an iteration writes; 0 inspects nothing.
    #[serde(default = "hundred")]
    pub inspect_every: u32,
}

/// Iterations between two inspections where nothing else is said.
fn hundred() -> u32 {
    100
}

/// Whether a value need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Config {
    /// Reads a configuration, with `key.path=value` overrides applied in their order, and checks it.
    /// # Errors
    /// if the text is no TOML, a key is unknown or missing, or a value is absurd; the message says which.
    pub fn parse(text: &str, settings: &[String]) -> Result<Config> {
        let mut table: toml::Table = text.parse().map_err(|error| Error::Config(format!("the configuration is no TOML: {error}")))?;
        for assignment in settings {
            overrides::assign(&mut table, assignment)?;
        }
        // Through text once more, so that messages point at the line that is wrong.
        let text = if settings.is_empty() { text.to_string() } else { table.to_string() };
        let config: Config = toml::from_str(&text).map_err(|error| Error::Config(format!("the configuration does not fit: {error}")))?;
        config.check()?;
        Ok(config)
    }

    /// The whole configuration as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field is a TOML value")
    }

    /// The same game by the paper's loss and with none of its options, by G as it is shown: what a fresh critic learns by, whose worth theorem 1 speaks of. It judges x alone, without codes.
    pub fn plain(&self) -> Config {
        let GameConfig { recipe, k, batch, iterations, generator_loss, conditional, .. } = self.train;
        let train = GameConfig {
            recipe,
            k,
            batch,
            iterations,
            generator_loss,
            loss: Loss::CrossEntropy,
            blend: None,
            generator_every: None,
            generator_gradient_norm: None,
            diversity: None,
            generator_dropout: true,
            instance_noise: None,
            conditional,
            completion: false,
            inference: false,
            shrink_d: None,
            clip: None,
            discriminator_rests_above: None,
            generator_rests_below: None,
            k_adaptive: None,
        };
        let layers = self.generator.layers.iter().map(|layer| LayerSpec { keep: None, ..layer.clone() }).collect();
        let generator = NetworkConfig { average: None, layers, ..self.generator.clone() };
        Config { train, generator, encoder: None, ..self.clone() }
    }

    /// The same game at half the learning rates of all players, from an iteration that it goes back to.
    pub fn slowed(&self, retried: Retried) -> Config {
        let slow = |network: &NetworkConfig| NetworkConfig { optimizer: network.optimizer.slowed(), ..network.clone() };
        let all = self.retried.iter().copied().chain([retried]).collect();
        let slow_encoder = |encoder: &EncoderConfig| EncoderConfig { optimizer: encoder.optimizer.slowed(), ..encoder.clone() };
        Config {
            generator: slow(&self.generator),
            discriminator: slow(&self.discriminator),
            encoder: self.encoder.as_ref().map(slow_encoder),
            retried: all,
            ..self.clone()
        }
    }

    /// The same configuration, when its values are possible.
    /// # Errors
    /// if one is not; the message names it and its limits.
    pub fn checked(self) -> Result<Config> {
        self.check()?;
        Ok(self)
    }
}
