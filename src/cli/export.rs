//! `gander export`: a run's networks as files for other programs.

use crate::cli::{print, sample};
use crate::error::{Error, Result};
use crate::export::{Origin, Sequential, onnx};
use crate::gan::{self, Config, Player, State};
use crate::nn::Extent;
use crate::run_folder::{At, RunView};
use crate::tensor_file;
use std::path::{Path, PathBuf};

/// Options of `gander export`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    run: PathBuf,
    /// What kind of file; by the ending of --out if it is not given
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Which network; if it is not given, both in safetensors, and the generator in ONNX, which holds one
    #[arg(long, value_enum)]
    network: Option<Network>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// The file to write; generator, discriminator or players, with the format's ending, if it is not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Named tensors, as PyTorch loads them
    Safetensors,
    /// A graph that runs by itself
    Onnx,
}

/// Networks by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Network {
    /// G: from z to x
    Generator,
    /// D: from x to its logit
    Discriminator,
}

impl Network {
    pub fn player(self) -> Player {
        match self {
            Network::Generator => Player::Generator,
            Network::Discriminator => Player::Discriminator,
        }
    }
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Safetensors => "safetensors",
            Format::Onnx => "onnx",
        }
    }

    /// The format that the options mean.
    fn of(options: &Options) -> Result<Format> {
        let ending = options.out.as_deref().and_then(Path::extension);
        let by_ending =
            [Format::Safetensors, Format::Onnx].into_iter().find(|format| ending.is_some_and(|ending| ending == format.ending()));
        options.format.or(by_ending).ok_or_else(|| Error::Config("which format? say --format onnx or --format safetensors".into()))
    }
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let format = Format::of(options)?;
    let checkpoint = RunView::open(&options.run)?.checkpoint(options.at)?;
    let config = Config::parse(&checkpoint.config, &[])?;
    let origin = Origin::of(&checkpoint);
    let state = checkpoint.into_state().shown();
    let players = match (options.network, format) {
        (Some(network), _) => vec![network.player()],
        (None, Format::Onnx) => vec![Player::Generator],
        (None, Format::Safetensors) => Player::BOTH.to_vec(),
    };
    let networks = players.iter().map(|player| network(&config, *player)).collect::<Result<Vec<_>>>()?;
    let stem = if let [player] = players[..] { player.key() } else { "players" };
    let path = options.out.clone().unwrap_or_else(|| format!("{stem}.{}", format.ending()).into());
    match (format, &networks[..]) {
        (Format::Onnx, [network]) => onnx::save(&path, network, &network.parameters_of(&state)?, &origin)?,
        (Format::Onnx, _) => unreachable!("a graph is of one network: chosen above"),
        (Format::Safetensors, networks) => save_tensors(&path, networks, &state, &origin)?,
    }
    let said =
        networks.iter().map(|Sequential { player, inputs, outputs, .. }| format!("{} from {inputs} numbers to {outputs}", player.key()));
    let said = said.collect::<Vec<_>>().join(", ");
    print(&format!("{}: {said}, as of iteration {}\n", path.display(), state.iteration))
}

fn save_tensors(path: &Path, networks: &[Sequential], state: &State, origin: &Origin) -> Result<()> {
    let tensors = networks.iter().map(|network| network.parameters_of(state)).collect::<Result<Vec<_>>>()?;
    tensor_file::save(path, &origin.metadata_with(networks), &tensors.into_iter().flatten().collect())
}

/// A player as a row of modules.
pub(super) fn network(config: &Config, player: Player) -> Result<Sequential> {
    let example = match player {
        Player::Generator => config.generator_outputs()?,
        Player::Discriminator => example(config)?,
    };
    Sequential::new(config, player, example)
}

/// What D looks at: the data say it. Where they are gone, what G gives out will do, unless D looks for rows and columns in it that are not there.
pub(super) fn example(config: &Config) -> Result<Extent> {
    let outputs = config.generator_outputs()?;
    match sample::shape(&config.data, outputs.numbers()) {
        Ok(shape) => Ok(gan::example(shape)),
        Err(error) => config.discriminator_shapes(outputs).map(|_| outputs).map_err(|_| error),
    }
}
