//! `gander eval`: how good a generator is, by the paper's protocol and others.

mod by_class;
mod calibration;
mod critic;
mod curve;
mod looks;

pub(super) use looks::classifiers;

use crate::cli::adapter::{self, Opened};
use crate::cli::generator::Generator;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, DeviceOptions, print};
use crate::data::{DataConfig, Dataset, catalogue, samples};
use crate::error::{Error, Result};
use crate::eval::distances::Rows;
use crate::eval::neighbours::{Audit, audit, nearest};
use crate::eval::parzen::{Grid, HeldOut, Protocol, SAMPLES, VALIDATION};
use crate::eval::summary::{Subject, Summary};
use crate::gan::Told;
use crate::gpu::Waiter;
use crate::plan::{Device, Recorder};
use crate::run_folder::{At, RunView};
use clap::ValueHint;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Options of `gander eval`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    #[arg(value_hint = ValueHint::DirPath, required_unless_present = "samples")]
    run: Option<PathBuf>,
    /// Samples of anybody's generator instead of a run's: a .npy file or a folder of PNGs
    #[arg(long, value_name = "FILE.npy|FOLDER", value_hint = ValueHint::AnyPath, requires = "against", conflicts_with_all = ["run", "at", "count", "seed", "curve"])]
    samples: Option<PathBuf>,
    /// The data set that such samples imitate
    #[arg(long, value_name = "DATA SET", requires = "samples")]
    against: Option<String>,
    /// What black and full are in a .npy file, as in -1..1, if not 0..1 (of bytes 0..255)
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true, requires = "samples")]
    range: Option<samples::Range>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// How many samples to draw; the paper draws 10,000
    #[arg(long, default_value_t = SAMPLES, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// The seed of the noise; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    /// Look for σ beyond the published grid where it ends at the best one
    #[arg(long)]
    widen: bool,
    /// Cut held-out examples into so many folds, choose σ in each, and give the standard error across them, as the paper does for faces; `tfd` has folds
    /// of its own, which are always used
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100))]
    folds: Option<u32>,
    /// Leave out the rows that say what a log-likelihood is worth (they are computed once and kept in the cache folder)
    #[arg(long)]
    no_calibration: bool,
    /// Samples, and held-out examples, whose nearest training example is looked for; 0 leaves the audit out
    #[arg(long, default_value_t = 1000, value_name = "N")]
    audit: u32,
    /// Samples, and as many real examples, for precision, recall and the size of the support; 0 leaves them out
    #[arg(long, default_value_t = 5000, value_name = "N")]
    manifold: u32,
    /// Only these parts; all if it is not given. Where there are labels, modes and manifold train a classifier once, for a minute or two
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS")]
    only: Vec<Part>,
    /// The folder where classifiers are kept; in the cache folder if it is not given
    #[arg(long, env = looks::CLASSIFIERS, value_name = "DIR", value_hint = ValueHint::DirPath)]
    classifiers: Option<PathBuf>,
    /// Score every checkpoint there is: the learning curve, as parzen.csv and parzen.png in the run's folder
    #[arg(long, conflicts_with_all = ["at", "folds", "json"])]
    curve: bool,
    /// Train a fresh critic for so many iterations against the generator, which stands still, and bound the divergence by what it is worth on test
    /// examples (takes as long as training them does)
    #[arg(long, value_name = "ITERATIONS", num_args = 0..=1, default_missing_value = "5000", conflicts_with_all = ["samples", "curve"], value_parser = clap::value_parser!(u32).range(1..))]
    critic: Option<u32>,
    /// Write everything to this file; eval.json in the run's folder if it is not given
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

/// A part of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The log-likelihood of Table 1, with its calibration
    Parzen,
    /// Whether training examples are repeated
    Audit,
    /// Classes, classifier score and Fréchet distance; of points in a plane or on a line modes and divergences
    Modes,
    /// Precision and recall, and the size of the support, on pixels and on the classifier's features
    Manifold,
}

impl Options {
    /// The published protocol for a run, and nothing else.
    pub fn published(run: PathBuf, data: DataOptions, device: DeviceOptions) -> Options {
        Options {
            run: Some(run),
            samples: None,
            against: None,
            range: None,
            at: At::Newest,
            count: SAMPLES,
            seed: None,
            widen: false,
            folds: None,
            no_calibration: true,
            audit: 0,
            manifold: 0,
            only: vec![Part::Parzen],
            classifiers: None,
            curve: false,
            critic: None,
            json: None,
            data,
            device,
        }
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn grid(&self) -> Grid {
        if self.widen { Grid::Widened } else { Grid::Published }
    }
}

/// A device to evaluate on.
struct Workbench {
    device: Box<dyn Device>,
    rec: Recorder,
    waiter: Option<Waiter>,
}

impl Workbench {
    fn open(options: &DeviceOptions) -> Result<Workbench> {
        let Opened { device, waiter, .. } = adapter::open(options)?;
        Ok(Workbench { device, rec: Recorder::new(), waiter })
    }
}

/// Training examples, and those held out from training, as rows.
struct Examples {
    dataset: Dataset,
    sha256: String,
    dimensions: usize,
    training: Vec<f32>,
    valid: Vec<f32>,
    test: Vec<f32>,
    /// What each of the set's own folds holds out for validation and test, if it has folds.
    folds: Vec<(Vec<f32>, Vec<f32>)>,
}

impl Examples {
    /// The examples of a data set and, of one that is divided into folds, those that each of them holds out.
    /// # Errors
    /// if they cannot be read or nothing was held out.
    fn open(config: &DataConfig, options: &DataOptions) -> Result<Examples> {
        // Those that are named in place of the configuration's have folds of their own, or none.
        let config = &options.chosen(config)?;
        let examples = Examples::of(options.open(config)?)?;
        let fold = |fold: u32| {
            let dataset = options.open(&DataConfig { fold: Some(fold), ..config.clone() })?;
            Examples::of(Dataset { train: dataset.valid.clone(), ..dataset }).map(|fold| (fold.valid, fold.test))
        };
        let folds = (0..catalogue::folds(&config.set)).map(fold).collect::<Result<_>>()?;
        Ok(Examples { folds, ..examples })
    }

