//! A run: trains, and leaves metrics, sheets and checkpoints in its folder.

mod not_finite;
mod saving;
mod stopwatch;

use crate::cli::RunOptions;
use crate::cli::adapter::{self, Opened};
use crate::cli::interrupt::Interrupt;
use crate::cli::log::Log;
use crate::cli::losses::Losses;
use crate::cli::progress::Progress;
use crate::cli::run::saving::{Beside, Trouble};
use crate::cli::run::stopwatch::Stopwatch;
use crate::cli::stage::{Restored, Stage};
use crate::cli::wait::wait;
use crate::cli::watcher::Watcher;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Metrics};
use crate::report::{Reference, metrics, tensorboard};
use crate::run_folder::RunFolder;
use std::ops::ControlFlow;
use std::time::Instant;

/// Everything a run needs before it has a folder: what can fail has not failed.
pub(super) struct Start {
    /// The game.
    pub config: Config,
    dataset: Dataset,
    /// What the data are known by.
    fingerprint: String,
    stage: Stage,
    options: RunOptions,
    interrupt: Interrupt,
}

/// Which data a run may go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Those that it was trained on so far.
    SameData,
    /// Any of the same shape.
    AnyData,
}

impl Start {
    /// Reads the data, opens the device, and lays out the game on it.
    /// # Errors
    /// if one of these is not possible.
    pub fn prepare(config: Config, options: &RunOptions, interrupt: Interrupt) -> Result<Start> {
        Start::prepare_on(adapter::open(&options.device)?, config, options, interrupt)
    }

    /// The same on a device that is open.
    /// # Errors
    /// if the data cannot be read, or the game cannot be laid out there.
    pub fn prepare_on(opened: Opened, config: Config, options: &RunOptions, interrupt: Interrupt) -> Result<Start> {
        let dataset = options.data.open(&config.data)?;
        let (stage, fingerprint) = (Stage::set(opened, &config, &dataset, options)?, dataset.fingerprint());
        Ok(Start { config, dataset, fingerprint, stage, options: options.clone(), interrupt })
    }

    /// Starts inherited layers where the runs stood that trained them.
    /// # Errors
    /// if such a run is gone, its checkpoint is, or that has not these layers.
    pub fn inherit(&mut self) -> Result<()> {
        self.stage.inherit(&self.config)
    }

    /// Compares the data with those that a run was trained on, where it says so; what is to be said if they differ.
    /// # Errors
    /// if they differ and that was not expected.
    fn compare_data(&self, folder: &RunFolder, trained_on: Option<&str>, expected: Expected) -> Result<Option<String>> {
        let Some(data) = trained_on.filter(|data| *data != self.fingerprint) else { return Ok(None) };
        let (run, name, here) = (folder.path().display(), &self.dataset.name, &self.fingerprint);
        let differ = format!("{run}: trained on data of sha256 {data} so far, but `{name}` is {here} here");
        match expected {
            Expected::SameData => {
                let next = "name the same data with --data, or go on with these by gander resume --other-data";
                Err(Error::Data(format!("{differ}; {next}")))
            }
            Expected::AnyData => Ok(Some(differ)),
        }
    }
}

/// A run under way.
pub(super) struct Run {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    fingerprint: String,
    reference: Reference,
    stage: Stage,
    options: RunOptions,
    metrics: metrics::Writer,
    tensorboard: Option<tensorboard::Writer>,
    log: Log,
    interrupt: Interrupt,
    watcher: Option<Watcher>,
    losses: Losses,
    stopwatch: Stopwatch,
    trouble: Trouble,
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
    /// if there are checkpoints but none is whole, or they belong to another game or were trained on other data than expected.
    pub fn resume(folder: RunFolder, mut start: Start, expected: Expected) -> Result<Run> {
        // What does not fit is refused before anything is said or written.
        let mut restored = start.stage.restore(&folder, &start.config)?;
        restored.notes.extend(start.compare_data(&folder, restored.data.as_deref(), expected)?);
        if Config::parse(&folder.config()?, &[])? != start.config {
            folder.replace_config(&start.config.to_toml())?;
        }
        let (metrics, _) = metrics::Writer::resume(&folder.metrics_path(), u64::MAX)?;
        let mut run = Run::new(folder, start, metrics)?;
        run.settle(restored)?;
        Ok(run)
    }

