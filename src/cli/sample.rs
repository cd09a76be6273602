//! `gander sample`: draws samples of a run's generator. Works beside a run that is training.

use crate::cli::adapter::{self, Opened};
use crate::cli::generator::Generator;
use crate::cli::log::terminal;
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, export, print};
use crate::data::{self, DataConfig, Shape, npy};
use crate::error::{Error, Result};
use crate::gan::{Config, Judge, Scaling, State, Told};
use crate::report::film::frame;
use crate::report::sheet::Picture;
use crate::report::{Gif, Reference};
use crate::run_folder::{At, RunView};
use image::RgbImage;
use std::path::{Path, PathBuf};

/// Frames with more columns of pixels are halved, which is finer than showing them smaller: a film has to be sent and shown.
const WIDE: u32 = 1000;

/// Options of `gander sample`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// How many samples
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// The picture to write; sheet.png if nothing else is asked for
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Write the samples as an array for numpy: N×H×W, colours N×C×H×W, points N×D
    #[arg(long, value_name = "FILE.npy")]
    npy: Option<PathBuf>,
    /// Write the noise vectors that the samples are made of as an array for numpy, N×size
    #[arg(long, value_name = "FILE.npy")]
    z: Option<PathBuf>,
    /// Write what the discriminator makes of the samples as an array for numpy, N×1: its logits, without dropout
    #[arg(long, value_name = "FILE.npy")]
    logits: Option<PathBuf>,
    /// Write a film: the same z through all checkpoints there are
    #[arg(long, value_name = "FILE.gif", num_args = 0..=1, default_missing_value = "samples.gif", conflicts_with = "at")]
    gif: Option<PathBuf>,
    /// Milliseconds for which the film shows each checkpoint
    #[arg(long, value_name = "MS", default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=60_000), requires = "gif")]
    delay: u32,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// How pictures of data of normalised contrast are shown: about grey, by the largest magnitude of the whole sheet or of each picture
    #[arg(long, value_enum)]
    scaling: Option<Scaling>,
    /// The seed of the noise; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    /// Samples of this class alone, of a conditional run; each as often, one after the other, if it is not given
    #[arg(long, value_name = "LABEL")]
    class: Option<u32>,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = RunView::open(&options.run)?;
    if let Some(path) = &options.gif {
        film(options, &view, path)?;
    }
    // What was asked for: a film alone needs no sheet, an array alone neither.
    let arrays = [&options.npy, &options.z, &options.logits].into_iter().any(Option::is_some);
    let out = options.out.clone().or((options.gif.is_none() && !arrays).then(|| "sheet.png".into()));
    if out.is_none() && !arrays {
        return Ok(0);
    }
    let Generator { mut sampler, waiter, config, state, seed, .. } = Generator::open(&view, options.at, options.seed, &options.device)?;
    let told = options.told(&config)?;
    let iteration = state.iteration;
    let values = wait(waiter.as_ref(), sampler.samples(options.count, seed, told))?;
    let said = |path: &Path| print(&format!("{}: {} samples of iteration {iteration}\n", path.display(), options.count));
    if let Some(path) = &options.npy {
        npy::write(path, &axes(options.count, shape(&config.data, sampler.dimensions())?), &values)?;
        said(path)?;
    }
    if let Some(path) = &options.z {
        let z = wait(waiter.as_ref(), sampler.noise(options.count, seed, told))?;
        npy::write(path, &[options.count as usize, sampler.inputs() as usize], &z)?;
        print(&format!("{}: {} noise vectors\n", path.display(), options.count))?;
    }
    if let Some(path) = &options.logits {
        let rows = if config.train.inference {
            let z = wait(waiter.as_ref(), sampler.noise(options.count, seed, told))?;
            side_by_side([&values, &z], [sampler.dimensions(), sampler.inputs()])
        } else {
            told.beside(&values, sampler.dimensions(), config.classes())
        };
        npy::write(path, &[options.count as usize, 1], &judged(&options.device, &config, &state, &rows)?)?;
        print(&format!("{}: {} logits of the discriminator\n", path.display(), options.count))?;
    }
    if let Some(path) = &out {
        reference(&config, options.scaling, sampler.dimensions())?.draw(&values)?.save(path)?;
        said(path)?;
    }
    Ok(0)
}

impl Options {
    /// What the samples are told.
    fn told(&self, config: &Config) -> Result<Told> {
        let Some(class) = self.class else { return Ok(Told::All) };
        check_class(config, "--class", class)?;
        Ok(Told::Only(class))
    }
}

