//! `gander train`: a new run.

use crate::cli::RunOptions;
use crate::cli::configuration::GameOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Run, Start};
use crate::error::Result;
use crate::run_folder::{RunFolder, default_path};
use std::path::PathBuf;
use std::time::SystemTime;

/// Options of `gander train`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    game: GameOptions,
    /// The run's folder; runs/<preset>-<time> if it is not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write event files for TensorBoard into the run's folder, as report.tensorboard = true does
    #[arg(long)]
    tensorboard: bool,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let (name, mut config) = options.game.read()?;
    config.report.tensorboard |= options.tensorboard;
    config.retried.clear();
    config.data = options.run.data.chosen(&config.data)?;
    // What can be wrong is found before a folder is made.
    crate::data::outline(&config.data)?;
    let path = options.out.clone().unwrap_or_else(|| default_path(&name, SystemTime::now()));
    RunFolder::free(&path)?;
    let mut prepared = Start::prepare(config, &options.run, Interrupt::listen()?)?;
    prepared.inherit()?;
    let folder = RunFolder::create(&path, &prepared.config.to_toml())?;
    Run::begin(folder, prepared)?.train()
}
