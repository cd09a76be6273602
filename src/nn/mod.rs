//! Layers, networks, losses and the optimiser: what they compute, as recorded dispatches.
//!
//! The chain rule is visible. A [`Layer`] has `forward`, `input_gradient` (∂L/∂x) and `parameter_gradient` (∂L/∂θ); which of them a training step
//! calls says where the gradient stops. Nothing here knows a device or a game.

mod activation;
mod adam;
mod affine;
mod architecture;
mod average;
pub mod columns;
mod convolution;
mod dropout;
mod extent;
mod initial;
mod keys;
mod layer;
pub mod loss;
mod max_pooling;
mod maxout;
mod momentum;
mod network;
mod optimizer;
mod recipe;
mod shapes;
mod whole;

pub use activation::Activation;
pub use adam::{Adam, AdamKind, AdamSpec};
pub use affine::{Affine, clear_corners};
pub use architecture::{BiasStart, Kind, LayerSpec, Nonlinearity};
pub use convolution::{Convolution, TransposedConvolution, Window};
pub use dropout::Dropout;
pub use extent::{Extent, Input};
pub use initial::{Initial, marginals};
pub use keys::MOST_UNITS;
pub use layer::{Applied, Layer};
pub use max_pooling::MaxPooling;
pub use maxout::Maxout;
pub use momentum::{Momentum, MomentumSpec};
pub use network::{Network, Parameter, Pass, limit_columns};
pub use optimizer::{Optimizer, OptimizerSpec};
pub use recipe::NetworkRecipe;
pub use shapes::{MOST_NUMBERS, Shaped, shapes};
