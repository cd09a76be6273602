//! What a run does when a number is no longer finite: it goes back, finds out why, and stops, or goes on more slowly.

use super::Run;
use crate::cli::OnNan;
use crate::cli::adapter;
use crate::cli::diagnosis::{Traced, diagnosis};
use crate::cli::stage::Stage;
use crate::cli::wait::wait;
use crate::error::{Error, Result};
use crate::gan::{Finding, Metrics, Retried};
use crate::report::metrics;
use std::ops::ControlFlow;
use std::time::Instant;

/// How often a run goes back and halves its learning rates.
const MOST_RETRIES: usize = 5;

impl Run {
    /// Goes back to the last good checkpoint, and finds out what was the matter; then the run stops, or goes on at half the learning rates.
    pub(super) fn go_back(&mut self, what: &str) -> Result<()> {
        let finding = self.stage.trainer.finding().expect("a trainer that ends so has found something").clone();
        self.log.say(what);
        self.metrics.flush()?;
        let rows = metrics::read(&self.folder.metrics_path())?;
        let saved = self.stage.restore(&self.folder, &self.config)?.saved;
        let from = if saved { self.stage.trainer.iteration() } else { 0 };
        self.log.detail(&format!("plays again from iteration {from} to see where it began"));
        let traced = if saved { self.trace(&finding)? } else { Traced::Untried };
        let sentences = diagnosis(&self.config, &finding, &traced, &rows);
        sentences.iter().for_each(|sentence| self.log.say(sentence));
        if self.options.on_nan == OnNan::Retry && matches!(traced, Traced::Nothing) {
            // It was no fault of the game's: as when the device is lost.
            return Err(Error::Lost(format!("{what}, and not when it is played again")));
        }
        let times = self.config.retried.len();
        if self.options.on_nan == OnNan::Retry && times < MOST_RETRIES {
            return self.slow_down(Retried { found: finding.iteration, from });
        }
        self.rewind()?;
        let last = sentences.last().map(String::as_str).unwrap_or_default();
        let path = self.folder.path().display();
        let next = match self.options.on_nan {
            _ if matches!(traced, Traced::Nothing) => format!("`gander resume {path}` goes on"),
            OnNan::Retry => format!("both learning rates were halved {times} times, and that is enough"),
            OnNan::Stop => format!("`gander resume {path} --on-nan retry` goes on at half of both learning rates"),
        };
        Err(Error::NonFinite(format!("{what}; the run stands at iteration {from}, where all is finite; {last}; {next}")))
    }

    /// Goes on more slowly, from the newest checkpoint: from the one before where that was gone back to already, and is the beginning of the end.
    fn slow_down(&mut self, retried: Retried) -> Result<()> {
        let again = self.config.retried.last().is_some_and(|last| last.from == retried.from);
        let before = self.folder.checkpoints()?.into_iter().filter(|iteration| *iteration < retried.from).max();
        let from = if again { before.unwrap_or(retried.from) } else { retried.from };
        if from < retried.from {
            self.folder.set_aside(retried.from)?;
        }
        self.config = self.config.slowed(Retried { from, ..retried });
        self.folder.replace_config(&self.config.to_toml())?;
        self.log.say(&format!(
            "halves both learning rates, for time number {} of {MOST_RETRIES}, from iteration {from} on; config.toml keeps it",
            self.config.retried.len()
        ));
        self.stage = match self.losses.count() {
            0 => Stage::set(adapter::open(&self.options.device)?, &self.config, &self.dataset, &self.options)?,
            losses => Stage::set_again(&self.config, &self.dataset, &self.options, &self.stage.identity, losses)?,
        };
        self.rewind()
    }

    /// Plays to where something was found once more, and looks for its beginning.
    fn trace(&mut self, finding: &Finding) -> Result<Traced> {
        let start = Instant::now();
        let now_ms = || 1e3 * start.elapsed().as_secs_f64();
        let interrupt = &self.interrupt;
        let mut seen = |_: &[Metrics]| if interrupt.asked().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let traced = wait(self.stage.waiter.as_ref(), self.stage.trainer.trace(finding, &now_ms, &mut seen))?;
        Ok(match traced {
            ControlFlow::Continue(Some(first)) => Traced::To(first),
            ControlFlow::Continue(None) => Traced::Nothing,
            ControlFlow::Break(()) => Traced::Untried,
        })
    }
}
