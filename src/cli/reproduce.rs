//! `gander reproduce table1`: the published recipe trained to its end and evaluated, for several seeds, beside the paper's row. Goes on where it stopped.

use crate::cli::configuration::{follow, preset_named};
use crate::cli::eval;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::{Expected, Run, Start};
use crate::cli::{RunOptions, print};
use crate::error::{Error, Result};
use crate::eval::parzen::{Estimate, Place, Score};
use crate::eval::table1;
use crate::gan::Config;
use crate::run_folder::{RunFolder, RunView};
use clap::ValueHint;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Options of `gander reproduce`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The row "Adversarial nets" of Table 1, MNIST: the Parzen window log-likelihood
    Table1(Table1),
}

/// Options of `gander reproduce table1`.
#[derive(Debug, clap::Args)]
struct Table1 {
    /// Games to train, with the seeds 1, 2, …
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    seeds: u32,
    /// The preset to train
    #[arg(long, default_value = "mnist")]
    preset: String,
    /// Set one key of the configuration, as in --set train.recipe=algorithm-1; the published code's recipe is taken if it is not set
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Iterations to train for
    #[arg(long)]
    iterations: Option<u32>,
    /// The folder of all runs; the same folder goes on where it stopped
    #[arg(long, default_value = "runs/table1", value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let What::Table1(options) = &options.what;
    let interrupt = Interrupt::listen()?;
    let mut outcomes = vec![];
    for seed in 1..=options.seeds {
        let path = options.out.join(format!("seed-{seed}"));
        let config = options.config(seed)?;
        let code = options.train(&config, &path, &interrupt)?;
        if code != 0 {
            return Ok(code);
        }
        outcomes.push(options.evaluated(&config, seed, &path)?);
        print(&format!("{}\n", outcomes.last().expect("pushed above")))?;
    }
    print(&table(&options.preset, &outcomes))
}

/// What one seed came to.
struct Outcome {
    seed: u32,
    score: Score,
    seconds: f64,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { seed, score: Score { test, sigma, place, .. }, seconds } = self;
        let edge = if *place == Place::Inside { "" } else { ", at the edge of the grid" };
        write!(f, "seed {seed}: {test} nats, σ {sigma:.3}{edge}; trained in {}", duration(*seconds))
    }
}

/// What `seconds.json` in a run's folder holds: the wall time of its training, over all the times that it was gone on with.
#[derive(Default, Serialize, Deserialize)]
struct Clock {
    seconds: f64,
}

/// What is read back of an evaluation.
#[derive(Deserialize)]
struct Known {
    subject: KnownSubject,
    parzen: Score,
}

#[derive(Deserialize)]
struct KnownSubject {
    iteration: u64,
    version: String,
}

impl Table1 {
    fn config(&self, seed: u32) -> Result<Config> {
        let mut overrides = vec!["train.recipe=code-2014".to_string()];
        overrides.extend(self.set.iter().cloned());
        overrides.push(format!("seed={seed}"));
        overrides.extend(self.iterations.map(|iterations| format!("train.iterations={iterations}")));
        let mut config = follow(Config::parse(preset_named(&self.preset)?.toml, &overrides)?)?;
        // As `gander train` does: the run is to know what it was trained on.
        config.data = self.run.data.chosen(&config.data)?;
        Ok(config)
    }

    /// Trains a run to its end, from where it stands. Returns the exit code.
    fn train(&self, config: &Config, path: &Path, interrupt: &Interrupt) -> Result<u8> {
        let there = RunView::open(path).ok();
        if let Some(view) = &there {
            self.check(config, view)?;
            if view.checkpoints()?.last() >= Some(&u64::from(config.train.iterations)) {
                return Ok(0);
            }
        }
        // First, for a folder that is taken is refused before anything takes its time.
        let folder = there.map(|_| RunFolder::open(path)).transpose()?;
        let mut start = Start::prepare(config.clone(), &self.run, interrupt.clone())?;
        let run = match folder {
            None => {
                start.inherit()?;
                Run::begin(RunFolder::create(path, &config.to_toml())?, start)?
            }
            Some(folder) => Run::resume(folder, start, Expected::SameData)?,
        };
        let begun = Instant::now();
        let code = run.train()?;
        let mut clock = clock(path);
        clock.seconds += begun.elapsed().as_secs_f64();
        let json = serde_json::to_vec(&clock).expect("a number is JSON");
        crate::atomic::write(&clock_path(path), |file| file.write_all(&json))?;
        Ok(code)
    }

    /// Refuses to go on with a run of another game: only the number of iterations may differ.
    fn check(&self, config: &Config, view: &RunView) -> Result<()> {
        let mut there = Config::parse(&view.config()?, &[])?;
        there.train.iterations = config.train.iterations;
        if there == *config {
            return Ok(());
        }
        Err(Error::Config(format!("{} holds a run of another configuration; choose another folder with --out", view.path().display())))
    }

    /// The evaluation of a run's end: the one that is there, or a new one.
    fn evaluated(&self, config: &Config, seed: u32, path: &Path) -> Result<Outcome> {
        let view = RunView::open(path)?;
        let known = fs::read(view.eval_path()).ok().and_then(|bytes| serde_json::from_slice::<Known>(&bytes).ok());
        let (iterations, version) = (u64::from(config.train.iterations), crate::VERSION);
        let current = known.filter(|known| known.subject.iteration >= iterations && known.subject.version == version);
        let score = match current {
            Some(known) => known.parzen,
            None => {
                let options = eval::Options::published(path.to_path_buf(), self.run.data.clone(), self.run.device.clone());
                eval::evaluate_run(&options, &view)?.parzen.expect("the published protocol gives a log-likelihood")
            }
        };
        Ok(Outcome { seed, score, seconds: clock(path).seconds })
    }
}

fn clock_path(run: &Path) -> PathBuf {
    run.join("seconds.json")
}

/// The wall time so far; none where it was never written.
fn clock(run: &Path) -> Clock {
    fs::read(clock_path(run)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// The paper's rows, and ours below them.
fn table(data_set: &str, outcomes: &[Outcome]) -> String {
    let mut text = String::from("\nParzen window log-likelihood of the test set, in nats\n");
    for (model, mean, error) in table1::rows(data_set) {
        text += &format!("  {model:<28} {mean:8.1} ± {error:<5.1}  Table 1\n");
    }
    let seconds: f64 = outcomes.iter().map(|outcome| outcome.seconds).sum();
    let (ours, of) = match outcomes {
        [one] => (one.score.test, "one seed; ± over test examples".to_string()),
        all => {
            let means: Vec<f64> = all.iter().map(|outcome| outcome.score.test.mean).collect();
            (Estimate::of(&means), format!("{} seeds; ± over seeds", all.len()))
        }
    };
    text + &format!("  {:<28} {:8.1} ± {:<5.1}  {of}, trained in {}\n", "gander", ours.mean, ours.standard_error, duration(seconds))
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}
