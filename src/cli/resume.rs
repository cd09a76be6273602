//! `gander resume`: goes on with a run, or with several at once.

use crate::cli::RunOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Expected, Run, Start};
use crate::cli::together::{self, Player};
use crate::error::{Error, Result};
use crate::gan::Config;
use crate::run_folder::RunFolder;
use std::path::{Path, PathBuf};

/// Options of `gander resume`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder; those of several, to go on with all at once on the device
    #[arg(value_name = "RUN", required = true, value_hint = clap::ValueHint::DirPath)]
    paths: Vec<PathBuf>,
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
    let interrupt = Interrupt::listen()?;
    if let [path] = &options.paths[..] {
        let (folder, config) = options.read(path)?;
        let prepared = Start::prepare(config, &options.run, interrupt)?;
        return Run::resume(folder, prepared, options.expected())?.train();
    }
    let player = |path: &PathBuf| {
        let ((folder, config), interrupt, expected) = (options.read(path)?, interrupt.clone(), options.expected());
        let game = config.clone();
        let begin = Box::new(move |opened, options: &RunOptions| {
            Run::resume(folder, Start::prepare_on(opened, game, options, interrupt)?, expected)
        });
        Ok(Player { path: path.clone(), config, begin })
    };
    together::play(options.paths.iter().map(player).collect::<Result<_>>()?, &options.run)
}

impl Options {
    /// A run's folder, and its configuration.
    fn read(&self, path: &Path) -> Result<(RunFolder, Config)> {
        let folder = RunFolder::open(path)?;
        let overrides: Vec<String> = self.iterations.map(|iterations| format!("train.iterations={iterations}")).into_iter().collect();
        let place = |error| Error::Config(format!("{}: {error}", folder.config_path().display()));
        let config = Config::parse(&folder.config()?, &overrides).map_err(place)?;
        Ok((folder, config))
    }

    fn expected(&self) -> Expected {
        if self.other_data { Expected::AnyData } else { Expected::SameData }
    }
}
