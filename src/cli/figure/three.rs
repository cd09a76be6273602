//! `gander figure 3`: samples on the way from one point of z space to another.

use crate::cli::figure::destination;
use crate::cli::generator::Generator;
use crate::cli::sample::reference;
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, print};
use crate::error::Result;
use crate::eval::interpolation::Path;
use crate::gan::{Scaling, Told};
use crate::report::{Png, Reference, sheet};
use crate::run_folder::{At, RunView};
use std::path::PathBuf;

/// Options of `gander figure 3`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// Ways, one per row
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100))]
    rows: u32,
    /// Steps of a way, both ends among them
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=100))]
    columns: u32,
    /// Go along great circles instead of straight
    #[arg(long)]
    spherical: bool,
    /// The seed of the ends; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    /// How pictures of data of normalised contrast are shown: about grey, by the largest magnitude of the whole sheet or of each picture
    #[arg(long, value_enum)]
    scaling: Option<Scaling>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// The picture to write; figures/figure-3.png in the run's folder if it is not given
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = RunView::open(&options.run)?;
    let Generator { mut sampler, waiter, config, state, seed, .. } = Generator::open(&view, options.at, options.seed, &options.device)?;
    let ends = wait(waiter.as_ref(), sampler.noise(2 * options.rows, seed, Told::All))?;
    let path = if options.spherical { Path::Spherical } else { Path::Linear };
    let size = sampler.inputs() as usize;
    let z: Vec<f32> = ends
        .chunks_exact(2 * size)
        .flat_map(|pair| {
            let (from, to) = pair.split_at(size);
            path.steps(from, to, options.columns)
        })
        .collect();
    let samples = wait(waiter.as_ref(), sampler.generate(&z))?;
    let picture = match reference(&config, options.scaling, sampler.dimensions())? {
        Reference::Pictures(picture) => Png::encode(&sheet::sheet(&samples, picture, Some(options.columns))?),
        points => points.draw(&samples)?,
    };
    let path = destination(&view, options.out.as_deref(), "figure-3.png")?;
    picture.save(&path)?;
    print(&format!("{}: {} ways of {} steps at iteration {}\n", path.display(), options.rows, options.columns, state.iteration))
}
