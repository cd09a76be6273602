//! Watching a run: readings of the monitor, what they mean, and the best checkpoint so far.

use crate::classifier_cache::at_hand;
use crate::cli::eval::classifiers;
use crate::cli::log::Log;
use crate::data::Dataset;
use crate::error::Result;
use crate::eval::classifier::Recipe;
use crate::eval::health::Watch;
use crate::eval::monitor::{Known, Monitor, Reading};
use crate::gan::{Metrics, Trainer};
use crate::report::monitor;
use crate::run_folder::RunView;

/// Reads a run now and then.
pub(super) struct Watcher {
    every: u32,
    monitor: Monitor,
    readings: Vec<Reading>,
    watch: Watch,
}

impl Watcher {
    /// A watcher that reads every so many iterations; none if it never would, or the data set has no validation examples.
    pub fn new(every: u32, dataset: &Dataset) -> Option<Watcher> {
        if every == 0 {
            return None;
        }
        let classifier = classifiers(None).and_then(|folder| at_hand(dataset, &Recipe::published(), &folder));
        let classifier = classifier.zip(dataset.classes()).map(|(state, classes)| Known { state, classes });
        let monitor = Monitor::new(dataset, classifier)?;
        Some(Watcher { every, monitor, readings: vec![], watch: Watch::default() })
    }

    /// The newest reading.
    pub fn newest(&self) -> Option<&Reading> {
        self.readings.last()
    }

    /// Goes on where a run was stopped: with its readings so far, and the rows of metrics since the last.
    /// # Errors
    /// if the readings cannot be read.
    pub fn resume(&mut self, view: &RunView, iteration: u64, rows: &[Metrics]) -> Result<()> {
        self.readings = monitor::read(&view.monitor_path(), iteration)?;
        let last = self.readings.last().map_or(0, |reading| reading.iteration);
        rows.iter().filter(|row| row.iteration > last).for_each(|row| self.monitor.note(row));
        // What showed before was told before.
        self.watch.begun(&self.readings);
        Ok(())
    }

    /// Writes all readings down.
    /// # Errors
    /// if they cannot be written.
    pub fn save(&self, view: &RunView) -> Result<()> {
        monitor::save(&view.monitor_path(), &self.readings)
    }

    /// The next iteration at which it reads.
    pub fn next(&self, now: u64) -> u64 {
        (now / u64::from(self.every) + 1) * u64::from(self.every)
    }

    /// Whether it reads at this iteration, and has not yet.
    pub fn is_due(&self, now: u64) -> bool {
        now > 0 && now.is_multiple_of(u64::from(self.every)) && self.newest().is_none_or(|reading| reading.iteration < now)
    }

    /// Takes note of an iteration.
    pub fn note(&mut self, row: &Metrics) {
        self.monitor.note(row);
    }

    /// Reads the game, and says what has begun to go wrong. Whether it was the best reading so far.
    /// # Errors
    /// if the device fails.
    pub async fn read(&mut self, trainer: &mut Trainer, seed: u32, log: &mut Log) -> Result<bool> {
        let best_before = self.readings.iter().map(|reading| reading.valid_parzen).fold(f64::NEG_INFINITY, f64::max);
        let reading = self.monitor.read(trainer, seed).await?;
        self.readings.push(reading);
        let Reading { iteration, valid_parzen, neighbour_ratio, spread, saturation, classes, .. } = reading;
        let classes = if classes > 0.0 { format!(", {classes} classes") } else { String::new() };
        log.detail(&format!(
            "iteration {iteration}: validation {valid_parzen:.1} nats, neighbour ratio {neighbour_ratio:.2}, spread {spread:.2}, D right in {:.1} %{classes}",
            100.0 * saturation
        ));
        for ailment in self.watch.begun(&self.readings) {
            log.say(&format!("iteration {iteration}: {}", ailment.advice()));
        }
        Ok(valid_parzen > best_before)
    }
}