    /// # Errors
    /// if nothing was held out.
    fn of(dataset: Dataset) -> Result<Examples> {
        let Dataset { name, train, valid, test, .. } = &dataset;
        for (what, range) in [("validation", valid), ("test", test)] {
            if range.is_empty() {
                return Err(Error::Data(format!(
                    "`{name}` has no {what} examples, and a log-likelihood needs them; use a data set that has"
                )));
            }
        }
        let [training, valid, test] = [train, valid, test].map(|range| dataset.rows(range.clone()));
        let (sha256, dimensions) = (dataset.checksum(), dataset.dimensions() as usize);
        Ok(Examples { dataset, sha256, dimensions, training, valid, test, folds: vec![] })
    }

    /// # Errors
    /// if samples of so many numbers cannot be compared with the examples.
    fn fit(&self, dimensions: u32) -> Result<()> {
        if dimensions as usize == self.dimensions {
            return Ok(());
        }
        let (name, own) = (self.name(), self.dimensions);
        Err(Error::Data(format!(
            "a sample has {dimensions} numbers, an example of `{name}` has {own}: name the data that the run was trained on with --data"
        )))
    }

    fn name(&self) -> &str {
        &self.dataset.name
    }

    fn test_labels(&self) -> Option<&[u8]> {
        self.labels(&self.dataset.test)
    }

    /// The labels of a range of examples, if there are labels.
    fn labels(&self, range: &Range<u32>) -> Option<&[u8]> {
        self.dataset.labels.as_ref().map(|labels| &labels[range.start as usize..range.end as usize])
    }

    fn training(&self) -> Rows<'_> {
        Rows::new(&self.training, self.dimensions)
    }

    /// The validation examples that σ is chosen by: the first of them, or all that a fold has.
    fn valid(&self) -> Rows<'_> {
        if self.folds.is_empty() { self.all_valid().first(VALIDATION) } else { self.all_valid() }
    }

    /// What each of the set's own folds holds out, for validation and test.
    fn own_folds(&self) -> Vec<HeldOut<'_>> {
        let rows = |values| Rows::new(values, self.dimensions);
        self.folds.iter().map(|(valid, test)| HeldOut { valid: rows(valid), test: rows(test) }).collect()
    }

    /// What so many folds hold out when all that was held out is cut into them.
    fn cut(&self, folds: usize) -> Vec<HeldOut<'_>> {
        (0..folds).map(|fold| HeldOut { valid: self.all_valid().part(fold, folds), test: self.test().part(fold, folds) }).collect()
    }

    fn all_valid(&self) -> Rows<'_> {
        Rows::new(&self.valid, self.dimensions)
    }

    fn test(&self) -> Rows<'_> {
        Rows::new(&self.test, self.dimensions)
    }
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let Some(run) = &options.run else {
        return print(&format!("{}", evaluate_samples(options)?));
    };
    let view = RunView::open(run)?;
    if options.curve {
        return curve::run(options, &view);
    }
    print(&format!("{}", evaluate_run(options, &view)?))
}

/// Evaluates a run, and keeps what was found out in its folder or where the options say.
pub(super) fn evaluate_run(options: &Options, view: &RunView) -> Result<Summary> {
    let Generator { mut sampler, waiter, config, state, trained, seed } = Generator::open(view, options.at, options.seed, &options.device)?;
    if let (Some(_), Some(classes)) = (options.critic, config.train.conditional) {
        return Err(Error::Config(format!(
            "--critic judges what is drawn without labels, but G and D are told {classes} classes (train.conditional): leave it out"
        )));
    }
    let examples = Examples::open(&config.data, &options.data)?;
    examples.fit(sampler.dimensions())?;
    let samples = wait(waiter.as_ref(), sampler.samples(options.count, seed, Told::All))?;
    drop(sampler);
    let mut bench = Workbench::open(&options.device)?;
    let subject =
        Subject { iteration: Some(state.iteration), seed: Some(seed), trained: Some(trained), ..subject(view.path(), &examples, &bench) };
    let samples = checked(&samples, examples.dimensions)?;
    let told = config.train.conditional.map(|classes| Told::All.labels(options.count, classes));
    let mut summary = evaluate(options, &mut bench, &examples, samples, Summary { told, ..Summary::new(subject) })?;
    if let Some(iterations) = options.critic {
        summary.critic = Some(critic::judge(&options.device, &config, &state, &examples, samples, iterations)?);
    }
    keep(&summary, &options.json.clone().unwrap_or_else(|| view.eval_path()))?;
    Ok(summary)
}

