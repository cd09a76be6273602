//! A run: trains, and leaves metrics, sheets and checkpoints in its folder.

use crate::checkpoint::Checkpoint;
use crate::cli::adapter::{self, Opened};
use crate::cli::interrupt::{INTERRUPTED, Interrupt};
use crate::cli::log::Log;
use crate::cli::progress::Progress;
use crate::cli::wait::wait;
use crate::cli::watcher::Watcher;
use crate::cli::{RunOptions, Verbosity};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Inherited, Metrics, Player, Trainer};
use crate::gpu::Waiter;
use crate::report::{self, Reference, metrics, tensorboard};
use crate::run_folder::{RunFolder, RunView};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// Everything a run needs before it has a folder: what can fail has not failed.
pub(super) struct Start {
    /// The game.
    pub config: Config,
    dataset: Dataset,
    trainer: Trainer,
    waiter: Option<Waiter>,
    remark: Option<String>,
    device: String,
    interrupt: Interrupt,
}

impl Start {
    /// Reads the data, opens the device, and lays out the game on it.
    /// # Errors
    /// if one of these is not possible.
    pub fn prepare(config: Config, options: &RunOptions, interrupt: Interrupt) -> Result<Start> {
        let dataset = options.data.open(&config.data)?;
        let Opened { device, waiter, remark } = adapter::open(&options.device)?;
        let identity = device.identity();
        let trainer = Trainer::new(device, &config, &dataset)?;
        Ok(Start { config, dataset, trainer, waiter, remark, device: identity, interrupt })
    }

    /// Starts inherited layers where the runs stood that trained them.
    /// # Errors
    /// if such a run is gone, its checkpoint is, or that has not these layers.
    pub fn inherit(&mut self) -> Result<()> {
        for player in Player::BOTH {
            if let Some(Inherited { run, iteration, .. }) = &player.of(&self.config).inherited {
                let trained = RunView::open(Path::new(run))?.checkpoint_at(*iteration)?;
                self.trainer.inherit(player, &self.config, &trained.into_state())?;
            }
        }
        Ok(())
    }
}

/// A run under way.
pub(super) struct Run {
    folder: RunFolder,
    config: Config,
    reference: Reference,
    trainer: Trainer,
    waiter: Option<Waiter>,
    device: String,
    metrics: metrics::Writer,
    tensorboard: Option<tensorboard::Writer>,
    log: Log,
    interrupt: Interrupt,
    watcher: Option<Watcher>,
}

impl Run {
    /// Begins a run in a fresh folder, with a sheet and a checkpoint of the untrained game.
    /// # Errors
    /// if the folder cannot be written.
    pub fn begin(folder: RunFolder, start: Start, verbosity: Verbosity) -> Result<Run> {
        let metrics = metrics::Writer::create(&folder.metrics_path())?;
        let mut run = Run::new(folder, start, metrics, verbosity)?;
        run.sheet()?;
        run.checkpoint()?;
        Ok(run)
    }

    /// Goes on with a run from its newest whole checkpoint, or from the beginning if it was stopped before the first.
    /// # Errors
    /// if there are checkpoints but none is whole, or they belong to another game.
    pub fn resume(folder: RunFolder, mut start: Start, verbosity: Verbosity) -> Result<Run> {
        let newest = folder.newest_checkpoint()?;
        let mut notes = vec![];
        if let Some(newest) = newest {
            notes.extend(newest.passed_over.into_iter().map(|why| format!("passed over {why}")));
            let Checkpoint { seed, device, version, iteration, .. } = &newest.checkpoint;
            if *seed != start.config.seed {
                let path = folder.config_path();
                let wanted = start.config.seed;
                return Err(Error::Checkpoint(format!(
                    "{}: the seed is {wanted}, the checkpoint's is {seed}; set it back, or begin a new run",
                    path.display()
                )));
            }
            if *device != start.device || version != env!("CARGO_PKG_VERSION") {
                notes.push(format!(
                    "trained on {device} by gander {version} so far: from here on the run is not bit-equal to one that stayed there"
                ));
            }
            notes.push(format!("goes on at iteration {iteration}"));
            start.trainer.restore(&newest.checkpoint.into_state())?;
        } else {
            start.inherit()?;
        }
        let (metrics, dropped) = metrics::Writer::resume(&folder.metrics_path(), start.trainer.iteration())?;
        if dropped.later > 0 {
            notes.push(format!("{} rows of metrics.csv that came after the checkpoint will be made again", dropped.later));
        }
        let mut run = Run::new(folder, start, metrics, verbosity)?;
        if let Some(watcher) = &mut run.watcher {
            watcher.resume(&run.folder, run.trainer.iteration(), &metrics::read(&run.folder.metrics_path())?)?;
        }
        notes.iter().for_each(|note| run.log.say(note));
        Ok(run)
    }

