//! Opens the data that a command works on: those of its configuration, or those that were named on the command line, with a bar while pictures are decoded.

use crate::cli::DataOptions;
use crate::cli::log::terminal;
use crate::data::images::Notice;
use crate::data::own::{self, Own};
use crate::data::{DataConfig, Dataset, Shape, catalogue};
use crate::error::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;

/// Broken pictures that are named on the terminal.
const NAMED: usize = 10;

impl DataOptions {
    /// The data that are meant: the configuration's, or those that were chosen in their place, which have no folds. The paths of the user's own data are
    /// absolute in it, and the shape of an array's examples is written down.
    /// # Errors
    /// if a path cannot be written into a configuration, or an array's header not be read.
    pub fn chosen(&self, config: &DataConfig) -> Result<DataConfig> {
        let named = self.place.as_deref().map(own::chosen).transpose()?.flatten();
        let set = match named {
            Some(set) => set,
            None => own::chosen(Path::new(&config.set))?.unwrap_or_else(|| config.set.clone()),
        };
        let (size, channels) = (self.size.or(config.size), self.channels.or(config.channels));
        let fold = config.fold.filter(|_| set == config.set);
        let chosen = DataConfig { set, size, channels, fold, shape: None, ..config.clone() };
        let shape = match Own::of(&chosen)? {
            Some(Own::Array(..)) => Some(catalogue::shape(&chosen)?),
            _ => None,
        };
        Ok(DataConfig { shape: shape.map(|Shape { width, height, channels }| [width, height, channels]), ..chosen })
    }

    /// The folder that holds the files of a known set, if one was named.
    pub fn folder(&self) -> Result<Option<&Path>> {
        let place = self.place.as_deref();
        Ok(if place.map(own::chosen).transpose()?.flatten().is_some() { None } else { place })
    }

    /// Opens the data that are meant. Says on standard error what had to be skipped.
    /// # Errors
    /// if they are not there, or not what they promise to be.
    pub fn open(&self, config: &DataConfig) -> Result<Dataset> {
        self.open_counting(config).map(|(dataset, _)| dataset)
    }

    /// The same, and how many pictures had to be skipped.
    /// # Errors
    /// as [`DataOptions::open`] has them.
    pub fn open_counting(&self, config: &DataConfig) -> Result<(Dataset, usize)> {
        let config = self.chosen(config)?;
        let bar = ProgressBar::no_length().with_style(style());
        let (mut named, mut skipped) = (0, 0);
        let mut notice = |notice: Notice| match notice {
            Notice::Decoded { done, total } => {
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            }
            Notice::Skipped { path, why } => {
                named += 1;
                if named <= NAMED {
                    bar.suspend(|| terminal(&format!("skipped {path}: {why}")));
                }
            }
            Notice::SkippedInAll(count) => {
                skipped = count;
                bar.suspend(|| terminal(&format!("broken pictures skipped: {count}")));
            }
            Notice::LeftOut(count) => {
                bar.suspend(|| terminal(&format!("pictures left out, beside the folders for training, validation and test: {count}")));
            }
            Notice::NotKept(why) => bar.suspend(|| terminal(&format!("the decoded pictures are not kept: {why}"))),
        };
        let dataset = catalogue::open_watched(&config, self.folder()?, &mut notice);
        bar.finish_and_clear();
        Ok((dataset?, skipped))
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("decoding {wide_bar} {pos}/{len} pictures  {eta} left").expect("the template names indicatif's own keys")
}
