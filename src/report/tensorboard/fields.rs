//! The numbers of the fields of an event. Sources: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.

/// `Event`.
pub(super) const WALL_TIME: u32 = 1;
pub(super) const STEP: u32 = 2;
pub(super) const FILE_VERSION: u32 = 3;
pub(super) const SUMMARY: u32 = 5;
pub(super) const SESSION_LOG: u32 = 7;

/// `SessionLog`, and the status that says: forget the later iterations.
pub(super) const STATUS: u32 = 1;
pub(super) const START: u64 = 1;

/// `Summary`.
pub(super) const VALUE: u32 = 1;

/// `Summary.Value`.
pub(super) const TAG: u32 = 1;
pub(super) const SIMPLE: u32 = 2;
pub(super) const IMAGE: u32 = 4;
pub(super) const HISTOGRAM: u32 = 5;

/// `Summary.Image`, and its number for red, green and blue.
pub(super) const HEIGHT: u32 = 1;
pub(super) const WIDTH: u32 = 2;
pub(super) const COLOURS: u32 = 3;
pub(super) const ENCODED: u32 = 4;
pub(super) const RGB: u64 = 3;
