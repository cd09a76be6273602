//! A run: trains, and leaves metrics, sheets and checkpoints in its folder.

mod not_finite;

use crate::checkpoint::Checkpoint;
use crate::cli::RunOptions;
use crate::cli::interrupt::{INTERRUPTED, Interrupt};
use crate::cli::log::Log;
use crate::cli::losses::Losses;
use crate::cli::progress::Progress;
use crate::cli::stage::{Restored, Stage};
use crate::cli::wait::wait;
use crate::cli::watcher::Watcher;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Metrics};
use crate::report::{self, Reference, metrics, tensorboard};
use crate::run_folder::RunFolder;
use std::ops::ControlFlow;
use std::time::Instant;

/// Everything a run needs before it has a folder: what can fail has not failed.
pub(super) struct Start {
    /// The game.
    pub config: Config,
    dataset: Dataset,
    stage: Stage,
    options: RunOptions,
    interrupt: Interrupt,
}

impl Start {
    /// Reads the data, opens the device, and lays out the game on it.
    /// # Errors
    /// if one of these is not possible.
    pub fn prepare(config: Config, options: &RunOptions, interrupt: Interrupt) -> Result<Start> {
        let dataset = options.data.open(&config.data)?;
        let stage = Stage::set(&config, &dataset, options)?;
        Ok(Start { config, dataset, stage, options: options.clone(), interrupt })
    }

    /// Starts inherited layers where the runs stood that trained them.
    /// # Errors
    /// if such a run is gone, its checkpoint is, or that has not these layers.
    pub fn inherit(&mut self) -> Result<()> {
        self.stage.inherit(&self.config)
    }
}

/// A run under way.
pub(super) struct Run {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    reference: Reference,
    stage: Stage,
    options: RunOptions,
    metrics: metrics::Writer,
    tensorboard: Option<tensorboard::Writer>,
    log: Log,
    interrupt: Interrupt,
    watcher: Option<Watcher>,
    losses: Losses,
    /// Nothing of it is saved yet.
    unsaved: bool,
    /// The stage was set up anew, and is not yet where the run is.
    stale: bool,
}

impl Run {
    /// Begins a run in a fresh folder.
    /// # Errors
    /// if the folder cannot be written.
    pub fn begin(folder: RunFolder, start: Start) -> Result<Run> {
        let metrics = metrics::Writer::create(&folder.metrics_path())?;
        let mut run = Run::new(folder, start, metrics)?;
        run.tensorboard = tensorboard_of(&run.config, &run.folder, 0)?;
        Ok(run)
    }

    /// Goes on with a run from its newest whole checkpoint, or from the beginning if it was stopped before the first.
    /// # Errors
    /// if there are checkpoints but none is whole, or they belong to another game.
    pub fn resume(folder: RunFolder, mut start: Start) -> Result<Run> {
        // What does not fit is refused before anything is said or written.
        let restored = start.stage.restore(&folder, &start.config)?;
        let (metrics, _) = metrics::Writer::resume(&folder.metrics_path(), u64::MAX)?;
        let mut run = Run::new(folder, start, metrics)?;
        run.settle(restored)?;
        Ok(run)
    }

    fn new(folder: RunFolder, start: Start, metrics: metrics::Writer) -> Result<Run> {
        let Start { config, dataset, stage, options, interrupt } = start;
        let mut log = Log::open(&folder.log_path(), options.verbosity)?;
        announce(&mut log, &stage);
        let game = stage.trainer.game();
        let (g, d) = (game.generator.parameter_count(), game.discriminator.parameter_count());
        log.say(&format!(
            "data `{}`, {} examples to train on; G has {g} parameters, D {d}; {}",
            dataset.name,
            game.data.examples(),
            folder.path().display()
        ));
        log.detail(&format!(
            "gander {}, seed {}, {} dispatches per iteration, data sha256 {}",
            env!("CARGO_PKG_VERSION"),
            config.seed,
            stage.trainer.plan().dispatches.len(),
            dataset.checksum()
        ));
        let reference = Reference::new(&dataset, config.report.scaling);
        let watcher = Watcher::new(config.report.monitor_every, &dataset);
        let (losses, unsaved, stale) = (Losses::default(), true, false);
        Ok(Run {
            folder,
            config,
            dataset,
            reference,
            stage,
            options,
            metrics,
            tensorboard: None,
            log,
            interrupt,
            watcher,
            losses,
            unsaved,
            stale,
        })
    }

    /// Lets the files that grow end where the game was restored to.
    fn settle(&mut self, Restored { saved, mut notes }: Restored) -> Result<()> {
        let iteration = self.stage.trainer.iteration();
        self.metrics.flush()?;
        let (metrics, dropped) = metrics::Writer::resume(&self.folder.metrics_path(), iteration)?;
        if dropped.later > 0 {
            notes.push(format!("{} rows of metrics.csv that came after the checkpoint will be made again", dropped.later));
        }
        self.metrics = metrics;
        self.tensorboard = tensorboard_of(&self.config, &self.folder, iteration)?;
        if let Some(watcher) = &mut self.watcher {
            watcher.resume(&self.folder, iteration, &metrics::read(&self.folder.metrics_path())?)?;
        }
        self.unsaved = !saved;
        notes.iter().for_each(|note| self.log.say(note));
        Ok(())
    }