/// Checks that a class that an option names is one that the generator is told.
pub(super) fn check_class(config: &Config, option: &str, class: u32) -> Result<()> {
    match config.train.conditional {
        Some(classes) if class < classes => Ok(()),
        Some(classes) => Err(Error::Config(format!("{option} {class}, but the run has the classes 0 to {}", classes - 1))),
        None => {
            Err(Error::Config(format!("{option}, but the run's generator is told no classes: it was trained without train.conditional")))
        }
    }
}

/// Each row of the one before that of the other.   result: rows×(n + p).
fn side_by_side([x, z]: [&[f32]; 2], [n, p]: [u32; 2]) -> Vec<f32> {
    x.chunks_exact(n as usize).zip(z.chunks_exact(p as usize)).flat_map(|(x, z)| x.iter().chain(z)).copied().collect()
}

/// What the discriminator makes of samples, and of their labels or noise where it is told them: a logit each.
fn judged(device: &DeviceOptions, config: &Config, state: &State, samples: &[f32]) -> Result<Vec<f32>> {
    let example = export::example(config)?;
    let Opened { device, waiter, .. } = adapter::open(device)?;
    wait(waiter.as_ref(), Judge::new(device, config, example, state)?.logits(samples))
}

/// The same z through all checkpoints that are whole.
fn film(options: &Options, view: &RunView, path: &Path) -> Result<()> {
    let Generator { mut sampler, waiter, config, state, seed, .. } = Generator::open(view, At::Newest, options.seed, &options.device)?;
    let told = options.told(&config)?;
    let last = state.iteration;
    let reference = reference(&config, options.scaling, sampler.dimensions())?;
    let (mut frames, mut passed_over) = (vec![], String::new());
    for iteration in view.checkpoints()?.into_iter().filter(|&iteration| iteration <= last) {
        match view.checkpoint_at(iteration) {
            Ok(checkpoint) => sampler.restore(&checkpoint.into_state())?,
            // Damaged, or pruned meanwhile by the run that trains.
            Err(why) => {
                passed_over += &format!("; passed over {why}");
                continue;
            }
        }
        let values = wait(waiter.as_ref(), sampler.samples(options.count, seed, told))?;
        frames.push(frame(&halved(reference.draw(&values)?.pixels()), iteration, last));
    }
    let count = frames.len();
    Gif::new(frames, options.delay).save(path)?;
    print(&format!("{}: {count} checkpoints up to iteration {last}, always the same z{passed_over}\n", path.display())).map(drop)
}

/// The picture, at half its size if it is wide.
fn halved(picture: RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    if width > WIDE { image::imageops::thumbnail(&picture, width / 2, height / 2) } else { picture }
}

/// The axes of an array of so many samples.
pub(super) fn axes(count: u32, shape: Shape) -> Vec<usize> {
    let sample = match shape {
        Shape { width, height: 1, channels: 1 } => vec![width],
        Shape { width, height, channels: 1 } => vec![height, width],
        Shape { width, height, channels } => vec![channels, height, width],
    };
    [count].into_iter().chain(sample).map(|axis| axis as usize).collect()
}

/// What the samples are shown as. Pictures need no data; points of the plane and of the line are shown over theirs, or alone where those are gone.
pub(super) fn reference(config: &Config, scaling: Option<Scaling>, dimensions: u32) -> Result<Reference> {
    let (data, scaling) = (&config.data, scaling.unwrap_or(config.report.scaling));
    let shape = shape(data, dimensions)?;
    let alone = match shape {
        Shape { width: 1, height: 1, channels: 1 } => Reference::Line(vec![]),
        Shape { width: 2, height: 1, channels: 1 } => Reference::Plane(vec![]),
        _ => return Ok(Reference::Pictures(Picture::new(shape, data.preprocess, scaling))),
    };
    match data::open(data, None) {
        Err(gone @ Error::Io { .. }) => {
            terminal(&format!("{gone}; the samples are drawn without the data"));
            Ok(alone)
        }
        opened => Ok(Reference::new(&opened?, scaling)),
    }
}

/// The shape of a sample of so many numbers.
pub(super) fn shape(data: &DataConfig, dimensions: u32) -> Result<Shape> {
    let shape = data::shape(data)?;
    if shape.dimensions() == dimensions {
        return Ok(shape);
    }
    // A set of the user's own in MNIST's format: its pictures may have another size.
    let side = dimensions.isqrt();
    if side * side != dimensions {
        return Err(Error::Data(format!("a sample has {dimensions} numbers, which is neither `{}`'s picture nor a square one", data.set)));
    }
    Ok(Shape { width: side, height: side, channels: 1 })
}
