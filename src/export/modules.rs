//! A network as a row of modules, as PyTorch's `Sequential` has them: one place that both formats and both directions read.
//!
//! A module of PyTorch's does less than a layer of a configuration: dropout, the linear part and the activation are three. Rows come in and go out flat, as
//! everywhere in gander; images are laid out only for modules that look at rows and columns. `Maxout` and `Bias` are no modules of PyTorch's: whoever loads a
//! network that has them brings them along (docs/export.md).

use crate::error::Result;
use crate::export::parameters::Placed;
use crate::gan::{Config, Player};
use crate::nn::loss::Loss;
use crate::nn::{Extent, Kind, LayerSpec, Nonlinearity, Shaped};
use serde_json::{Value, json};

/// A step of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Module {
    /// Dropout that keeps a number with this probability; nothing where networks are evaluated.
    Dropout(f32),
    /// Rows of channels of rows and columns as flat rows.
    Flatten,
    /// Flat rows as channels of rows and columns.
    Unflatten(Extent),
    /// x·Wᵀ + b.   W: outputs×inputs.
    Linear {
        /// Columns of x.
        inputs: u32,
        /// Columns of the result.
        outputs: u32,
    },
    /// Correlation with zero padding, plus a bias per channel.   W: outputs×inputs×size×size.
    Convolution(Kernel),
    /// The adjoint of a convolution, without a bias.   W: inputs×outputs×size×size.
    TransposedConvolution(Kernel),
    /// A bias for each number of an image.
    Bias(Extent),
    /// max(0, ·).
    Relu,
    /// 1 / (1 + exp(-·)).
    Sigmoid,
    /// The largest of so many neighbouring units or channels.
    Maxout {
        /// How many.
        pieces: u32,
        /// The axes of a row of the result: units, or channels, rows and columns.
        axes: Vec<u32>,
    },
    /// The largest of each window; the last windows may hang over the edge.
    MaxPooling {
        /// Rows and columns of a window.
        window: [u32; 2],
        /// Pixels between two windows.
        stride: u32,
        /// Rows and columns that the last windows hang over the edge.
        over: [u32; 2],
    },
}

/// The sizes of a convolution, either way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Channels that it takes in.
    pub inputs: u32,
    /// Channels that it gives out.
    pub outputs: u32,
    /// Its rows and columns.
    pub size: u32,
    /// Pixels between two of its places.
    pub stride: u32,
    /// Zeros around the image.
    pub padding: u32,
}

/// A player as a row of modules.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequential {
    /// Which player.
    pub player: Player,
    /// Numbers in a row that it takes in.
    pub inputs: u32,
    /// Numbers in a row that it gives out.
    pub outputs: u32,
    /// One after the other.
    pub modules: Vec<Module>,
    /// What its parameters are called, and how they lie.
    pub(super) parameters: Vec<Placed>,
}

impl Sequential {
    /// The modules of a player. `example` is what the discriminator looks at.
    ///
    /// D ends in its sigmoid where it is trained by cross-entropy; by other losses it is a critic, whose value is no logit.
    /// # Errors
    /// if a layer cannot take in what the one before gives out.
    pub fn new(config: &Config, player: Player, example: Extent) -> Result<Sequential> {
        let (input, shapes) = match player {
            Player::Generator => (config.generator_input(), config.generator_shapes()?),
            Player::Discriminator => (config.discriminator_input(example), config.discriminator_shapes(example)?),
        };
        let layers = &player.of(config).layers;
        let mut row = Row { player, modules: vec![], parameters: vec![], laid_out: false };
        for (number, (layer, shaped)) in layers.iter().zip(&shapes).enumerate() {
            row.layer(number, layer, shaped);
        }
        if player == Player::Discriminator && config.train.loss != Loss::CrossEntropy {
            row.modules.pop_if(|last| *last == Module::Sigmoid);
        }
        row.flatten();
        let outputs = shapes.last().map_or(input.extent, |last| last.output).numbers();
        Ok(Sequential { player, inputs: input.extent.numbers(), outputs, modules: row.modules, parameters: row.parameters })
    }

    /// The modules as JSON, each `[name, arguments…]` of the class that PyTorch makes it by.
    pub fn description(&self) -> Value {
        self.modules.iter().map(Module::description).collect()
    }
}