    /// Trains to the end, or until the user stops it. A device that is lost is replaced, and numbers that are no longer finite are gone back from. Returns the
    /// exit code.
    /// # Errors
    /// if the device fails or is lost too often, a number is no longer finite and the run is to stop then, or the folder cannot be written.
    pub fn train(self) -> Result<u8> {
        let mut run = self;
        loop {
            match run.play() {
                Err(Error::Lost(how)) => run = run.recover(how)?,
                Err(Error::NonFinite(what)) => match run.go_back(&what) {
                    Err(Error::Lost(how)) => run = run.recover(how)?,
                    gone => gone?,
                },
                played => return played,
            }
        }
    }

    /// Sets the game up on a device anew. The rest of the run is as if it had been resumed.
    fn recover(mut self, mut how: String) -> Result<Run> {
        let lost = self.stage.identity.clone();
        // First, for what it holds of the device's memory is wanted again.
        drop(self.stage);
        self.stage = loop {
            self.losses.note(&how, Instant::now())?;
            self.log.say(&format!("{how}; sets the game up again"));
            match Stage::set_again(&self.config, &self.dataset, &self.options, &lost, self.losses.count()) {
                Err(Error::Lost(once_more)) => how = once_more,
                stage => break stage.map_err(|error| stopped(&error, &self.folder))?,
            }
        };
        announce(&mut self.log, &self.stage);
        self.stale = true;
        Ok(self)
    }

    /// Goes back to the newest whole checkpoint, or to the beginning if there is none: what was learnt, what was watched, and the files that grow with it.
    fn rewind(&mut self) -> Result<()> {
        self.watcher = Watcher::new(self.config.report.monitor_every, &self.dataset);
        let restored = self.stage.restore(&self.folder, &self.config)?;
        self.settle(restored)
    }

    /// The whole training, while the device lasts.
    fn play(&mut self) -> Result<u8> {
        if std::mem::take(&mut self.stale) {
            self.rewind()?;
        }
        if std::mem::take(&mut self.unsaved) {
            // A sheet and a checkpoint of the untrained game.
            self.sheet()?;
            self.checkpoint()?;
        }
        let until = u64::from(self.config.train.iterations);
        let first = self.stage.trainer.iteration();
        if first >= until {
            let path = self.folder.path().display();
            self.log.say(&format!(
                "{first} iterations are complete; --iterations N trains on: gander resume {path} --iterations {}",
                2 * first
            ));
            return Ok(0);
        }
        let start = Instant::now();
        let mut progress = Progress::new(self.log.wants_progress(), first, until);
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && self.stage.trainer.iteration() < until {
            flow = self.advance(self.next_stop(until), start, &mut progress)?;
            self.pause(until, flow.is_break(), &progress)?;
        }
        progress.finish();
        let (trained, elapsed) = (self.stage.trainer.iteration() - first, start.elapsed().as_secs_f64());
        let speed = 1e3 * elapsed / trained.max(1) as f64;
        self.log.say(&format!("{trained} iterations in {elapsed:.1} s, {speed:.2} ms each; see {}", self.folder.path().display()));
        if let submissions @ [_, _, ..] = &self.stage.trainer.submissions()[..] {
            let longest = 1e3 * submissions.iter().max().expect("there are two at least").as_secs_f64();
            self.log.detail(&format!("an iteration was handed over in {} submissions, the longest of {longest:.0} ms", submissions.len()));
        }
        if flow.is_break() {
            let path = self.folder.path().display();
            self.log.say(&format!("stopped at iteration {} and saved; go on with: gander resume {path}", self.stage.trainer.iteration()));
            return Ok(INTERRUPTED);
        }
        Ok(0)
    }

    /// The next iteration after which something is written.
    fn next_stop(&self, until: u64) -> u64 {
        let now = self.stage.trainer.iteration();
        let after = |every: u32| (now / u64::from(every) + 1) * u64::from(every);
        let watched = self.watcher.as_ref().map_or(until, |watcher| watcher.next(now));
        after(self.config.report.samples_every).min(after(self.config.report.checkpoint_every)).min(watched).min(until)
    }

