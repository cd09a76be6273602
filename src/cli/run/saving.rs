//! What a run leaves in its folder while it trains, and what becomes of it when something cannot be written.
//!
//! Nothing goes on from sheets, plots, readings and event files: one that cannot be written is named, and training goes on. A checkpoint that cannot be
//! written is tried again where the next is due, for what was learnt is in memory still; but not more than [`MOST_UNSAVED`] times in a row. Metrics are
//! kept in memory meanwhile. The first checkpoint of a run is written before anything is learnt, and must be.

use super::Run;
use crate::checkpoint::Checkpoint;
use crate::cli::progress::Progress;
use crate::cli::wait::wait;
use crate::cli::watcher::Watcher;
use crate::error::{Error, Result};
use crate::report::{losses, metrics};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// So many checkpoints in a row that cannot be written end a run.
const MOST_UNSAVED: u32 = 10;

/// What training does not go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    Sheet,
    Readings,
    Seconds,
    Best,
    Plot,
    TensorBoard,
}

/// What could not be written.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Checkpoints in a row.
    unsaved: u32,
    /// Other things, said already.
    said: BTreeSet<Beside>,
}

impl Run {
    /// Writes what is due at this iteration. A run that is to stop saves what it goes on from, and makes the rest up when it goes on.
    pub(super) fn pause(&mut self, until: u64, flow: ControlFlow<()>, progress: &Progress) -> Result<()> {
        // The last chance to save anything.
        let end = if flow.is_break() { self.stage.trainer.iteration() } else { until };
        if flow.is_continue() {
            self.show(until, progress)?;
        }
        if self.due(self.config.report.checkpoint_every, end) {
            self.save(end, progress)?;
            let plotted = self.plot();
            progress.aside(|| self.beside(Beside::Plot, plotted))?;
        }
        Ok(())
    }

    /// Draws the sheet and reads the monitor, where that was due when the run was stopped.
    pub(super) fn make_up(&mut self, until: u64) -> Result<()> {
        if self.folder.sample_path(self.stage.trainer.iteration()).exists() {
            self.watch(&Progress::Nothing)
        } else {
            self.show(until, &Progress::Nothing)
        }
    }

    /// Draws the sheet and reads the monitor, where they are due.
    fn show(&mut self, until: u64, progress: &Progress) -> Result<()> {
        if self.due(self.config.report.samples_every, until) {
            progress.aside(|| {
                let drawn = self.sheet();
                self.beside(Beside::Sheet, drawn)
            })?;
        }
        self.watch(progress)
    }

    /// Draws the samples of the run's own z.
    pub(super) fn sheet(&mut self) -> Result<()> {
        let report = &self.config.report;
        let values = wait(self.stage.waiter.as_ref(), self.stage.trainer.samples(report.samples, self.config.seed))?;
        let (sheet, iteration) = (self.reference.draw(&values)?, self.stage.trainer.iteration());
        if let Some(tensorboard) = &mut self.tensorboard {
            let written = tensorboard.picture(iteration, "samples", &sheet);
            self.event_file(written)?;
        }
        sheet.save(&self.folder.sample_path(iteration))?;
        self.log.detail(&format!("wrote the sheet of iteration {iteration}"));
        Ok(())
    }

    /// Saves everything that training goes on from; metrics first, so that they never fall behind it.
    pub(super) fn checkpoint(&mut self) -> Result<()> {
        self.metrics.sync()?;
        self.time()?;
        let checkpoint = self.saved()?;
        self.folder.save_checkpoint(&checkpoint, self.config.report.keep as usize)?;
        self.log.detail(&format!("saved the checkpoint of iteration {}", checkpoint.iteration));
        if let Some(tensorboard) = &mut self.tensorboard {
            let written = tensorboard.weights(checkpoint.iteration, &checkpoint.tensors);
            self.event_file(written)?;
        }
        Ok(())
    }

    /// What happens to a thing that training does not go on from: an error of the disk is said, once until it is over.
    pub(super) fn beside(&mut self, what: Beside, written: Result<()>) -> Result<()> {
        match written {
            Ok(()) => {
                self.trouble.said.remove(&what);
                Ok(())
            }
            Err(error @ Error::Io { .. }) => {
                if self.trouble.said.insert(what) {
                    self.log.say(&format!("{error}; training goes on without it"));
                }
                Ok(())
            }
            failed => failed,
        }
    }

