//! What a plan asks of the device that replays it.

use crate::error::{Error, Result};
use crate::plan::{Buffer, Memory, Plan, Tensor};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Names a plan that a device has prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanId(pub(crate) usize);

/// The bytes of the tensors asked for, in their order, once the device has come that far.
pub type Readback = Pin<Box<dyn Future<Output = Result<Vec<Vec<u8>>>>>>;

/// What a span is called that copied a kernel's operands to where it wants them.
pub const OPERANDS_COPIED: &str = "operands copied";

/// One thing that a device did in a replay, and how long it took.
#[derive(Clone, Debug)]
pub struct Span {
    /// The kernel that ran, as listings call it, or [`OPERANDS_COPIED`].
    pub kernel: String,
    /// What the kernel is written for.
    pub variant: String,
    /// The place in the plan of the dispatch it did it for.
    pub dispatch: usize,
    /// Floating-point operations, as a dispatch counts them.
    pub flops: u64,
    /// Bytes moved, as a dispatch counts them.
    pub bytes: u64,
    /// Seconds on the device.
    pub seconds: f64,
}

/// The spans of one replay, in order, from a device that can tell.
pub type Spans = Pin<Box<dyn Future<Output = Result<Option<Vec<Span>>>>>>;

/// What a device offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Bytes of memory, if it can be told: a GPU's own, or what is free of the machine's.
    pub memory: Option<u64>,
    /// The most bytes of one buffer.
    pub buffer: u64,
    /// The most bytes that a kernel binds of one tensor; of a larger one it is given one piece after the other.
    pub binding: u64,
}

impl Capacity {
    /// Checks that a device of this name can allocate a buffer. `remedy` says what makes it smaller.
    /// # Errors
    /// if it is larger than a buffer may be.
    pub fn check(&self, buffer: &Buffer, device: &str, remedy: &str) -> Result<()> {
        let (name, bytes, most) = (&buffer.name, buffer.allocated(), self.buffer);
        if bytes <= most {
            return Ok(());
        }
        Err(Error::Device(format!(
            "`{name}` takes {bytes} bytes, but a buffer of {device} has at most {most}: {remedy}, or use --adapter host"
        )))
    }
}

/// A device that replays plans: a GPU, or the host twin.
///
/// Nothing here blocks: whatever takes time on the device is a future, because the same code is to run in a browser.
pub trait Device {
    /// Which device this is, for the first line of a run and for its checkpoints.
    fn identity(&self) -> String;

    /// Submissions that may be under way at a time: two on a device that computes while the host reads.
    fn in_flight(&self) -> usize;

    /// What it offers.
    fn capacity(&self) -> Capacity;

    /// Bytes that it will keep beside the buffers for a plan: copies of operands, where its kernels want them elsewhere.
    /// # Errors
    /// if a tensor of the plan cannot be bound, not even in pieces.
    fn beside(&self, plan: &Plan) -> Result<u64>;

    /// Tensors that a plan writes, and this device does not: they hold nothing once the plan has been replayed.
    /// # Errors
    /// as [`Device::beside`] has them.
    fn leaves_out(&self, _plan: &Plan) -> Result<Vec<Tensor>> {
        Ok(vec![])
    }

    /// Gives every buffer of `memory` that has none yet its memory, zeroed.
    /// # Errors
    /// if a buffer does not fit a limit of the device, or the device has no memory left for it; the message names both.
    fn allocate(&mut self, memory: &Memory) -> Result<()>;

    /// Bytes that it has taken so far, by purpose: `buffers`, and whatever it keeps beside them.
    fn allocated(&self) -> Vec<(&'static str, u64)>;

    /// Makes everything a replay needs, once. A result that only the next dispatch reads may be left out.
    /// # Errors
    /// if the device refuses a kernel, or has no memory left for what it keeps beside the buffers.
    fn prepare(&mut self, plan: &Plan) -> Result<PlanId>;

    /// Writes a whole tensor: f32 or u32, little-endian.
    fn write(&mut self, tensor: &Tensor, bytes: &[u8]);

    /// Replays a plan `times` times, then copies out the tensors in `read` as they are at that moment.
    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback;

    /// How long each of the submissions takes that a single replay of a plan is handed over in, as far as that is known. The host has none.
    fn submissions(&self, _plan: PlanId) -> Vec<Duration> {
        vec![]
    }

    /// Lets the device be lost behind so many more kernels, wherever in a replay that is: the fault that recovery is tested with. A [`read`](Device::read)
    /// counts as a kernel. The host cannot be lost.
    fn lose_after(&mut self, _kernels: u64) {}

    /// Replays a plan once, slowly, and tells how long each part of it took on the device. One that cannot tell replays nothing.
    fn time(&mut self, plan: PlanId) -> Spans;

    /// Copies out tensors as they are once everything submitted is done.
    fn read(&mut self, tensors: &[&Tensor]) -> Readback;
}
