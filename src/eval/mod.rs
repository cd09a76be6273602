//! Evaluation: how good a generator is, by the protocols of the paper and others, and whether the theory holds.
//!
//! * [`distances`]: squared distances on a device, folded as they come; everything below that asks who is near whom stands on it.
//! * [`parzen`]: the Parzen window log-likelihood of the paper's Table 1, to the letter; [`table1`] has the paper's own rows; [`by_class`]: that of a
//!   conditional generator under the windows of each class.
//! * [`calibration`] says what such a number is worth, with centroids by [`kmeans`].
//! * [`neighbours`]: nearest neighbours, exactly, and the audit for memorisation.
//! * [`classifier`]: a classifier of the data's own labels, trained on the device; by it [`modes`] counts classes, and [`frechet`] compares features.
//! * [`plane`]: modes, quality and divergences of samples of one or two dimensions.
//! * [`manifold`]: improved precision and recall; [`birthday`]: the size of the support; [`space`] has both, on pixels and on features.
//! * [`monitor`] reads a game while it trains; [`health`] says in plain words when it degenerates.
//! * [`figure1`] looks at a game on a line, by [`density`] and [`cells`].
//! * [`interpolation`]: ways through z space; [`reconstruction`]: how near the way back from x comes.
//! * [`theory`] checks section 4 by experiment, with [`mixture`] and [`optimum`]; [`critic`] bounds the divergence on pictures.
//! * [`comparison`]: which of several games learns faster.
//! * [`semi`]: what few labels are worth with the help of a game.
//! * [`summary`]: everything that `gander eval` finds out.
//!
//! Everything heavy runs on a device, as recorded plans. Nothing here touches files or a terminal.

pub mod birthday;
pub mod by_class;
pub mod calibration;
pub mod cells;
pub mod classifier;
pub mod comparison;
pub mod critic;
pub mod density;
pub mod distances;
pub mod figure1;
pub mod frechet;
pub mod health;
pub mod interpolation;
pub mod kmeans;
pub mod manifold;
pub mod mixture;
pub mod modes;
pub mod monitor;
pub mod neighbours;
pub mod optimum;
pub mod parzen;
pub mod plane;
pub mod reconstruction;
pub mod semi;
pub mod space;
pub mod summary;
pub mod table1;
pub mod theory;
