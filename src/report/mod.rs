//! What a run shows of itself: sample sheets, curves, and the numbers they are drawn from.
//!
//! * [`metrics`] keeps `metrics.csv`, one row per iteration.
//! * [`sheet`] lays generated pictures out on a grid.
//! * [`plot`] draws `losses.png` from the metrics.
//! * [`points`] draws one- and two-dimensional samples over the data they imitate.
//! * [`figure1`] draws the paper's first figure; [`Gif`] is a picture in motion.
//! * [`time`] draws where an iteration's time goes, and how it grows.
//! * [`Reference`] says which of these shows a data set's samples.
//! * `chart` and `canvas` wrap the plotting crate; nothing else knows it.
//!
//! The functions take plain numbers and give back a [`Png`]. They know nothing of networks or devices.

mod canvas;
mod chart;
pub mod figure1;
mod gif;
pub mod metrics;
pub mod plot;
mod png;
pub mod points;
mod reference;
pub mod sheet;
pub mod time;

pub use gif::Gif;
pub use plot::losses;
pub use png::Png;
pub use reference::Reference;
pub use time::{growth, kernels};
