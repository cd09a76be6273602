//! Which data a game is to imitate, as its configuration says it.

use crate::data::Preprocess;
use serde::{Deserialize, Serialize};

/// The data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The name of the data set (see `gander data list`); or `folder:PATH`, a folder of pictures, or `npy:PATH`, an array.
    pub set: String,
    /// Pixels on each side of a picture of `folder:PATH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Channels of a picture of `folder:PATH`: 3 if they are not given, 1 for grey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Width, height and channels of an example of `npy:PATH`, so that samples can be drawn where the array is not; `gander train` writes them down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<[u32; 3]>,
    /// The seed of a procedural data set.
    #[serde(default)]
    pub seed: u32,
    /// Which of a set's own folds is held out for validation and test, from 0; the first if it is not given. Only `tfd` has folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<u32>,
    /// What is done to every example before anybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<Preprocess>,
}

impl DataConfig {
    /// The data set of that name, everything else left at its default.
    pub fn named(set: &str, seed: u32) -> DataConfig {
        DataConfig { set: set.into(), seed, ..DataConfig::default() }
    }
}
