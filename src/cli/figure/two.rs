//! `gander figure 2`: random samples, and beside those of the last column their nearest training examples.

use crate::cli::adapter::{self, Opened};
use crate::cli::figure::destination;
use crate::cli::generator::Generator;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, DeviceOptions, print};
use crate::error::{Error, Result};
use crate::eval::distances::Rows;
use crate::eval::neighbours::nearest;
use crate::gan::{Scaling, Told};
use crate::plan::Recorder;
use crate::report::Png;
use crate::report::sheet::{Picture, sheet_with_framed_column};
use crate::run_folder::{At, RunView};
use std::path::PathBuf;

/// Options of `gander figure 2`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// Rows of the sheet
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100))]
    rows: u32,
    /// Columns of samples; one more shows the nearest training examples
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100))]
    columns: u32,
    /// The seed of the noise; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    /// How pictures of data of normalised contrast are shown: about grey, by the largest magnitude of the whole sheet or of each picture
    #[arg(long, value_enum)]
    scaling: Option<Scaling>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// The picture to write; figures/figure-2.png in the run's folder if it is not given
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = RunView::open(&options.run)?;
    let Generator { mut sampler, waiter, config, state, seed, .. } = Generator::open(&view, options.at, options.seed, &options.device)?;
    let dataset = options.data.open(&config.data)?;
    if dataset.shape.is_point() {
        let name = &dataset.name;
        return Err(Error::Config(format!(
            "an example of `{name}` is a point, and points are no pictures; `gander sample` draws them over the data"
        )));
    }
    let (n, own) = (sampler.dimensions() as usize, dataset.dimensions() as usize);
    if n != own {
        let name = &dataset.name;
        return Err(Error::Data(format!(
            "a sample has {n} numbers, an example of `{name}` has {own}: name the run's own data with --data"
        )));
    }
    let samples = wait(waiter.as_ref(), sampler.samples(options.rows * options.columns, seed, Told::All))?;
    let columns = options.columns as usize;
    let beside: Vec<f32> = Rows::new(&samples, n).iter().skip(columns - 1).step_by(columns).flatten().copied().collect();
    let training = dataset.rows(dataset.train.clone());
    let (beside, training) = (Rows::new(&beside, n), Rows::new(&training, n));
    let Opened { mut device, waiter, .. } = adapter::open(&options.device)?;
    let found = wait(waiter.as_ref(), nearest(&mut *device, &mut Recorder::new(), beside, training))?;
    let rows = samples.chunks_exact(columns * n).zip(&found);
    let values: Vec<f32> = rows.flat_map(|(row, near)| row.iter().chain(training.row(near.reference)).copied()).collect();
    let picture = Picture::new(dataset.shape, dataset.preprocess, options.scaling.unwrap_or(config.report.scaling));
    let pixels = sheet_with_framed_column(&values, picture, options.columns + 1, options.columns)?;
    let path = destination(&view, options.out.as_deref(), "figure-2.png")?;
    Png::encode(&pixels).save(&path)?;
    print(&format!(
        "{}: {} samples of iteration {}, nearest training examples framed\n",
        path.display(),
        options.rows * options.columns,
        state.iteration
    ))
}
