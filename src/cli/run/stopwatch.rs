//! How long a run has trained, over all the times that it was gone on with: sheets, readings and checkpoints are not counted, nor is what was lost with a
//! process that was killed. A run may be given a time after which it stops.

use crate::error::Result;
use crate::report::seconds;
use crate::run_folder::RunView;
use std::time::Duration;

/// The time of one run.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    seconds: f64,
    limit: Option<f64>,
    rows: Vec<(u64, f64)>,
}

impl Stopwatch {
    /// Lets the run stop after so many seconds.
    pub fn limit(&mut self, seconds: Option<f64>) {
        self.limit = seconds;
    }

    /// Takes note of time that was spent on training.
    pub fn add(&mut self, time: Duration) {
        self.seconds += time.as_secs_f64();
    }

    /// Whether the time is up, so long after the last note.
    pub fn is_up(&self, more: Duration) -> bool {
        self.limit.is_some_and(|limit| self.seconds + more.as_secs_f64() >= limit)
    }

    /// Goes on where a run was stopped.
    /// # Errors
    /// if what was written of it cannot be read.
    pub fn resume(&mut self, view: &RunView, iteration: u64) -> Result<()> {
        self.rows = seconds::read(&view.seconds_path(), iteration)?;
        self.seconds = self.rows.last().map_or(0.0, |row| row.1);
        Ok(())
    }

    /// Writes down how long it took to come here, once.
    /// # Errors
    /// if that cannot be written.
    pub fn save(&mut self, view: &RunView, iteration: u64) -> Result<()> {
        if self.rows.last().is_some_and(|row| row.0 == iteration) {
            return Ok(());
        }
        self.rows.push((iteration, self.seconds));
        seconds::save(&view.seconds_path(), &self.rows)
    }
}