    fn new(folder: RunFolder, start: Start, metrics: metrics::Writer, verbosity: Verbosity) -> Result<Run> {
        let Start { config, dataset, trainer, waiter, remark, device, interrupt } = start;
        let mut log = Log::open(&folder.log_path(), verbosity)?;
        log.say(&format!("training on {device}"));
        if let Some(remark) = remark {
            log.say(&format!("note: {remark}"));
        }
        let game = trainer.game();
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
            trainer.plan().dispatches.len(),
            dataset.checksum()
        ));
        let tensorboard = match config.report.tensorboard {
            true => Some(tensorboard::Writer::create(&folder.tensorboard_path(), trainer.iteration())?),
            false => None,
        };
        let reference = Reference::new(&dataset, config.report.scaling);
        let watcher = Watcher::new(config.report.monitor_every, &dataset);
        Ok(Run { folder, config, reference, trainer, waiter, device, metrics, tensorboard, log, interrupt, watcher })
    }

    /// Trains to the end, or until the user stops it. Returns the exit code.
    /// # Errors
    /// if the device fails, a number is no longer finite, or the folder cannot be written.
    pub fn train(mut self) -> Result<u8> {
        let until = u64::from(self.config.train.iterations);
        let first = self.trainer.iteration();
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
        while flow.is_continue() && self.trainer.iteration() < until {
            flow = self.advance(self.next_stop(until), start, &mut progress)?;
            self.pause(until, flow.is_break(), &progress)?;
        }
        progress.finish();
        let (trained, elapsed) = (self.trainer.iteration() - first, start.elapsed().as_secs_f64());
        let speed = 1e3 * elapsed / trained.max(1) as f64;
        self.log.say(&format!("{trained} iterations in {elapsed:.1} s, {speed:.2} ms each; see {}", self.folder.path().display()));
        if flow.is_break() {
            let path = self.folder.path().display();
            self.log.say(&format!("stopped at iteration {} and saved; go on with: gander resume {path}", self.trainer.iteration()));
            return Ok(INTERRUPTED);
        }
        Ok(0)
    }

    /// The next iteration after which something is written.
    fn next_stop(&self, until: u64) -> u64 {
        let now = self.trainer.iteration();
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
            failure = written.err().or_else(|| rows.iter().find(|row| row.non_finite).map(broken));
            if let Some(watcher) = watcher {
                rows.iter().for_each(|row| watcher.note(row));
            }
            if let Some(last) = rows.last() {
                progress.show(last);
            }
            if failure.is_some() || interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let flow = wait(self.waiter.as_ref(), self.trainer.advance(stop, &now_ms, &mut seen))?;
        match failure {
            Some(error) => Err(error),
            None => Ok(flow),
        }
    }

    /// Writes what is due at this iteration.
    fn pause(&mut self, until: u64, stopping: bool, progress: &Progress) -> Result<()> {
        let now = self.trainer.iteration();
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
        let now = self.trainer.iteration();
        let Some(watcher) = self.watcher.as_mut().filter(|watcher| watcher.is_due(now)) else { return Ok(()) };
        let (trainer, log) = (&mut self.trainer, &mut self.log);
        let reading = watcher.read(trainer, self.config.seed, &self.folder, log);
        let best = progress.aside(|| wait(self.waiter.as_ref(), reading))?;
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
        let values = wait(self.waiter.as_ref(), self.trainer.samples(report.samples, self.config.seed))?;
        let (sheet, iteration) = (self.reference.draw(&values)?, self.trainer.iteration());
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
        let state = wait(self.waiter.as_ref(), self.trainer.state())?;
        Ok(Checkpoint::new(state, self.config.seed, self.config.to_toml(), self.device.clone()))
    }

    fn plot(&mut self) -> Result<()> {
        self.metrics.flush()?;
        let rows = metrics::read(&self.folder.metrics_path())?;
        let losses = report::losses(&rows);
        losses.png().save(&self.folder.losses_path())?;
        losses.save_svg(&self.folder.losses_path().with_extension("svg"))
    }
}

/// The end of a game whose numbers have left the finite.
fn broken(row: &Metrics) -> Error {
    let iteration = row.iteration;
    Error::Device(format!(
        "a loss or gradient of iteration {iteration} is not finite; the checkpoints before it are whole: resume with a lower learning rate, \
         as in a new run with --set discriminator.optimizer.learning_rate=0.02"
    ))
}
