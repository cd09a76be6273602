//! `gander bench`: where an iteration's time and memory go.

use crate::bench::{Bench, pace, peak, profile};
use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::GameOptions;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, DeviceOptions, print};
use crate::data::{self, Dataset};
use crate::error::Result;
use crate::gan::{Config, Trainer};

/// Options of `gander bench`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    game: GameOptions,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
    /// Replays that are timed kernel by kernel
    #[arg(long, default_value_t = 9)]
    replays: u32,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let (name, config) = options.game.read()?;
    let dataset = data::open(&config.data.set, config.data.seed, options.data.folder.as_deref())?;
    let bench = measure(options, &name, &config, &dataset)?;
    print(&bench.to_string())
}

fn measure(options: &Options, name: &str, config: &Config, dataset: &Dataset) -> Result<Bench> {
    let Opened { mut device, waiter, .. } = adapter::open(&options.device)?;
    let peak = wait(waiter.as_ref(), peak(&mut *device))?;
    let Opened { device, waiter, .. } = adapter::open(&options.device)?;
    let identity = device.identity();
    let mut trainer = Trainer::new(device, config, dataset)?;
    let iteration = wait(waiter.as_ref(), pace(&mut trainer))?;
    let kernels = wait(waiter.as_ref(), profile(&mut trainer, 1 + options.replays))?;
    let plan = trainer.plan();
    Ok(Bench {
        version: env!("CARGO_PKG_VERSION"),
        device: identity,
        game: name.into(),
        batch: config.train.batch,
        k: config.train.k,
        width: 0,
        flops: plan.dispatches.iter().map(|dispatch| dispatch.flops).sum(),
        bytes: plan.dispatches.iter().map(|dispatch| dispatch.bytes).sum(),
        peak,
        kernels,
        iteration,
        memory: vec![],
        startup: None,
    })
}