/// Evaluates samples from elsewhere, and keeps what was found out where the options say, if they do.
fn evaluate_samples(options: &Options) -> Result<Summary> {
    let (path, against) = (options.samples.as_ref().expect("asked for"), options.against.as_ref().expect("asked for"));
    let examples = Examples::open(&DataConfig::named(against, 0), &options.data)?;
    let samples = samples::read(path, &examples.dataset.outline(), options.range)?;
    let mut bench = Workbench::open(&options.device)?;
    let subject = subject(path, &examples, &bench);
    let summary = evaluate(options, &mut bench, &examples, checked(&samples, examples.dimensions)?, Summary::new(subject))?;
    if let Some(json) = &options.json {
        keep(&summary, json)?;
    }
    Ok(summary)
}

/// What is evaluated.
fn subject(samples_of: &Path, examples: &Examples, bench: &Workbench) -> Subject {
    Subject {
        samples_of: samples_of.display().to_string(),
        iteration: None,
        seed: None,
        trained: None,
        data: examples.name().into(),
        sha256: examples.sha256.clone(),
        device: bench.device.identity(),
        version: crate::VERSION,
    }
}

fn keep(summary: &Summary, path: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(summary).expect("figures are plain numbers and text");
    crate::atomic::write(path, |file| file.write_all(json.as_bytes()))
}

/// Finds out everything that is asked for.
fn evaluate(options: &Options, bench: &mut Workbench, examples: &Examples, samples: Rows, mut summary: Summary) -> Result<Summary> {
    if options.wants(Part::Parzen) {
        likelihood(options, bench, examples, samples, &mut summary)?;
    }
    if options.wants(Part::Audit) {
        summary.audit = looked_for(options.audit, bench, examples, samples)?;
    }
    looks::look(options, bench, examples, samples, &mut summary)?;
    Ok(summary)
}

/// The log-likelihood, across folds too if that is asked for, and what it is worth.
fn likelihood(options: &Options, bench: &mut Workbench, examples: &Examples, samples: Rows, summary: &mut Summary) -> Result<()> {
    let (valid, test, grid) = (examples.valid(), examples.test(), options.grid());
    let protocol = Protocol::new(&mut *bench.device, &mut bench.rec, valid, test, samples.count())?;
    summary.parzen = Some(wait(bench.waiter.as_ref(), protocol.score(&mut *bench.device, samples, valid, test, grid))?);
    summary.by_class = by_class::look(options, bench, examples, samples, summary.told.as_deref())?;
    if let Some(folds) = folds(options, examples)? {
        summary.folds = Some(wait(bench.waiter.as_ref(), protocol.score_folds(&mut *bench.device, samples, &folds, grid))?);
    }
    if !options.no_calibration {
        summary.calibration = calibration::known_or_made(bench, &protocol, examples, samples.count())?;
    }
    Ok(())
}

/// The folds to score: those that the set has, or those that are asked for.
/// # Errors
/// if others are asked for than the set has.
fn folds<'a>(options: &Options, examples: &'a Examples) -> Result<Option<Vec<HeldOut<'a>>>> {
    match (examples.folds.len(), options.folds) {
        (0, asked) => Ok(asked.map(|folds| examples.cut(folds as usize))),
        (own, Some(asked)) if asked as usize != own => {
            Err(Error::Config(format!("--folds {asked}, but `{}` has {own} folds of its own; leave --folds out", examples.name())))
        }
        _ => Ok(Some(examples.own_folds())),
    }
}

/// The audit for memorisation, on so many samples and test examples.
fn looked_for(count: u32, bench: &mut Workbench, examples: &Examples, samples: Rows) -> Result<Option<Audit>> {
    if count == 0 {
        return Ok(None);
    }
    let mut neighbours = |points: Rows| {
        let found = nearest(&mut *bench.device, &mut bench.rec, points.first(count as usize), examples.training());
        wait(bench.waiter.as_ref(), found)
    };
    Ok(Some(audit(&neighbours(samples)?, &neighbours(examples.test())?)))
}

/// The samples as rows.
/// # Errors
/// if one holds a number that is not finite.
fn checked(samples: &[f32], dimensions: usize) -> Result<Rows<'_>> {
    match samples.iter().position(|value| !value.is_finite()) {
        None => Ok(Rows::new(samples, dimensions)),
        Some(at) => {
            let (sample, value) = (at / dimensions, samples[at]);
            Err(Error::Data(format!(
                "sample {sample} holds {value}, and no distance can be measured from it; evaluate an earlier checkpoint with --at"
            )))
        }
    }
}
