//! `gander sample`: draws samples of a run's generator. Works beside a run that is training.

use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, adapter, print};
use crate::data::{self, Shape};
use crate::error::{Error, Result};
use crate::gan::{Config, DataConfig, Sampler};
use crate::report::Reference;
use crate::run_folder::{At, RunView};
use std::path::PathBuf;

/// Options of `gander sample`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// How many samples
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// The picture to write
    #[arg(long, default_value = "sheet.png", value_name = "FILE.png")]
    out: PathBuf,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// The seed of the noise; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = RunView::open(&options.run)?;
    let checkpoint = view.checkpoint(options.at)?;
    let config = Config::parse(&checkpoint.config, &[])?;
    let opened = adapter::open(&options.device)?;
    let (seed, iteration) = (options.seed.unwrap_or(checkpoint.seed), checkpoint.iteration);
    let mut sampler = Sampler::new(opened.device, &config, &checkpoint.into_state())?;
    let values = wait(opened.waiter.as_ref(), sampler.samples(options.count, seed))?;
    reference(&config.data, sampler.dimensions())?.draw(&values)?.save(&options.out)?;
    print(&format!("{}: {} samples of iteration {}\n", options.out.display(), options.count, iteration))
}

/// What the samples are shown as. Pictures need no data; points are shown over theirs, which are made from a seed.
fn reference(data: &DataConfig, dimensions: u32) -> Result<Reference> {
    let outline = data::outline(&data.set)?;
    if !outline.bytes {
        return Ok(Reference::new(&data::open(&data.set, data.seed, None)?));
    }
    if outline.dimensions() == dimensions {
        return Ok(Reference::pictures(outline.shape));
    }
    // A set of the user's own in MNIST's format: its pictures may have another size.
    let side = dimensions.isqrt();
    if side * side != dimensions {
        return Err(Error::Data(format!("a sample has {dimensions} numbers, which is neither `{}`'s picture nor a square one", data.set)));
    }
    Ok(Reference::pictures(Shape { width: side, height: side, channels: 1 }))
}
