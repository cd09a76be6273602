//! Data: what a game is to imitate. This module knows no nets; it ends at a [`Dataset`] in memory, and [`Minibatches`] of it on a device.
//!
//! * [`catalogue`] opens a data set by its name, and knows the folders where files are looked for.
//! * [`dataset`] is what all of them become: values, labels, and the ranges for training, validation and test.
//! * [`mnist`] reads the four files of MNIST and its relatives, in the format of [`idx`]; [`cifar`] reads CIFAR-10; [`fetch`] downloads them.
//! * [`tfd`] reads the Toronto Face Database out of a MAT-file ([`mat`]).
//! * [`digits`] makes handwritten-like digits, for machines that have nothing to read.
//! * [`faces`] draws faces, in the place of that database.
//! * [`minibatch`] packs a data set onto a device and records how minibatches are drawn there.
//! * [`own`] tells data of the user's own by their names: [`images`] opens a folder of pictures, [`arrays`] an [`npy`] file.
//! * [`statistics`] says in numbers what a part of a data set looks like.
//! * [`samples`] reads somebody's samples to be compared with a data set, from [`npy`] files and folders of pictures.
//! * [`points`] makes `ring` and `gaussian-1d`, which can be seen whole.

#[cfg(feature = "native")]
pub mod arrays;
#[cfg(feature = "native")]
pub mod catalogue;
#[cfg(feature = "native")]
pub mod cifar;
mod config;
pub mod dataset;
pub mod digits;
pub(crate) mod draws;
pub mod faces;
#[cfg(feature = "native")]
pub mod fetch;
#[cfg(feature = "native")]
pub mod idx;
#[cfg(feature = "native")]
pub mod images;
#[cfg(feature = "native")]
mod inflate;
pub mod labels;
#[cfg(feature = "native")]
pub mod mat;
pub mod minibatch;
#[cfg(feature = "native")]
pub mod mnist;
#[cfg(feature = "native")]
pub mod npy;
#[cfg(feature = "native")]
pub mod own;
pub mod points;
mod preprocess;
#[cfg(feature = "native")]
pub mod samples;
pub mod statistics;
#[cfg(feature = "native")]
pub mod tfd;

#[cfg(feature = "native")]
pub use catalogue::{cache_folder, open, outline, shape};
pub use config::DataConfig;
pub use dataset::{Dataset, Outline, Shape, Values};
pub use labels::Labels;
pub use minibatch::Minibatches;
pub use preprocess::Preprocess;
