//! `gander resume`: goes on with a run.

use crate::cli::run::{Run, Start};
use crate::cli::{DataOptions, DeviceOptions, Verbosity};
use crate::error::{Error, Result};
use crate::gan::Config;
use crate::run_folder::RunFolder;
use std::path::PathBuf;

/// Options of `gander resume`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// Train up to this iteration instead of the configuration's
    #[arg(long)]
    iterations: Option<u32>,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
    #[command(flatten)]
    verbosity: Verbosity,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let folder = RunFolder::open(&options.run)?;
    let overrides = options.iterations.map(|iterations| format!("train.iterations={iterations}"));
    let overrides: Vec<String> = overrides.into_iter().collect();
    let place = |error| Error::Config(format!("{}: {error}", folder.config_path().display()));
    let config = Config::parse(&folder.config()?, &overrides).map_err(place)?;
    if !overrides.is_empty() {
        folder.replace_config(&config.to_toml())?;
    }
    let prepared = Start::prepare(config, &options.data, &options.device)?;
    Run::resume(folder, prepared, options.verbosity)?.train()
}
