//! `gander plan`: the recorded iteration, as it will be replayed. Needs neither data nor a device, which is opened only to be asked for its memory.

use crate::bench::Memory;
use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::GameOptions;
use crate::cli::{DeviceOptions, print};
use crate::data;
use crate::error::Result;
use crate::gan::{Fit, Game};
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
    let game = Game::new(&mut rec, &config, &data::outline(&config.data)?, &[])?;
    let plan = game.record_iteration(&mut rec);
    if options.memory {
        let Opened { device, .. } = adapter::open(&options.device)?;
        return print(&format!("{name}\n{}", Fit::new(&game, rec.memory(), &plan, &*device)?));
    }
    let (g, d) = (game.generator.parameter_count(), game.discriminator.parameter_count());
    let memory = Memory::of(&game.memory_by_kind(rec.memory()));
    print(&format!("{name}: G has {g} parameters, D {d}; buffers of {memory}\n{plan}"))
}
