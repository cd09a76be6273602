//! `gander plan`: the networks, layer by layer, and the recorded iteration, as it will be replayed. Needs neither data nor a device, which is opened only to be asked for its memory.

use crate::bench::Memory;
use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::GameOptions;
use crate::cli::{DeviceOptions, print};
use crate::data;
use crate::error::Result;
use crate::gan::{Fit, Game, example};
use crate::nn::{Extent, LayerSpec, Shaped};
use crate::plan::Recorder;

/// Options of `gander plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    game: GameOptions,
    /// Print instead what the game takes of an adapter's memory, and whether that is enough; nothing is allocated
    #[arg(long)]
    memory: bool,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let (name, config) = options.game.read()?;
    let mut rec = Recorder::new();
    let outline = data::outline(&config.data)?;
    let game = Game::new(&mut rec, &config, &outline, &[])?;
    let plan = game.record_iteration(&mut rec);
    if options.memory {
        let Opened { device, .. } = adapter::open(&options.device)?;
        return print(&format!("{name}\n{}", Fit::new(&game, rec.memory(), &plan, &*device)?));
    }
    let (g, d) = (game.generator.parameter_count(), game.discriminator.parameter_count());
    let e = game.encoder().map(|encoder| format!(", E {}", encoder.parameter_count())).unwrap_or_default();
    let memory = Memory::of(&game.memory_by_kind(rec.memory()));
    let example = example(outline.shape);
    let (of_g, of_d) = (config.generator_shapes()?, config.discriminator_shapes(example)?);
    let m = config.train.batch;
    let mut networks = vec![
        table(("G", config.generator_input().extent), &config.generator.layers, &of_g, m),
        table(("D", config.discriminator_input(example).extent), &config.discriminator.layers, &of_d, m),
    ];
    if let Some((encoder, of_e)) = config.encoder().zip(config.encoder_shapes(example)?) {
        networks.push(table(("E", example), &encoder.layers, &of_e, m));
    }
    print(&format!("{name}: G has {g} parameters, D {d}{e}; buffers of {memory}\n\n{}\n{plan}", networks.join("\n")))
}

/// A network layer by layer: what each gives out, learns, and writes down for a minibatch of m. Its name comes with what it takes in.
fn table((name, input): (&str, Extent), layers: &[LayerSpec], shapes: &[Shaped], m: u32) -> String {
    let activations = format!("MiB of activations, m = {m}");
    let mut lines = vec![format!("{:<24}{:>12}{:>14}{activations:>32}", format!("{name} of {input}"), "output", "parameters")];
    for (number, (layer, shaped)) in layers.iter().zip(shapes).enumerate() {
        let pieces = shaped.linear.channels / shaped.output.channels;
        let pieces = if pieces > 1 { format!(" of {pieces} pieces") } else { String::new() };
        let kind = format!("{number} {}{pieces}", layer.kind.name());
        let mebibytes = (4 * u64::from(m) * shaped.activations(layer)) as f64 / f64::from(1 << 20);
        lines.push(format!("{kind:<24}{:>12}{:>14}{mebibytes:>32.1}", shaped.output.to_string(), shaped.parameters()));
    }
    lines.push(String::new());
    lines.join("\n")
}
