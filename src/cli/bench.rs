//! `gander bench`: where an iteration's time and memory go, on this machine.

use crate::bench::{Bench, Checked, Memory, Peak, check, listing, pace, peak, profile};
use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::GameOptions;
use crate::cli::startup;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, DeviceOptions, print};
use crate::data::{self, Dataset};
use crate::error::{Error, Result};
use crate::gan::{Config, Trainer};
use crate::nn::{Kind, LayerSpec};
use crate::report;
use clap::ValueHint;
use std::path::PathBuf;

/// Options of `gander bench`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    game: GameOptions,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
    /// Minibatch sizes to measure, as in 100,1000,10000
    #[arg(long, value_delimiter = ',', value_name = "M,…")]
    batch: Vec<u32>,
    /// Columns to give every hidden layer, as in 240,1200,4800 (a maxout layer has units × pieces)
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS,…", value_parser = clap::value_parser!(u32).range(1..))]
    width: Vec<u32>,
    /// Steps of D per step of G to measure
    #[arg(long, value_delimiter = ',', value_name = "K,…")]
    k: Vec<u32>,
    /// Replays that are timed kernel by kernel, fewer if they take long; 0 measures neither kernels nor the device's peaks
    #[arg(long, default_value_t = 9, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    replays: u32,
    /// Measure the time from starting the program to the first iteration, too
    #[arg(long)]
    startup: bool,
    /// Compare the device with the host twin in f64 instead of measuring it
    #[arg(long, conflicts_with_all = ["json", "plot", "startup", "replays"])]
    check: bool,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    /// Draw where the time goes, or how it grows, into this file
    #[arg(long, value_name = "FILE.png", value_hint = ValueHint::FilePath)]
    plot: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let (name, mut config) = options.game.read()?;
    config.data = options.data.chosen(&config.data)?;
    let games = variations(options, &config)?;
    let (dataset, remark) = dataset(&config, &options.data)?;
    if let Some(remark) = remark {
        eprintln!("note: {remark}");
    }
    if let Some(number) = startup::child() {
        return startup::first_iteration(&options.device, &games[number], &dataset);
    }
    if options.check {
        for game in &games {
            let (checked, batch, k) = (prove(options, game, &dataset)?, game.train.batch, game.train.k);
            print(&format!("{name}, batch {batch}, k {k}: {checked}\n"))?;
        }
        return Ok(0);
    }
    let peak = if options.replays == 0 { None } else { Some(measure_peak(options)?) };
    let mut benches = vec![];
    for (number, game) in games.iter().enumerate() {
        let startup = if options.startup { Some(startup::measure(number)?) } else { None };
        let bench = Bench { startup, ..measure(options, &name, game, &dataset, peak)? };
        print(&format!("{bench}\n"))?;
        benches.push(bench);
    }
    if benches.len() > 1 {
        print(&listing(&benches))?;
    }
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&benches).expect("figures are plain numbers and text");
        crate::atomic::write(path, |file| file.write_all(json.as_bytes()))?;
    }
    if let Some(path) = &options.plot {
        let picture = if let [bench] = &benches[..] { report::kernels(bench) } else { report::growth(&benches) };
        picture.save(path)?;
    }
    Ok(0)
}

/// The game, once for every value of what is varied.
fn variations(options: &Options, config: &Config) -> Result<Vec<Config>> {
    let or = |values: &[u32], own: u32| if values.is_empty() { vec![own] } else { values.to_vec() };
    let mut games = vec![];
    let widths = if options.width.is_empty() { vec![None] } else { options.width.iter().copied().map(Some).collect() };
    for width in widths {
        for batch in or(&options.batch, config.train.batch) {
            for k in or(&options.k, config.train.k) {
                let mut game = config.clone();
                (game.train.batch, game.train.k) = (batch, k);
                if let Some(width) = width {
                    [&mut game.generator, &mut game.discriminator].into_iter().for_each(|network| widen(&mut network.layers, width));
                }
                games.push(game.checked()?);
            }
        }
    }
    if options.plot.is_some() && games.len() == 1 && options.replays == 0 {
        return Err(Error::Config("--plot draws the time of kernels, and --replays 0 measures none; leave one of them away".into()));
    }
    Ok(games)
}

/// Gives every dense layer but the last so many columns; one whose units are reshaped keeps them.
fn widen(layers: &mut [LayerSpec], width: u32) {
    for at in 0..layers.len() - 1 {
        let reshaped = layers[at + 1].kind == Kind::Reshape;
        let layer = &mut layers[at];
        let columns = layer.columns_per_output();
        if let Some(units) = layer.units.as_mut().filter(|_| !reshaped) {
            *units = (width / columns).max(1);
        }
    }
}

/// The data set, or, where its files are not at hand or not whole, random bytes of the same shape: time does not depend on what is in a picture.
fn dataset(config: &Config, options: &DataOptions) -> Result<(Dataset, Option<String>)> {
    match options.open(&config.data) {
        Err(Error::Data(why)) if options.place.is_none() => {
            let dataset = Dataset::stand_in(&data::outline(&config.data)?);
            Ok((dataset, Some(format!("{why}; measured on random bytes of the same shape"))))
        }
        opened => Ok((opened?, None)),
    }
}

fn measure_peak(options: &Options) -> Result<Peak> {
    let Opened { mut device, waiter, .. } = adapter::open(&options.device)?;
    wait(waiter.as_ref(), peak(&mut *device))
}

fn prove(options: &Options, config: &Config, dataset: &Dataset) -> Result<Checked> {
    /// Enough for momentum, schedules and the shuffle to have had a say.
    const ITERATIONS: u32 = 2;
    let Opened { mut device, waiter, .. } = adapter::open(&options.device)?;
    wait(waiter.as_ref(), check(&mut *device, config, dataset, ITERATIONS))
}

fn measure(options: &Options, name: &str, config: &Config, dataset: &Dataset, peak: Option<Peak>) -> Result<Bench> {
    let Opened { device, waiter, .. } = adapter::open(&options.device)?;
    let identity = device.identity();
    let mut trainer = Trainer::new(device, config, dataset)?;
    let iteration = wait(waiter.as_ref(), pace(&mut trainer))?;
    let planned = Memory::of(&trainer.memory_by_kind());
    let allocated = Memory::of(&trainer.device().allocated());
    let kernels = match options.replays {
        0 => vec![],
        replays => wait(waiter.as_ref(), profile(&mut trainer, 1 + replays))?,
    };
    let dispatches = &trainer.plan().dispatches;
    let networks = [&config.generator, &config.discriminator];
    let hidden = networks.iter().flat_map(|network| &network.layers[..network.layers.len() - 1]);
    Ok(Bench {
        version: crate::VERSION,
        device: identity,
        game: name.into(),
        batch: config.train.batch,
        k: config.train.k,
        width: hidden.filter_map(|layer| Some(layer.units? * layer.columns_per_output())).max().unwrap_or(0),
        flops: dispatches.iter().map(|dispatch| dispatch.flops).sum(),
        bytes: dispatches.iter().map(|dispatch| dispatch.bytes).sum(),
        peak,
        kernels,
        iteration,
        planned,
        allocated,
        startup: None,
    })
}
