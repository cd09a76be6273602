//! `gander plan`: the recorded iteration, as it will be replayed. Needs neither data nor a device.

use crate::bench::Memory;
use crate::cli::configuration::GameOptions;
use crate::cli::print;
use crate::data;
use crate::error::Result;
use crate::gan::Game;
use crate::plan::Recorder;

/// Options of `gander plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    game: GameOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let (name, config) = options.game.read()?;
    let mut rec = Recorder::new();
    let game = Game::new(&mut rec, &config, &data::outline(&config.data)?, &[])?;
    let plan = game.record_iteration(&mut rec);
    let (g, d) = (game.generator.parameter_count(), game.discriminator.parameter_count());
    let memory = Memory::of(&game.memory_by_kind(rec.memory()));
    print(&format!("{name}: G has {g} parameters, D {d}; buffers of {memory}\n{plan}"))
}
