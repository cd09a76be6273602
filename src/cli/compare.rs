//! `gander compare`: several configurations, several seeds, equal iterations or equal time, one table and one plot. Goes on where it stopped.
//!
//! Each run is an ordinary one in a folder of its own, `DIR/CONFIGURATION/seed-N`. Runs take turns, all configurations with one seed (or with the `--replicas`
//! that are trained at once), then with the next, so that what else the machine does meanwhile meets all of them.

use crate::cli::arms::{self, Arm};
use crate::cli::interrupt::Interrupt;
use crate::cli::series::Series;
use crate::cli::{RunOptions, print};
use crate::error::{Error, Result};
use crate::eval::comparison::{Comparison, Moment, Runs};
use crate::eval::monitor::Reading;
use crate::gan::{Config, PRESETS};
use crate::report;
use crate::report::seconds::{self, duration};
use crate::run_folder::RunView;
use clap::ValueHint;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Options of `gander compare`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Presets (see `gander presets`) or TOML files
    #[arg(default_values = [PRESETS[0].name], value_name = "PRESET|FILE.toml")]
    games: Vec<String>,
    /// Set one key of every configuration, as in --set train.k=2; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Values of one key to compare, as in --vary prior.noise=uniform,gaussian; an empty one leaves the key as it is. May be given often: every combination
    #[arg(long, value_name = "KEY=A,B,C")]
    vary: Vec<String>,
    /// Games to train of each configuration, with the seeds 1, 2, …
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    seeds: u32,
    /// Games of a configuration to train at once on the device, with different seeds
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64), conflicts_with = "seconds", value_name = "GAMES")]
    replicas: u32,
    /// Iterations to train each for; those of its configuration if it is not given
    #[arg(long, conflicts_with = "seconds")]
    iterations: Option<u32>,
    /// Seconds to train each for, instead: what sheets, readings and checkpoints take is not counted
    #[arg(long, value_parser = positive)]
    seconds: Option<f64>,
    /// The folder of all runs, of comparison.png and of comparison.svg; the same folder goes on where it stopped
    #[arg(long, default_value = "runs/compare", value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
}

fn positive(text: &str) -> std::result::Result<f64, String> {
    text.parse().ok().filter(|seconds: &f64| *seconds > 0.0 && seconds.is_finite()).ok_or_else(|| "not a positive number".into())
}

/// What `--json` writes.
#[derive(Serialize)]
struct Findings<'a> {
    version: &'static str,
    data: &'a str,
    seconds: Option<f64>,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let arms = arms::of(&options.games, &options.set, &options.vary)?;
    // What can be wrong with any of them is found before the first is trained.
    for seed in 1..=options.seeds {
        arms.iter().try_for_each(|arm| options.config(arm, seed).map(drop))?;
    }
    let series = Series { options: &options.run, interrupt: Interrupt::listen()?, limit: options.seconds };
    let mut runs: Vec<Runs> = arms.iter().map(|arm| Runs::of(&arm.name)).collect();
    let seeds: Vec<u32> = (1..=options.seeds).collect();
    for seeds in seeds.chunks(options.replicas as usize) {
        for (arm, runs) in arms.iter().zip(&mut runs) {
            let game = |seed: &u32| Ok((options.config(arm, *seed)?, options.out.join(&arm.folder).join(format!("seed-{seed}"))));
            let games: Vec<(Config, PathBuf)> = seeds.iter().map(game).collect::<Result<_>>()?;
            for ((seed, (config, path)), end) in seeds.iter().zip(&games).zip(series.train_all(&games)?) {
                let end = match end {
                    Ok(0) => None,
                    // A game that breaks is a result: the others go on without it.
                    Err(Error::NonFinite(why)) => Some(why),
                    stopped => return stopped,
                };
                let read = options.moments(config, path)?;
                print(&format!("{}, seed {seed}: {}\n", arm.name, end.as_deref().map_or_else(|| sentence(read.last()), first_clause)))?;
                runs.broken += u32::from(end.is_some());
                runs.moments.push(read);
            }
        }
    }
    options.show(&options.config(&arms[0], 1)?.data.set, &Comparison::of(runs))
}

/// What happened, without the advice behind it.
fn first_clause(why: &str) -> String {
    why.split(';').next().unwrap_or(why).into()
}

/// What a run came to.
fn sentence(last: Option<&Moment>) -> String {
    match last {
        Some(Moment { iteration, seconds, nats }) => format!("{nats:.1} nats after {iteration} iterations, {}", duration(*seconds)),
        None => "nothing was read yet".into(),
    }
}

impl Options {
    /// The complete configuration of one run.
    fn config(&self, arm: &Arm, seed: u32) -> Result<Config> {
        let mut config = arm.config(seed, if self.seconds.is_some() { Some(u32::MAX) } else { self.iterations })?;
        config.check_starts_from_noise()?;
        config.retried.clear();
        config.data = self.run.data.chosen(&config.data)?;
        let (every, iterations) = (config.report.monitor_every, config.train.iterations);
        if every == 0 || every > iterations {
            let what = format!("report.monitor_every is {every}, so that nothing would be read of it in {iterations} iterations");
            return Err(Error::Config(format!("{}: {what}; add, for example, --set report.monitor_every=200", arm.name)));
        }
        Ok(config)
    }

    /// What was read off a run, within the iterations or the time asked for.
    fn moments(&self, config: &Config, path: &Path) -> Result<Vec<Moment>> {
        let view = RunView::open(path)?;
        let until = config.train.iterations.into();
        let (readings, times) = (report::monitor::read(&view.monitor_path(), until)?, seconds::read(&view.seconds_path(), until)?);
        let moment = |reading: &Reading| {
            let seconds = times.iter().rfind(|row| row.0 <= reading.iteration).map_or(0.0, |row| row.1);
            Moment { iteration: reading.iteration, seconds, nats: reading.valid_parzen }
        };
        let within = |moment: &Moment| self.seconds.is_none_or(|limit| moment.seconds <= limit);
        let moments: Vec<Moment> = readings.iter().map(moment).filter(within).collect();
        if moments.is_empty() && self.seconds.is_none() {
            let (set, path) = (&config.data.set, path.display());
            return Err(Error::Data(format!("{path}: nothing was read; `{set}` has no validation examples: choose data that have some")));
        }
        Ok(moments)
    }

    /// Prints the table, draws the plot, and writes the figures.
    fn show(&self, data: &str, comparison: &Comparison) -> Result<u8> {
        let (chart, path) = (report::comparison(comparison), self.out.join("comparison.png"));
        chart.png().save(&path)?;
        chart.save_svg(&path.with_extension("svg"))?;
        if let Some(path) = &self.json {
            let findings = Findings { version: crate::VERSION, data, seconds: self.seconds, comparison };
            let json = serde_json::to_string_pretty(&findings).expect("figures are plain numbers and text");
            crate::atomic::write(path, |file| file.write_all(json.as_bytes()))?;
        }
        print(&format!(
            "\nValidation log-likelihood of `{data}`, mean over seeds ± its standard error\n{comparison}see {}\n",
            path.display()
        ))
    }
}
