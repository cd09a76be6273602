//! What is to be computed, on no device in particular.
//!
//! A [`Recorder`] is walked through one iteration of training once; out comes a [`Plan`], a flat list of [`Dispatch`]es over [`Tensor`]s, which can
//! be printed and which any [`Device`] replays. The shaders are the contract: a [`Kernel`]'s bindings, arguments and constants are read out of its
//! WGSL, and a recorded dispatch that does not fit them panics with both names. Which variant of a kernel serves a dispatch is the device's choice.

mod device;
mod inspect;
mod kernel;
mod listing;
mod recorder;
pub mod shaders;
mod tensor;

pub use device::{Capacity, Device, OPERANDS_COPIED, PlanId, Readback, Span, Spans};
pub use inspect::{Check, Inspection, NOTHING_FOUND, record_check};
pub(crate) use kernel::GRID;
pub use kernel::{Argument, Kernel, Slot};
pub use recorder::{Dispatch, DispatchBuilder, Plan, Recorder, Value, Work};
pub use tensor::{Buffer, BufferId, Element, Memory, Tensor, VIEW_ALIGNMENT};
