//! Layers, networks, losses and the optimiser: what they compute, as recorded dispatches.
//!
//! The chain rule is visible. A [`Layer`] has `forward`, `input_gradient` (∂L/∂x) and `parameter_gradient` (∂L/∂θ); which of them a training step
//! calls says where the gradient stops. Nothing here knows a device or a game.

mod activation;
mod adam;
mod affine;
mod architecture;
mod average;
mod dropout;
mod initial;
mod layer;
pub mod loss;
mod maxout;
mod momentum;
mod network;
mod optimizer;
mod whole;

pub use activation::Activation;
pub use adam::{Adam, AdamKind, AdamSpec};
pub use affine::Affine;
pub use architecture::{BiasStart, Kind, LayerSpec};
pub use dropout::Dropout;
pub use initial::{Initial, marginals};
pub use layer::{Applied, Layer};
pub use maxout::Maxout;
pub use momentum::{Momentum, MomentumSpec};
pub use network::{Network, Parameter, Pass};
pub use optimizer::{Optimizer, OptimizerSpec};
