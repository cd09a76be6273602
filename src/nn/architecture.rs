//! How a configuration describes a network: one entry per layer of the paper, in the words of the published files.

use serde::{Deserialize, Serialize};

/// What a layer does with its affine part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// max(0, x·W + b).
    Relu,
    /// 1 / (1 + exp(-(x·W + b))); as D's last layer its logit is what the losses take.
    Sigmoid,
    /// x·W + b.
    Linear,
    /// max over `pieces` of x·W + b.
    Maxout,
}

/// How a layer's bias begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum BiasStart {
    /// At this value.
    Constant(f32),
    /// At the logit of the training data's mean, per dimension.
    Marginals(Marginals),
}

/// The word `marginals` in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Marginals {
    /// log(p / (1 - p)).
    Marginals,
}

impl Default for BiasStart {
    fn default() -> BiasStart {
        BiasStart::Constant(0.0)
    }
}

/// One layer of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerSpec {
    /// What the layer does with its affine part.
    pub kind: Kind,
    /// Units it gives out.
    pub units: u32,
    /// Linear pieces per maxout unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces: Option<u32>,
    /// Initial weights are drawn from U(-irange, irange).
    pub irange: f32,
    /// How its bias begins: a number, or "marginals".
    #[serde(default)]
    pub bias: BiasStart,
    /// The probability that dropout keeps a unit of its input; no dropout if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f32>,
    /// The L2 norm that no column of its weights may exceed; no limit if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_col_norm: Option<f32>,
}