    /// An event file that could not be written is given up: what came next would stand behind half a record.
    pub(super) fn event_file(&mut self, written: Result<()>) -> Result<()> {
        if written.is_err() {
            self.tensorboard = None;
        }
        self.beside(Beside::TensorBoard, written)
    }

    fn due(&self, every: u32, until: u64) -> bool {
        let now = self.stage.trainer.iteration();
        now.is_multiple_of(u64::from(every)) || now == until
    }

    /// Saves a checkpoint, or puts it off if the disk does not take it and this is not the end.
    fn save(&mut self, end: u64, progress: &Progress) -> Result<()> {
        let (now, every) = (self.stage.trainer.iteration(), u64::from(self.config.report.checkpoint_every));
        progress.aside(|| match self.checkpoint() {
            Ok(()) => {
                if std::mem::take(&mut self.trouble.unsaved) > 0 {
                    self.log.say(&format!("iteration {now} is saved: nothing is lost"));
                }
                Ok(())
            }
            Err(error @ Error::Io { .. }) if now < end && self.trouble.unsaved + 1 < MOST_UNSAVED => {
                self.trouble.unsaved += 1;
                let (times, next) = (self.trouble.unsaved, (now / every + 1) * every);
                self.log
                    .say(&format!("{error}; training goes on, and saves again at iteration {} ({times} of {MOST_UNSAVED})", next.min(end)));
                Ok(())
            }
            failed => {
                self.say_what_is_lost();
                failed
            }
        })
    }

    /// Says how far back a run is that cannot be saved.
    fn say_what_is_lost(&mut self) {
        let now = self.stage.trainer.iteration();
        let newest = self.folder.checkpoints().ok().and_then(|all| all.last().copied());
        let path = self.folder.path().display();
        self.log.say(&match newest {
            Some(saved) => {
                format!(
                    "iterations {} to {now} are not saved; once there is room, `gander resume {path}` goes on from iteration {saved}",
                    saved + 1
                )
            }
            None => format!("{now} iterations are not saved, and {path} holds no checkpoint any more"),
        });
    }

    /// Reads the monitor when it is due, and keeps the checkpoint if it has never read better.
    fn watch(&mut self, progress: &Progress) -> Result<()> {
        let now = self.stage.trainer.iteration();
        let Some(watcher) = self.watcher.as_mut().filter(|watcher| watcher.is_due(now)) else { return Ok(()) };
        let (trainer, log) = (&mut self.stage.trainer, &mut self.log);
        let reading = watcher.read(trainer, self.config.seed, log);
        let best = progress.aside(|| wait(self.stage.waiter.as_ref(), reading))?;
        let written = watcher.save(&self.folder);
        progress.aside(|| self.time())?;
        let newest = self.watcher.as_ref().and_then(Watcher::newest).copied();
        progress.aside(|| self.beside(Beside::Readings, written))?;
        if let (Some(tensorboard), Some(reading)) = (&mut self.tensorboard, newest) {
            let written = tensorboard.reading(&reading);
            progress.aside(|| self.event_file(written))?;
        }
        if best {
            let kept = self.saved()?.save(&self.folder.best_path());
            progress.aside(|| self.beside(Beside::Best, kept))?;
        }
        Ok(())
    }

    /// Writes down how long training took so far.
    fn time(&mut self) -> Result<()> {
        let written = self.stopwatch.save(&self.folder, self.stage.trainer.iteration());
        self.beside(Beside::Seconds, written)
    }

    /// This moment as a checkpoint.
    fn saved(&mut self) -> Result<Checkpoint> {
        let state = wait(self.stage.waiter.as_ref(), self.stage.trainer.state())?;
        let (config, device) = (self.config.to_toml(), self.stage.identity.clone());
        Ok(Checkpoint::new(state, self.config.seed, config, device, self.fingerprint.clone()))
    }

    /// Draws the losses so far.
    fn plot(&mut self) -> Result<()> {
        self.metrics.flush()?;
        let rows = metrics::read(&self.folder.metrics_path())?;
        let losses = losses(&rows);
        losses.png().save(&self.folder.losses_path())?;
        losses.save_svg(&self.folder.losses_path().with_extension("svg"))
    }
}
