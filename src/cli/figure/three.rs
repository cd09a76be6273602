//! `gander figure 3`: samples on the way from one point of z space to another, or, of a conditional run, from one class to another.

use crate::cli::figure::destination;
use crate::cli::generator::Generator;
use crate::cli::sample::{check_class, reference};
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, print};
use crate::error::{Error, Result};
use crate::eval::interpolation::{Path, label_steps};
use crate::gan::{Config, Scaling, Told};
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
    /// Of a conditional run: all ways within this class; each within one class, from the first to the last, if it is not given
    #[arg(long)]
    class: Option<u32>,
    /// Of a conditional run: in each row z stays, and the label goes through these classes, straight from each to the next
    #[arg(long, value_name = "CLASS,CLASS,…", value_delimiter = ',', conflicts_with_all = ["class", "spherical"])]
    through: Vec<u32>,
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
    let labels = options.labels(&config)?;
    let ends = wait(waiter.as_ref(), sampler.noise(2 * options.rows, seed, Told::All))?;
    let z = options.ways(&ends, config.prior.size as usize, &labels, config.classes());
    let samples = wait(waiter.as_ref(), sampler.generate(&z))?;
    let picture = match reference(&config, options.scaling, sampler.dimensions())? {
        Reference::Pictures(picture) => Png::encode(&sheet::sheet(&samples, picture, Some(options.columns))?),
        points => points.draw(&samples)?,
    };
    let path = destination(&view, options.out.as_deref(), "figure-3.png")?;
    picture.save(&path)?;
    print(&format!("{}: {} ways of {} steps at iteration {}\n", path.display(), options.rows, options.columns, state.iteration))
}

impl Options {
    /// The classes that the label of each row goes through: the one that it keeps, or those that are asked for; none where nobody is told one.
    fn labels(&self, config: &Config) -> Result<Vec<Vec<u32>>> {
        self.class.iter().try_for_each(|class| check_class(config, "--class", *class))?;
        self.through.iter().try_for_each(|class| check_class(config, "--through", *class))?;
        match (&self.through[..], config.train.conditional) {
            ([], None) => Ok(vec![vec![]; self.rows as usize]),
            ([], Some(classes)) => {
                let told = self.class.map_or(Told::All, Told::Only);
                Ok(told.labels(self.rows, classes).into_iter().map(|class| vec![class]).collect())
            }
            ([class], _) => Err(Error::Config(format!(
                "--through {class} names one class, and a way goes through several: name the others behind a comma, or take --class {class}"
            ))),
            (through, _) => Ok(vec![through.to_vec(); self.rows as usize]),
        }
    }

    /// What the generator takes in: rows × columns noise vectors on their ways, each with its label.   ends: two per row, with labels that are not looked at.
    fn ways(&self, ends: &[f32], size: usize, labels: &[Vec<u32>], classes: u32) -> Vec<f32> {
        let path = if self.spherical { Path::Spherical } else { Path::Linear };
        let (inputs, told) = (size + classes as usize, classes as usize);
        let way = |(pair, through): (&[f32], &Vec<u32>)| {
            let (from, other) = (&pair[..size], &pair[inputs..][..size]);
            let z = path.steps(from, if self.through.is_empty() { other } else { from }, self.columns);
            let labels = if told == 0 { vec![] } else { label_steps(through, classes, self.columns) };
            let row = |step: usize| [&z[step * size..][..size], &labels[step * told..][..told]].concat();
            (0..self.columns as usize).flat_map(row).collect::<Vec<f32>>()
        };
        ends.chunks_exact(2 * inputs).zip(labels).flat_map(way).collect()
    }
}
