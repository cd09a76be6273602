//! `gander reproduce table1`: the published recipe trained to its end and evaluated, for several seeds, beside the paper's row. Goes on where it stopped.

use crate::cli::configuration::{follow, preset_named};
use crate::cli::eval;
use crate::cli::interrupt::Interrupt;
use crate::cli::series::{Series, trained};
use crate::cli::{RunOptions, print};
use crate::error::Result;
use crate::eval::parzen::{Estimate, Place, Score};
use crate::eval::table1;
use crate::gan::Config;
use crate::report::seconds::duration;
use crate::run_folder::RunView;
use clap::ValueHint;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

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
    /// Games to train at once on the device
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64), value_name = "GAMES")]
    replicas: u32,
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
    let series = Series { options: &options.run, interrupt: Interrupt::listen()?, limit: None };
    let mut outcomes = vec![];
    let seeds: Vec<u32> = (1..=options.seeds).collect();
    for seeds in seeds.chunks(options.replicas as usize) {
        let game = |seed: &u32| Ok((options.config(*seed)?, options.out.join(format!("seed-{seed}"))));
        let games: Vec<(Config, PathBuf)> = seeds.iter().map(game).collect::<Result<_>>()?;
        for end in series.train_all(&games)? {
            match end? {
                0 => {}
                code => return Ok(code),
            }
        }
        for (seed, (config, path)) in seeds.iter().zip(&games) {
            outcomes.push(options.evaluated(config, *seed, path)?);
            print(&format!("{}\n", outcomes.last().expect("pushed above")))?;
        }
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
        config.check_starts_from_noise()?;
        config.data = self.run.data.chosen(&config.data)?;
        Ok(config)
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
        Ok(Outcome { seed, score, seconds: trained(&view, u64::MAX)? })
    }
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
