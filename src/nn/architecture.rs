//! How a configuration describes a network: one entry per layer of the paper, in the words of the published files.
//!
//! Which keys a kind of layer needs and takes is in `nn/keys.rs`, what it makes of its input in `nn/shapes.rs`.

use serde::{Deserialize, Serialize};

/// What a layer is.
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
    /// x ⋆ W + b: correlation with zero padding, one bias per channel, then an activation.
    Convolution,
    /// The adjoint of a convolution, applied forward, plus one bias per number, then an activation.
    TransposedConvolution,
    /// The largest number of each window of each channel; windows may hang over the edge.
    MaxPooling,
    /// The same numbers as channels of rows and columns.
    Reshape,
}

/// What follows the linear part of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nonlinearity {
    /// Nothing.
    #[default]
    Linear,
    /// max(0, ·).
    Relu,
    /// 1 / (1 + exp(-·)).
    Sigmoid,
    /// The largest of so many `pieces`; of a convolution, neighbouring channels.
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

/// One layer of a network. A kind takes some of the keys only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerSpec {
    /// What the layer is.
    pub kind: Kind,
    /// Units it gives out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// Further units, which see the label alone, while the others see all but the label: y's own path beside that of z, or of x (Mirza and Osindero 2014).
    /// Of a first layer in a conditional game only; without it all units see the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_units: Option<u32>,
    /// Channels it gives out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Rows of each channel, after a reshape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Columns of each channel, after a reshape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Rows and columns of a convolution's window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<u32>,
    /// Rows and columns of a pooling's window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// Pixels between two windows; a convolution's is 1 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stride: Option<u32>,
    /// Zeros around the image of a convolution; none if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<u32>,
    /// What follows a convolution; nothing if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Nonlinearity>,
    /// Linear pieces per maxout unit, or per channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces: Option<u32>,
    /// Initial weights are drawn from U(-irange, irange).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irange: Option<f32>,
    /// In place of `irange`: so many incoming weights of each output are drawn from N(0, 1), the others begin at zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sparse_init: Option<u32>,
    /// How its bias begins: a number, or "marginals"; at zero if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<BiasStart>,
    /// The probability that dropout keeps a unit of its input; no dropout if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f32>,
    /// The L2 norm that no column of its weights may exceed; no limit if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_col_norm: Option<f32>,
}

impl LayerSpec {
    /// A layer of this kind with none of its keys given.
    pub fn new(kind: Kind) -> LayerSpec {
        LayerSpec {
            kind,
            units: None,
            label_units: None,
            channels: None,
            height: None,
            width: None,
            kernel: None,
            window: None,
            stride: None,
            padding: None,
            activation: None,
            pieces: None,
            irange: None,
            sparse_init: None,
            bias: None,
            keep: None,
            max_col_norm: None,
        }
    }

    /// What follows its linear part.
    pub fn nonlinearity(&self) -> Nonlinearity {
        match self.kind {
            Kind::Relu => Nonlinearity::Relu,
            Kind::Sigmoid => Nonlinearity::Sigmoid,
            Kind::Maxout => Nonlinearity::Maxout,
            Kind::Linear | Kind::MaxPooling | Kind::Reshape => Nonlinearity::Linear,
            Kind::Convolution | Kind::TransposedConvolution => self.activation.unwrap_or_default(),
        }
    }

    /// Columns of its weights per output: the pieces of maxout.
    pub fn columns_per_output(&self) -> u32 {
        if self.nonlinearity() == Nonlinearity::Maxout { self.pieces.unwrap_or(1) } else { 1 }
    }

    /// The probability that its dropout keeps a unit, if there is any dropout.
    pub fn dropout(&self) -> Option<f32> {
        self.keep.filter(|keep| *keep < 1.0)
    }
}

impl Kind {
    /// Whether a layer of this kind has weights and biases.
    pub fn has_parameters(self) -> bool {
        !matches!(self, Kind::MaxPooling | Kind::Reshape)
    }

    /// What configurations call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Relu => "relu",
            Kind::Sigmoid => "sigmoid",
            Kind::Linear => "linear",
            Kind::Maxout => "maxout",
            Kind::Convolution => "convolution",
            Kind::TransposedConvolution => "transposed-convolution",
            Kind::MaxPooling => "max-pooling",
            Kind::Reshape => "reshape",
        }
    }
}
