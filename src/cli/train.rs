//! `gander train`: a new run, or several at once.

use crate::cli::RunOptions;
use crate::cli::configuration::GameOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Run, Start};
use crate::cli::together::{self, Player};
use crate::error::Result;
use crate::gan::Config;
use crate::run_folder::{RunFolder, default_path};
use std::path::{Path, PathBuf};
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
    /// Play so many games at once on the device, with seeds one after the other, each in a folder of its own: DIR/seed-1, DIR/seed-2, …
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64), value_name = "GAMES")]
    replicas: u32,
    /// Values of one number, each for a game of its own, all at once, as in --vary generator.optimizer.learning_rate=0.05,0.1,0.2: DIR/learning_rate=0.05/seed-1, …
    #[arg(long, value_name = "KEY=A,B,C")]
    vary: Vec<String>,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    if options.replicas > 1 || !options.vary.is_empty() {
        return several(options);
    }
    let (name, config) = options.game.read()?;
    let config = options.complete(config)?;
    // What can be wrong is found before a folder is made.
    crate::data::outline(&config.data)?;
    let path = options.path(&name);
    RunFolder::free(&path)?;
    begin(Start::prepare(config, &options.run, Interrupt::listen()?)?, &path)?.train()
}

/// Trains several games at once.
fn several(options: &Options) -> Result<u8> {
    let (name, games) = options.game.several(options.replicas, &options.vary)?;
    let (folder, interrupt) = (options.path(&name), Interrupt::listen()?);
    let player = |(own, config): (PathBuf, Config)| {
        let (path, config, interrupt) = (folder.join(own), options.complete(config)?, interrupt.clone());
        RunFolder::free(&path)?;
        let (to, game) = (path.clone(), config.clone());
        let begin = Box::new(move |opened, options: &RunOptions| begin(Start::prepare_on(opened, game, options, interrupt)?, &to));
        Ok(Player { path, config, begin })
    };
    together::play(games.into_iter().map(player).collect::<Result<_>>()?, &options.run)
}

/// Begins a run that is prepared, in a new folder.
fn begin(mut prepared: Start, path: &Path) -> Result<Run> {
    prepared.inherit()?;
    let folder = RunFolder::create(path, &prepared.config.to_toml())?;
    Run::begin(folder, prepared)
}

impl Options {
    /// The configuration with what is said beside it.
    fn complete(&self, mut config: Config) -> Result<Config> {
        config.report.tensorboard |= self.tensorboard;
        config.retried.clear();
        config.data = self.run.data.chosen(&config.data)?;
        Ok(config)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| default_path(name, SystemTime::now()))
    }
}