impl Module {
    fn description(&self) -> Value {
        match self {
            Module::Dropout(keep) => json!(["Dropout", decimal((1.0 - decimal(*keep)) as f32)]),
            Module::Flatten => json!(["Flatten"]),
            Module::Unflatten(to) => json!(["Unflatten", 1, [to.channels, to.height, to.width]]),
            Module::Linear { inputs, outputs } => json!(["Linear", inputs, outputs]),
            Module::Convolution(Kernel { inputs, outputs, size, stride, padding }) => {
                json!(["Conv2d", inputs, outputs, size, stride, padding])
            }
            // After the padding: output_padding, groups, bias.
            Module::TransposedConvolution(Kernel { inputs, outputs, size, stride, padding }) => {
                json!(["ConvTranspose2d", inputs, outputs, size, stride, padding, 0, 1, false])
            }
            Module::Bias(of) => json!(["Bias", of.channels, of.height, of.width]),
            Module::Relu => json!(["ReLU"]),
            Module::Sigmoid => json!(["Sigmoid"]),
            Module::Maxout { pieces, .. } => json!(["Maxout", pieces]),
            // After the stride: padding, dilation, return_indices, ceil_mode.
            Module::MaxPooling { window, stride, .. } => json!(["MaxPool2d", window, stride, 0, 1, false, true]),
        }
    }
}

/// A row of modules that grows.
struct Row {
    player: Player,
    modules: Vec<Module>,
    parameters: Vec<Placed>,
    /// Whether what the last module gives out has rows and columns.
    laid_out: bool,
}

impl Row {
    /// Appends what a layer does.
    fn layer(&mut self, number: usize, layer: &LayerSpec, shaped: &Shaped) {
        if let Some(keep) = layer.dropout() {
            self.modules.push(Module::Dropout(keep));
        }
        match layer.kind {
            Kind::Reshape => self.flatten(),
            Kind::MaxPooling => self.pool(layer, shaped),
            Kind::Convolution => {
                self.lay_out(shaped.input);
                let kernel = kernel(layer, shaped);
                self.parameter(number, 'w', &[kernel.outputs, kernel.inputs, kernel.size, kernel.size]);
                self.parameter(number, 'b', &[kernel.outputs]);
                self.modules.push(Module::Convolution(kernel));
            }
            Kind::TransposedConvolution => {
                self.lay_out(shaped.input);
                let kernel = kernel(layer, shaped);
                self.parameter(number, 'w', &[kernel.inputs, kernel.outputs, kernel.size, kernel.size]);
                self.modules.push(Module::TransposedConvolution(kernel));
                let Extent { channels, height, width } = shaped.linear;
                self.parameter(number, 'b', &[channels, height, width]);
                self.modules.push(Module::Bias(shaped.linear));
            }
            Kind::Relu | Kind::Sigmoid | Kind::Linear | Kind::Maxout => {
                self.flatten();
                let (inputs, outputs) = (shaped.input.numbers(), shaped.linear.numbers());
                let weights = Placed::new(self.player, number, 'w', self.modules.len(), &[outputs, inputs]);
                self.parameters.push(weights.in_blocks(shaped.first_block));
                self.parameter(number, 'b', &[outputs]);
                self.modules.push(Module::Linear { inputs, outputs });
            }
        }
        match layer.nonlinearity() {
            Nonlinearity::Linear => {}
            Nonlinearity::Relu => self.modules.push(Module::Relu),
            Nonlinearity::Sigmoid => self.modules.push(Module::Sigmoid),
            Nonlinearity::Maxout => {
                let Extent { channels, height, width } = shaped.output;
                let axes = if self.laid_out { vec![channels, height, width] } else { vec![channels] };
                self.modules.push(Module::Maxout { pieces: layer.columns_per_output(), axes });
            }
        }
    }

    /// The window is no larger than the plane, which PyTorch asks for and changes nothing.
    fn pool(&mut self, layer: &LayerSpec, shaped: &Shaped) {
        self.lay_out(shaped.input);
        let (window, stride) = (layer.window.unwrap_or(1), layer.stride.unwrap_or(1));
        let (plane, places) = ([shaped.input.height, shaped.input.width], [shaped.output.height, shaped.output.width]);
        let window = plane.map(|size| window.min(size));
        let over = [0, 1].map(|axis| ((places[axis] - 1) * stride + window[axis]).saturating_sub(plane[axis]));
        self.modules.push(Module::MaxPooling { window, stride, over });
    }

    /// Notes a parameter of the module that comes next.
    fn parameter(&mut self, layer: usize, kind: char, axes: &[u32]) {
        self.parameters.push(Placed::new(self.player, layer, kind, self.modules.len(), axes));
    }

    fn lay_out(&mut self, extent: Extent) {
        if !std::mem::replace(&mut self.laid_out, true) {
            self.modules.push(Module::Unflatten(extent));
        }
    }