    fn new(folder: RunFolder, start: Start, metrics: metrics::Writer) -> Result<Run> {
        let Start { config, dataset, fingerprint, stage, options, interrupt } = start;
        let mut log = Log::open(&folder.log_path(), options.verbosity)?;
        announce(&mut log, &stage);
        let game = stage.trainer.game();
        let (g, d) = (game.generator.parameter_count(), game.discriminator.parameter_count());
        let e = game.encoder().map(|encoder| format!(", E {}", encoder.parameter_count())).unwrap_or_default();
        log.say(&format!(
            "data `{}`, {} examples to train on; G has {g} parameters, D {d}{e}; {}",
            dataset.name,
            game.data.examples(),
            folder.path().display()
        ));
        log.detail(&format!(
            "gander {}, seed {}, {} dispatches per iteration, data sha256 {}",
            crate::VERSION,
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
            fingerprint,
            reference,
            stage,
            options,
            metrics,
            tensorboard: None,
            log,
            interrupt,
            watcher,
            losses,
            stopwatch: Stopwatch::default(),
            trouble: Trouble::default(),
            unsaved,
            stale,
        })
    }

    /// The same run, which stops once it has trained for so many seconds.
    pub fn within(mut self, seconds: Option<f64>) -> Run {
        self.stopwatch.limit(seconds);
        self
    }

    /// Lets the files that grow end where the game was restored to.
    fn settle(&mut self, Restored { saved, data: _, mut notes }: Restored) -> Result<()> {
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
        self.stopwatch.resume(&self.folder, iteration)?;
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
        let _held = run.interrupt.hold();
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
        let until = u64::from(self.config.train.iterations);
        let first = self.stage.trainer.iteration();
        if std::mem::take(&mut self.unsaved) {
            // A sheet and a checkpoint of the untrained game: what cannot be written then can be said at once.
            self.sheet()?;
            self.checkpoint()?;
        } else {
            self.make_up(until)?;
        }
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
            self.pause(until, flow, &progress)?;
        }
        progress.finish();
        let (trained, elapsed) = (self.stage.trainer.iteration() - first, start.elapsed().as_secs_f64());
        let speed = 1e3 * elapsed / trained.max(1) as f64;
        self.log.say(&format!("{trained} iterations in {elapsed:.1} s, {speed:.2} ms each; see {}", self.folder.path().display()));
        if let submissions @ [_, _, ..] = &self.stage.trainer.submissions()[..] {
            let longest = 1e3 * submissions.iter().max().expect("there are two at least").as_secs_f64();
            self.log.detail(&format!("an iteration was handed over in {} submissions, the longest of {longest:.0} ms", submissions.len()));
        }
        if let Some(code) = self.interrupt.asked().filter(|_| flow.is_break()) {
            let path = self.folder.path().display();
            self.log.say(&format!("stopped at iteration {} and saved; go on with: gander resume {path}", self.stage.trainer.iteration()));
            return Ok(code);
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
        let mut failure = Ok(());
        let (metrics, tensorboard, interrupt) = (&mut self.metrics, &mut self.tensorboard, &self.interrupt);
        let (watcher, stopwatch, begun) = (&mut self.watcher, &self.stopwatch, Instant::now());
        let now_ms = || 1e3 * start.elapsed().as_secs_f64();
        let mut seen = |rows: &[Metrics]| {
            rows.iter().for_each(|row| metrics.append(*row));
            if let Err(error) = tensorboard.as_mut().map_or(Ok(()), |tensorboard| tensorboard.rows(rows)) {
                (*tensorboard, failure) = (None, Err(error));
            }
            if let Some(watcher) = watcher {
                rows.iter().for_each(|row| watcher.note(row));
            }
            if let Some(last) = rows.last() {
                progress.show(last);
            }
            let stops = interrupt.asked().is_some() || stopwatch.is_up(begun.elapsed());
            if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        // What may be saved then is looked at.
        self.stage.trainer.inspect_also(stop);
        let flow = wait(self.stage.waiter.as_ref(), self.stage.trainer.advance(stop, &now_ms, &mut seen))?;
        self.stopwatch.add(begun.elapsed());
        progress.aside(|| self.beside(Beside::TensorBoard, failure))?;
        Ok(flow)
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