    /// Trains up to an iteration, writing metrics as they come in.
    fn advance(&mut self, stop: u64, start: Instant, progress: &mut Progress) -> Result<ControlFlow<()>> {
        let mut failure = None;
        let (metrics, tensorboard, interrupt) = (&mut self.metrics, &mut self.tensorboard, &self.interrupt);
        let watcher = &mut self.watcher;
        let now_ms = || 1e3 * start.elapsed().as_secs_f64();
        let mut seen = |rows: &[Metrics]| {
            let written = rows.iter().try_for_each(|row| metrics.append(*row));
            let written = written.and_then(|()| tensorboard.as_mut().map_or(Ok(()), |tensorboard| tensorboard.rows(rows)));
            failure = written.err();
            if let Some(watcher) = watcher {
                rows.iter().for_each(|row| watcher.note(row));
            }
            if let Some(last) = rows.last() {
                progress.show(last);
            }
            if failure.is_some() || interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        // What may be saved then is looked at.
        self.stage.trainer.inspect_also(stop);
        let flow = wait(self.stage.waiter.as_ref(), self.stage.trainer.advance(stop, &now_ms, &mut seen))?;
        match failure {
            Some(error) => Err(error),
            None => Ok(flow),
        }
    }

    /// Writes what is due at this iteration.
    fn pause(&mut self, until: u64, stopping: bool, progress: &Progress) -> Result<()> {
        let now = self.stage.trainer.iteration();
        let due = |every: u32| now.is_multiple_of(u64::from(every)) || now == until;
        if due(self.config.report.samples_every) {
            self.sheet()?;
            progress.aside(|| self.log.detail(&format!("wrote the sheet of iteration {now}")));
        }
        self.watch(progress)?;
        if stopping || due(self.config.report.checkpoint_every) {
            self.checkpoint()?;
            self.plot()?;
            progress.aside(|| self.log.detail(&format!("saved the checkpoint of iteration {now}")));
        }
        Ok(())
    }

    /// Reads the monitor when it is due, and keeps the checkpoint if it has never read better.
    fn watch(&mut self, progress: &Progress) -> Result<()> {
        let now = self.stage.trainer.iteration();
        let Some(watcher) = self.watcher.as_mut().filter(|watcher| watcher.is_due(now)) else { return Ok(()) };
        let (trainer, log) = (&mut self.stage.trainer, &mut self.log);
        let reading = watcher.read(trainer, self.config.seed, &self.folder, log);
        let best = progress.aside(|| wait(self.stage.waiter.as_ref(), reading))?;
        let newest = self.watcher.as_ref().and_then(Watcher::newest);
        if let (Some(tensorboard), Some(reading)) = (&mut self.tensorboard, newest) {
            tensorboard.reading(reading)?;
        }
        if best {
            self.saved()?.save(&self.folder.best_path())?;
        }
        Ok(())
    }

    /// Draws the samples of the run's own z.
    fn sheet(&mut self) -> Result<()> {
        let report = &self.config.report;
        let values = wait(self.stage.waiter.as_ref(), self.stage.trainer.samples(report.samples, self.config.seed))?;
        let (sheet, iteration) = (self.reference.draw(&values)?, self.stage.trainer.iteration());
        if let Some(tensorboard) = &mut self.tensorboard {
            tensorboard.picture(iteration, "samples", &sheet)?;
        }
        sheet.save(&self.folder.sample_path(iteration))
    }

    /// Saves everything that training goes on from; metrics first, so that they never fall behind it.
    fn checkpoint(&mut self) -> Result<()> {
        self.metrics.sync()?;
        let checkpoint = self.saved()?;
        if let Some(tensorboard) = &mut self.tensorboard {
            tensorboard.weights(checkpoint.iteration, &checkpoint.tensors)?;
        }
        self.folder.save_checkpoint(&checkpoint, self.config.report.keep as usize)
    }

    /// This moment as a checkpoint.
    fn saved(&mut self) -> Result<Checkpoint> {
        let state = wait(self.stage.waiter.as_ref(), self.stage.trainer.state())?;
        Ok(Checkpoint::new(state, self.config.seed, self.config.to_toml(), self.stage.identity.clone()))
    }

    fn plot(&mut self) -> Result<()> {
        self.metrics.flush()?;
        let rows = metrics::read(&self.folder.metrics_path())?;
        let losses = report::losses(&rows);
        losses.png().save(&self.folder.losses_path())?;
        losses.save_svg(&self.folder.losses_path().with_extension("svg"))
    }
}

/// Says where the training goes on.
fn announce(log: &mut Log, stage: &Stage) {
    log.say(&format!("training on {}", stage.identity));
    if let Some(remark) = &stage.remark {
        log.say(&format!("note: {remark}"));
    }
}

/// The end of a run that finds no device to go on with.
fn stopped(error: &Error, folder: &RunFolder) -> Error {
    let path = folder.path().display();
    Error::Device(format!("{error}; what was saved is whole, and goes on elsewhere: gander resume {path} --adapter host"))
}

/// The event file that a configuration asks for, from an iteration on.
fn tensorboard_of(config: &Config, folder: &RunFolder, iteration: u64) -> Result<Option<tensorboard::Writer>> {
    config.report.tensorboard.then(|| tensorboard::Writer::create(&folder.tensorboard_path(), iteration)).transpose()
}