    fn flatten(&mut self) {
        if std::mem::take(&mut self.laid_out) {
            self.modules.push(Module::Flatten);
        }
    }
}

fn kernel(layer: &LayerSpec, shaped: &Shaped) -> Kernel {
    let (size, stride, padding) = (layer.kernel.unwrap_or(1), layer.stride.unwrap_or(1), layer.padding.unwrap_or(0));
    Kernel { inputs: shaped.input.channels, outputs: shaped.linear.channels, size, stride, padding }
}

/// A number as it is written: PyTorch's rate is 0.2 where 0.8 is kept, and not what f32 makes of 1 - 0.8.
fn decimal(number: f32) -> f64 {
    number.to_string().parse().expect("a number is written as a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::preset;

    fn described(name: &str, player: Player, example: Extent, settings: &[&str]) -> Vec<String> {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        let config = Config::parse(preset(name).unwrap().toml, &settings).unwrap();
        let Value::Array(modules) = Sequential::new(&config, player, example).unwrap().description() else { panic!("no array") };
        modules.iter().map(Value::to_string).collect()
    }

    const MNIST: Extent = Extent { channels: 1, height: 28, width: 28 };
    const CIFAR: Extent = Extent { channels: 3, height: 32, width: 32 };

    #[test]
    fn the_papers_mnist_game_is_these_modules() {
        assert_eq!(
            described("mnist", Player::Generator, MNIST, &[]),
            ["[\"Linear\",100,1200]", "[\"ReLU\"]", "[\"Linear\",1200,1200]", "[\"ReLU\"]", "[\"Linear\",1200,784]", "[\"Sigmoid\"]"]
        );
        assert_eq!(
            described("mnist", Player::Discriminator, MNIST, &[]),
            [
                "[\"Dropout\",0.2]",
                "[\"Linear\",784,1200]",
                "[\"Maxout\",5]",
                "[\"Dropout\",0.5]",
                "[\"Linear\",240,1200]",
                "[\"Maxout\",5]",
                "[\"Dropout\",0.5]",
                "[\"Linear\",240,1]",
                "[\"Sigmoid\"]"
            ]
        );
    }

    #[test]
    fn images_are_laid_out_where_modules_look_at_rows_and_columns_only() {
        assert_eq!(
            described("cifar10-conv", Player::Generator, CIFAR, &[])[4..],
            ["[\"Unflatten\",1,[80,10,10]]", "[\"ConvTranspose2d\",80,3,5,3,0,0,1,false]", "[\"Bias\",3,32,32]", "[\"Flatten\"]"]
        );
        let discriminator = described("cifar10-conv", Player::Discriminator, CIFAR, &[]);
        assert_eq!(discriminator[..3], ["[\"Dropout\",0.2]", "[\"Unflatten\",1,[3,32,32]]", "[\"Conv2d\",3,64,8,1,4]"]);
        assert_eq!(discriminator[3..5], ["[\"Maxout\",2]", "[\"MaxPool2d\",[4,4],2,0,1,false,true]"]);
        let dense = discriminator.iter().position(|module| module.starts_with("[\"Linear\"")).unwrap();
        assert_eq!(discriminator[dense - 2..=dense], ["[\"Dropout\",0.5]", "[\"Flatten\"]", "[\"Linear\",4800,2500]"]);
    }

    #[test]
    fn units_of_a_label_are_a_part_of_the_same_module() {
        let discriminator = described("mnist-conditional", Player::Discriminator, MNIST, &[]);
        assert_eq!(discriminator[..3], ["[\"Dropout\",0.2]", "[\"Linear\",794,1450]", "[\"Maxout\",5]"]);
        assert_eq!(described("mnist-conditional", Player::Generator, MNIST, &[])[..2], ["[\"Linear\",110,1200]", "[\"ReLU\"]"]);
    }

    #[test]
    fn a_critic_ends_in_its_value() {
        let modules = described("mnist", Player::Discriminator, MNIST, &["train.loss=hinge"]);
        assert_eq!(modules.last().unwrap(), "[\"Linear\",240,1]");
    }

    #[test]
    fn a_window_is_no_larger_than_its_plane() {
        let layers =
            "discriminator.layers=[{ kind = \"max-pooling\", window = 5, stride = 2 }, { kind = \"sigmoid\", units = 1, irange = 0.1 }]";
        let example = Extent { channels: 2, height: 3, width: 6 };
        assert_eq!(
            described("ring", Player::Discriminator, example, &[layers])[..2],
            ["[\"Unflatten\",1,[2,3,6]]", "[\"MaxPool2d\",[3,5],2,0,1,false,true]"]
        );
    }
}
