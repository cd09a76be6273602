//! `gander resume`: goes on with a run.

use crate::cli::RunOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Expected, Run, Start};
use crate::error::{Error, Result};
use crate::gan::Config;
use crate::run_folder::RunFolder;
use std::path::PathBuf;

/// Options of `gander resume`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    #[arg(value_name = "RUN", value_hint = clap::ValueHint::DirPath)]
    path: PathBuf,
    /// Train up to this iteration instead of the configuration's
    #[arg(long)]
    iterations: Option<u32>,
    /// Go on even if the data are not those that the run was trained on so far
    #[arg(long)]
    other_data: bool,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let folder = RunFolder::open(&options.path)?;
    let overrides = options.iterations.map(|iterations| format!("train.iterations={iterations}"));
    let overrides: Vec<String> = overrides.into_iter().collect();
    let place = |error| Error::Config(format!("{}: {error}", folder.config_path().display()));
    let config = Config::parse(&folder.config()?, &overrides).map_err(place)?;
    let expected = if options.other_data { Expected::AnyData } else { Expected::SameData };
    let prepared = Start::prepare(config, &options.run, Interrupt::listen()?)?;
    Run::resume(folder, prepared, expected)?.train()
}
