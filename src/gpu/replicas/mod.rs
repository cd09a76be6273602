//! Several games at once on one device: the same dispatches for all of them, and a slice of every buffer for each.
//!
//! A game as small as MNIST's cannot fill a GPU. [`replicas`] makes one device into several, each of which is a [`Device`](crate::plan::Device) of its own to
//! whoever trains on it, on a thread of its own: what all of them ask for is done by the same dispatches, in which the replica is a dimension of the grid
//! (`kernel.rs`). Games that ask for different things meanwhile (one is read, another draws a sheet) wait for nobody: each is served alone, until all are at
//! the same plan again (`group.rs`). Each has the bits that it has alone on the same device.

mod group;
mod kernel;
mod member;

use crate::gpu::GpuDevice;
use group::Shared;
use std::sync::Arc;

pub use kernel::sliced;
pub(super) use kernel::{SLICES_BINDING, argument_stride, slices, slices_bytes};
pub use member::Replica;
pub(super) use member::Turn;

/// One device as so many. Whoever drops its own leaves the others to go on without it.
/// # Panics
/// if the device has allocated memory before, or there are no replicas.
pub fn replicas(device: GpuDevice, count: u32) -> Vec<Replica> {
    assert!(count > 0, "there are no games to be played");
    let waiter = device.waiter();
    let shared = Arc::new(Shared::new(device.of_replicas(count), count));
    (0..count).map(|number| Replica::new(number, count, &shared, &waiter)).collect()
}
