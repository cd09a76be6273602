//! What a plan asks of the device that replays it.

use crate::error::Result;
use crate::plan::{Memory, Plan, Tensor};
use std::future::Future;
use std::pin::Pin;

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

    /// Gives every buffer of `memory` that has none yet its memory, zeroed.
    /// # Errors
    /// if a buffer does not fit a limit of the device; the message names both.
    fn allocate(&mut self, memory: &Memory) -> Result<()>;

    /// Bytes that it has taken so far, by purpose: `buffers`, and whatever it keeps beside them.
    fn allocated(&self) -> Vec<(&'static str, u64)>;

    /// Makes everything a replay needs, once. A result that only the next dispatch reads may be left out.
    /// # Errors
    /// if the device refuses a kernel.
    fn prepare(&mut self, plan: &Plan) -> Result<PlanId>;

    /// Writes a whole tensor: f32 or u32, little-endian.
    fn write(&mut self, tensor: &Tensor, bytes: &[u8]);

    /// Replays a plan `times` times, then copies out the tensors in `read` as they are at that moment.
    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback;

    /// Lets a single replay of a plan be handed over in about so many submissions from now on, so that each of them stays short. What is computed, and in which
    /// order, stays the same. A device that has no submissions has nothing to do.
    fn split(&mut self, _plan: PlanId, _pieces: u32) {}

    /// Lets the device be lost behind so many more kernels, wherever in a replay that is: the fault that recovery is tested with. The host cannot be lost.
    fn lose_after(&mut self, _kernels: u64) {}

    /// Replays a plan once, slowly, and tells how long each part of it took on the device. One that cannot tell replays nothing.
    fn time(&mut self, plan: PlanId) -> Spans;

    /// Copies out tensors as they are once everything submitted is done.
    fn read(&mut self, tensors: &[&Tensor]) -> Readback;
}
