//! What a run shows of itself: sample sheets, curves, and the numbers they are drawn from.
//!
//! * [`metrics`] keeps `metrics.csv`, one row per iteration.
//! * [`monitor`] keeps `monitor.csv`, one row per reading.
//! * [`seconds`] keeps `seconds.csv`, how long training took.
//! * [`sheet`] lays generated pictures out on a grid.
//! * [`curve`] draws the log-likelihood through training.
//! * [`mod@comparison`] draws how several games learn.
//! * [`semi`] draws what few labels are worth.
//! * [`plot`] draws `losses.png` and `losses.svg` from the metrics.
//! * [`points`] draws one- and two-dimensional samples over the data they imitate.
//! * [`tensorboard`] writes event files while a run trains.
//! * [`figure1`] draws the paper's first figure.
//! * [`time`] draws where an iteration's time goes, and how it grows.
//! * [`mod@trajectory`] draws a game's way to its equilibrium.
//! * [`film`] makes frames of pictures through training, and [`Gif`] a picture in motion of frames.
//! * [`html`] writes `report.html`: the whole run on one page, from what [`journal`] and [`table`] read.
//! * [`Reference`] says which of these shows a data set's samples.
//! * `chart` and `canvas` wrap the plotting crate; nothing else knows it.
//!
//! The functions take plain numbers and give back a [`Png`]. They know nothing of networks or devices.

mod canvas;
mod chart;
pub mod comparison;
pub mod curve;
pub mod figure1;
pub mod film;
mod gif;
pub mod html;
pub mod journal;
pub mod metrics;
pub mod monitor;
pub mod plot;
mod png;
pub mod points;
mod reference;
pub mod seconds;
pub mod semi;
pub mod sheet;
pub mod table;
pub mod tensorboard;
pub mod time;
pub mod trajectory;

pub use chart::Chart;
pub use comparison::comparison;
pub use curve::parzen_curve;
pub use gif::Gif;
pub use plot::losses;
pub use png::Png;
pub use reference::Reference;
pub use semi::few_labels;
pub use time::{growth, kernels};
pub use trajectory::trajectory;
