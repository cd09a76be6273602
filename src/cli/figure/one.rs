//! `gander figure 1`: the game on a line, from a run's checkpoints or trained on the spot.

use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::preset_named;
use crate::cli::figure::destination;
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, print};
use crate::error::{Error, Result};
use crate::eval::figure1::{Captured, Viewer, capture, panels, train_through};
use crate::gan::{Config, Trainer};
use crate::report::figure1;
use crate::run_folder::RunView;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Options of `gander figure 1`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The folder of a run on a line; without it, `gaussian-1d` is trained
    run: Option<PathBuf>,
    /// The picture to write, a GIF of the same name beside it; figures/figure-1.png in the run's folder, or figure-1.png, if it is not given
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Set one key of the configuration that is trained, as in --set train.k=2; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE", conflicts_with = "run")]
    set: Vec<String>,
    /// Frames of the GIF that is trained for; a run gives one per checkpoint
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=1000), conflicts_with = "run")]
    frames: u32,
    /// Milliseconds that a frame is shown
    #[arg(long, default_value_t = 120, value_name = "MS", value_parser = clap::value_parser!(u32).range(20..=10_000))]
    delay: u32,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = options.run.as_deref().map(RunView::open).transpose()?;
    let text = match &view {
        Some(view) => view.config()?,
        None => preset_named("gaussian-1d")?.toml.to_string(),
    };
    let config = Config::parse(&text, &options.set)?;
    config.check_starts_from_noise()?;
    let dataset = crate::data::open(&config.data, None)?;
    let viewer = Viewer::new(&config, &dataset)?;
    let Opened { device, waiter, .. } = adapter::open(&options.device)?;
    let mut trainer = Trainer::new(device, &config, &dataset)?;
    let start = Instant::now();
    let now_ms = || 1e3 * start.elapsed().as_secs_f64();

    let captured = match &view {
        Some(view) => of_checkpoints(view, |state| {
            trainer.restore(&state)?;
            wait(waiter.as_ref(), capture(&mut trainer, &viewer))
        })?,
        None => {
            let until = u64::from(config.train.iterations);
            wait(waiter.as_ref(), train_through(&mut trainer, &viewer, until, options.frames, &now_ms))?
        }
    };
    let four = wait(waiter.as_ref(), panels(&mut trainer, &viewer, &captured, &now_ms))?;
    let png = match (&view, &options.out) {
        (Some(view), out) => destination(view, out.as_deref(), "figure-1.png")?,
        (None, out) => out.clone().unwrap_or_else(|| "figure-1.png".into()),
    };
    let gif = png.with_extension("gif");
    figure1::panels(&four).save(&png)?;
    let moments: Vec<_> = captured.iter().map(|captured| &captured.moment).collect();
    figure1::film(&moments, options.delay).save(&gif)?;
    print(&said(&four, &png, &gif, moments.len()))
}

/// One moment per checkpoint of a run, from the oldest to the newest. A damaged one is an error that names it.
fn of_checkpoints(view: &RunView, mut look: impl FnMut(crate::gan::State) -> Result<Captured>) -> Result<Vec<Captured>> {
    let iterations = view.checkpoints()?;
    if iterations.is_empty() {
        let run = view.path().display();
        return Err(Error::Checkpoint(format!("{run} has no checkpoint yet; wait for the first, or `gander resume {run}`")));
    }
    iterations.into_iter().map(|iteration| look(view.checkpoint_at(iteration)?.into_state())).collect()
}

fn said(four: &[crate::eval::figure1::Moment; 4], png: &Path, gif: &Path, frames: usize) -> String {
    let mut text = String::new();
    for (letter, moment) in ["a", "b", "c", "d"].iter().zip(four) {
        let turns = match moment.turns {
            0 => "G is monotone".to_string(),
            turns => format!("G turns {turns} times"),
        };
        text += &format!(
            "({letter}) iteration {}: JSD {:.4}, V {:.4} (−log 4 is {:.4}), mean |D − D*| {:.4}, mean |D − ½| {:.4}, {turns}\n",
            moment.iteration,
            moment.divergence,
            moment.value,
            -(4f64.ln()),
            moment.gap.mean,
            moment.from_half
        );
    }
    text + &format!("{}, {}: {frames} frames\n", png.display(), gif.display())
}
