//! Runs that belong together, each in its own folder: trained to their ends, from where they stand. What `gander reproduce` and `gander compare` share.

use crate::cli::RunOptions;
use crate::cli::adapter;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Expected, Run, Start};
use crate::cli::together::{self, Player};
use crate::error::{Error, Result};
use crate::gan::Config;
use crate::report::seconds;
use crate::run_folder::{RunFolder, RunView};
use std::path::{Path, PathBuf};

/// What all runs of a series share.
pub(super) struct Series<'a> {
    /// Data and device.
    pub options: &'a RunOptions,
    /// Whether the user has asked to stop.
    pub interrupt: Interrupt,
    /// Seconds after which each run has trained enough, however many iterations it was to take.
    pub limit: Option<f64>,
}

impl Series<'_> {
    /// Trains a run to its end, from where it stands. Returns the exit code.
    /// # Errors
    /// if the folder holds a run of another configuration, or the run fails.
    pub fn train(&self, config: &Config, path: &Path) -> Result<u8> {
        match self.player(config, path)? {
            None => Ok(0),
            Some(player) => (player.begin)(adapter::open(&self.options.device)?, self.options)?.train(),
        }
    }

    /// Trains runs to their ends, all of them at once, from where they stand. Returns what each came to: its exit code, or why it failed.
    /// # Errors
    /// if a folder holds a run of another configuration, or the games differ in more than numbers.
    pub fn train_all(&self, games: &[(Config, PathBuf)]) -> Result<Vec<Result<u8>>> {
        if let [(config, path)] = games {
            return Ok(vec![self.train(config, path)]);
        }
        let players: Vec<Option<Player>> = games.iter().map(|(config, path)| self.player(config, path)).collect::<Result<_>>()?;
        let plays: Vec<bool> = players.iter().map(Option::is_some).collect();
        let mut ends = together::ends(players.into_iter().flatten().collect(), self.options)?.into_iter();
        Ok(plays.into_iter().map(|plays| if plays { ends.next().expect("one for each that plays") } else { Ok(0) }).collect())
    }

    /// How a run is begun, or gone on with; none if it has trained enough.
    fn player(&self, config: &Config, path: &Path) -> Result<Option<Player>> {
        let there = RunView::open(path).ok();
        if let Some(view) = &there {
            check(config, view)?;
            if self.is_done(config, view)? {
                return Ok(None);
            }
        }
        // First, for a folder that is taken is refused before anything takes its time.
        let folder = there.map(|_| RunFolder::open(path)).transpose()?;
        let (game, to, interrupt, limit) = (config.clone(), path.to_path_buf(), self.interrupt.clone(), self.limit);
        let begin = move |opened, options: &RunOptions| {
            let text = game.to_toml();
            let mut start = Start::prepare_on(opened, game, options, interrupt)?;
            let run = match folder {
                None => {
                    start.inherit()?;
                    Run::begin(RunFolder::create(&to, &text)?, start)?
                }
                Some(folder) => Run::resume(folder, start, Expected::SameData)?,
            };
            Ok(run.within(limit))
        };
        Ok(Some(Player { path: path.to_path_buf(), config: config.clone(), begin: Box::new(begin) }))
    }

    /// Whether a run has trained enough: its iterations, or its time.
    fn is_done(&self, config: &Config, view: &RunView) -> Result<bool> {
        let Some(newest) = view.checkpoints()?.last().copied() else { return Ok(false) };
        let spent = trained(view, newest)?;
        Ok(newest >= u64::from(config.train.iterations) || self.limit.is_some_and(|limit| spent >= limit))
    }
}

/// Seconds that a run has trained until an iteration; none where it was never written.
/// # Errors
/// if what was written of it cannot be read.
pub(super) fn trained(view: &RunView, iteration: u64) -> Result<f64> {
    Ok(seconds::read(&view.seconds_path(), iteration)?.last().map_or(0.0, |row| row.1))
}

/// Refuses to go on with a run of another game: only the number of iterations may differ.
fn check(config: &Config, view: &RunView) -> Result<()> {
    let mut there = Config::parse(&view.config()?, &[])?;
    there.train.iterations = config.train.iterations;
    if there == *config {
        return Ok(());
    }
    Err(Error::Config(format!("{} holds a run of another configuration; choose another folder with --out", view.path().display())))
}
