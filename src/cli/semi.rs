//! `gander semi`: classifiers made of a game's discriminator, by few labels, beside the same network by the labels alone. Goes on where it stopped.
//!
//! A run's game is taken as it is; a preset or a TOML file is trained first, into `DIR/game`. What each classifier came to is kept in `DIR/semi.json` as soon as
//! it is known, with what it depends on; another game or other iterations begin anew.

mod kept;
mod trials;

use crate::checkpoint::Checkpoint;
use crate::cli::configuration::GameOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::semi::kept::Kept;
use crate::cli::semi::trials::Trials;
use crate::cli::series::Series;
use crate::cli::{RunOptions, print};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::eval::semi::FewLabels;
use crate::gan::semi::{Way, labelled, recipe};
use crate::gan::{Config, PRESETS, State};
use crate::report;
use crate::run_folder::{At, RunView};
use clap::ValueHint;
use std::path::{Path, PathBuf};

/// Options of `gander semi`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The folder of a run, or a preset (see `gander presets`) or a TOML file, whose game is trained first
    #[arg(default_value = PRESETS[0].name, value_name = "RUN|PRESET|FILE.toml", value_hint = ValueHint::AnyPath)]
    game: String,
    /// Set one key of the configuration of a preset or a file, as in --set train.iterations=2000; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// Numbers of labelled examples, equally many of each class
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', default_values_t = [100, 1000, 3000])]
    labels: Vec<u32>,
    /// Labelled subsets to try of each number
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    subsets: u32,
    /// The seed of the first subset and of its classifiers; the next one has the next
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Iterations that each classifier learns for: fixed beforehand, none of them is selected
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    iterations: u32,
    /// Ways to learn; all if it is not given
    #[arg(long, value_enum, value_name = "WAYS", value_delimiter = ',')]
    ways: Vec<Way>,
    /// Judge by validation examples, to choose settings by; without it by test examples where there are any
    #[arg(long)]
    validate: bool,
    /// The folder of semi.png, semi.svg, and what is kept; `semi` in the run's folder, or runs/semi-NAME, if it is not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
}

/// The game that is meant, and where it lies or will lie.
struct Meant {
    config: Config,
    run: PathBuf,
    /// Of what is found out about it.
    folder: PathBuf,
    to_train: bool,
}

/// A trained game, and the folder of what is found out about it.
struct Subject {
    folder: PathBuf,
    config: Config,
    state: State,
    /// Names the checkpoint.
    digest: String,
}

/// Examples that classifiers are judged by.
struct HeldOut {
    x: Vec<f32>,
    labels: Vec<u8>,
    /// Which they are, in words.
    called: String,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let meant = options.meant()?;
    // What can be wrong with any classifier is found before anything is trained.
    let recipe = recipe(&meant.config, options.iterations)?;
    let dataset = options.run.data.open(&meant.config.data)?;
    options.labels.iter().try_for_each(|labels| labelled(&dataset, *labels, options.seed).map(drop))?;
    let held_out = options.held_out(&dataset)?;
    if meant.to_train {
        let series = Series { options: &options.run, interrupt: Interrupt::listen()?, limit: None };
        let code = series.train(&meant.config, &meant.run)?;
        if code != 0 {
            return Ok(code);
        }
    }
    let subject = options.opened(meant)?;
    let key = format!("{} {} {} {recipe:?}", subject.digest, dataset.fingerprint(), held_out.called);
    let mut kept = Kept::open(&subject.folder.join("semi.json"), key)?;
    let trials = Trials::new(options, &subject, &recipe, &dataset, &held_out);
    trials.all(&mut kept)?;
    let found = FewLabels::of(&kept.of(|outcome| trials.asks_for(outcome)));
    options.show(&subject, &held_out.called, &found)
}

impl Options {
    /// The ways to learn, what the others are compared with first.
    fn ways(&self) -> Vec<Way> {
        Way::ALL.into_iter().filter(|way| self.ways.is_empty() || self.ways.contains(way)).collect()
    }

    /// The game that is meant, before it is trained where it is a preset or a file.
    fn meant(&self) -> Result<Meant> {
        let path = Path::new(&self.game);
        if path.is_dir() {
            if let Some(set) = self.set.first() {
                let run = path.display();
                return Err(Error::Config(format!(
                    "--set {set} changes a game that is to be trained, but {run} is a run already: leave it out"
                )));
            }
            let config = Config::parse(&RunView::open(path)?.config()?, &[])?;
            let folder = self.out.clone().unwrap_or_else(|| path.join("semi"));
            return Ok(Meant { config, run: path.into(), folder, to_train: false });
        }
        let (name, mut config) = GameOptions::named(&self.game, &self.set).read()?;
        // As `gander train` does: the run is to know what it was trained on.
        config.data = self.run.data.chosen(&config.data)?;
        let folder = self.out.clone().unwrap_or_else(|| PathBuf::from("runs").join(format!("semi-{name}")));
        Ok(Meant { config, run: folder.join("game"), folder, to_train: true })
    }

    fn opened(&self, Meant { run, folder, .. }: Meant) -> Result<Subject> {
        let checkpoint: Checkpoint = RunView::open(&run)?.checkpoint(self.at)?;
        let (config, digest) = (Config::parse(&checkpoint.config, &[])?, checkpoint.digest());
        Ok(Subject { folder, config, digest, state: checkpoint.into_state() })
    }

    /// The examples that classifiers are judged by.
    /// # Errors
    /// if none were held out.
    fn held_out(&self, dataset: &Dataset) -> Result<HeldOut> {
        let (range, what) = match dataset.test.is_empty() || self.validate {
            true => (dataset.valid.clone(), "validation"),
            false => (dataset.test.clone(), "test"),
        };
        if range.is_empty() {
            return Err(Error::Data(format!(
                "data set `{}` has no {what} examples to judge classifiers by; name data that have some",
                dataset.name
            )));
        }
        let labels = dataset.labels.as_ref().expect("labelled examples were found in it");
        let labels = labels[range.start as usize..range.end as usize].to_vec();
        Ok(HeldOut { called: format!("{} {what} examples of `{}`", range.len(), dataset.name), x: dataset.rows(range), labels })
    }

    /// Prints the table, draws the plot, and writes the figures.
    fn show(&self, subject: &Subject, called: &str, found: &FewLabels) -> Result<u8> {
        let chart = report::few_labels(found, format!("Error on {called}, mean over labelled subsets ± its standard error"));
        let path = subject.folder.join("semi.png");
        chart.png().save(&path)?;
        chart.save_svg(&path.with_extension("svg"))?;
        if let Some(path) = &self.json {
            let findings = serde_json::json!({
                "version": crate::VERSION,
                "game": self.game,
                "iteration": subject.state.iteration,
                "judged_by": called,
                "iterations": self.iterations,
                "rows": found.rows,
            });
            let json = serde_json::to_string_pretty(&findings).expect("figures are plain numbers and text");
            crate::atomic::write(path, |file| file.write_all(json.as_bytes()))?;
        }
        print(&format!(
            "Error on {called}, mean over labelled subsets ± its standard error; D and G as of iteration {}, {} iterations each\n{found}see {}\n",
            subject.state.iteration,
            self.iterations,
            path.display()
        ))
    }
}
