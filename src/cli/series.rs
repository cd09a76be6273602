//! Runs that belong together, each in its own folder: trained to their ends, from where they stand. What `gander reproduce` and `gander compare` share.

use crate::cli::RunOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Expected, Run, Start};
use crate::error::{Error, Result};
use crate::gan::Config;
use crate::report::seconds;
use crate::run_folder::{RunFolder, RunView};
use std::path::Path;

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
        let there = RunView::open(path).ok();
        if let Some(view) = &there {
            check(config, view)?;
            if self.is_done(config, view)? {
                return Ok(0);
            }
        }
        // First, for a folder that is taken is refused before anything takes its time.
        let folder = there.map(|_| RunFolder::open(path)).transpose()?;
        let mut start = Start::prepare(config.clone(), self.options, self.interrupt.clone())?;
        let run = match folder {
            None => {
                start.inherit()?;
                Run::begin(RunFolder::create(path, &config.to_toml())?, start)?
            }
            Some(folder) => Run::resume(folder, start, Expected::SameData)?,
        };
        run.within(self.limit).train()
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
