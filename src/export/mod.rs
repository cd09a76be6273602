//! Out into the world and back: trained networks as other programs take them.
//!
//! * [`Sequential`] is a network as a row of PyTorch's modules, and says what its parameters are called and how they lie there.
//! * [`crate::tensor_file`] writes and reads these by name, as PyTorch does.
//! * [`onnx`] writes a network as a graph that runs wherever ONNX does.
//! * [`Origin`] is what a file says of where it comes from.
//!
//! A network is exported as it is shown: by its averages where it keeps them, and without chance. What training keeps beside parameters stays behind.

mod modules;
pub mod onnx;
mod origin;
mod parameters;

pub use modules::{Kernel, Module, Sequential};
pub use origin::Origin;
