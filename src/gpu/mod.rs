//! GPUs, and software that behaves like one: adapters, and a device that replays plans through wgpu.
//!
//! A [`GpuDevice`] gives a plan's buffers memory, chooses a variant of each kernel ([`Family`]), makes pipelines and bind groups once, and then encodes
//! the same commands again and again. Nothing here blocks: whoever wants to wait holds a [`Waiter`].

mod adapters;
mod allowance;
mod bound;
mod cut;
mod device;
mod fault;
mod fuse;
mod granted;
mod grid;
mod pieces;
mod prepared;
mod readback;
mod replay;
mod replicas;
mod stamps;
mod textures;
mod uniforms;
mod variant;

pub use adapters::{adapters, describe};
pub use allowance::Allowance;
pub use cut::cut;
pub use device::GpuDevice;
pub use fuse::{Fused, fuse};
pub use readback::Waiter;
pub use replicas::{Replica, replicas, sliced};
pub use variant::Family;
