//! `gander import`: networks that were trained elsewhere, as a run that can be sampled, evaluated and trained on.

use crate::VERSION;
use crate::checkpoint::Checkpoint;
use crate::cli::configuration::GameOptions;
use crate::cli::export::{Network, network};
use crate::cli::log::Log;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, Verbosity, print};
use crate::error::{Error, Result};
use crate::export::Origin;
use crate::gan::{Array, Config, Player, State};
use crate::host::HostDevice;
use crate::report::metrics;
use crate::run_folder::{RunFolder, default_path};
use crate::tensor_file;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Options of `gander import`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Named tensors, as `gander export` writes them or PyTorch saves them again
    #[arg(value_name = "FILE.safetensors")]
    file: PathBuf,
    /// The game that the networks are of, a preset or a TOML file; the one that the file tells of if it is not given
    #[arg(long, value_name = "PRESET|FILE.toml")]
    preset: Option<String>,
    /// Set one key of the configuration, as in --set train.iterations=200000; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The network that names without one are of, as in `0.weight`
    #[arg(long, value_enum)]
    network: Option<Network>,
    /// The iteration that the run stands at; 0 if it is not given, or the one that the file tells of with its game
    #[arg(long)]
    iteration: Option<u32>,
    /// The run's folder; runs/imported-<time> if it is not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let file = tensor_file::load(&options.file)?;
    let (mut config, iteration) = game(options, &file.metadata)?;
    config.data = options.data.chosen(&config.data)?;
    config.retried.clear();
    let tensors = whole_names(options, file.tensors)?;
    let Found { players, parameters } = found(&options.file, &config, tensors)?;
    let mut state = begin(options, &config, &players)?;
    parameters.into_iter().for_each(|(name, array)| state.put(&name, array));
    state.iteration = iteration;

    let path = options.out.clone().unwrap_or_else(|| default_path("imported", SystemTime::now()));
    let said = summary(&options.file, &players, iteration);
    settle(&path, |path| write(path, &config, state, &options.file, &said))?;
    let path = path.display();
    print(&format!("{path}: {said}\ngo on with: gander resume {path}\n"))
}

/// Makes a folder whole or not at all: a run without its checkpoint would begin from noise.
fn settle(path: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if path.is_file() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::Config(format!("{} is there already, and not empty; choose another folder with --out", path.display())));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let aside = tempfile::Builder::new().prefix(".importing-").tempdir_in(parent).map_err(Error::io("create a folder in", parent))?;
    let made = aside.path().join("run");
    fill(&made)?;
    fs::rename(&made, path).map_err(Error::io("create", path))
}

/// Writes a run that stands where its networks were taken over.
fn write(path: &Path, config: &Config, state: State, file: &Path, said: &str) -> Result<()> {
    let folder = RunFolder::create(path, &config.to_toml())?;
    metrics::Writer::create(&folder.metrics_path())?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let State { iteration, tensors } = state;
    let checkpoint = Checkpoint {
        iteration,
        seed: config.seed,
        config: config.to_toml(),
        device: format!("elsewhere, imported from {name}"),
        version: VERSION.into(),
        // Nobody knows what it was trained on.
        data: None,
        tensors,
    };
    folder.save_checkpoint(&checkpoint, config.report.keep as usize)?;
    Log::open(&folder.log_path(), Verbosity { quiet: true, verbose: false })?.say(said);
    Ok(())
}

/// The configuration, and the iteration that the run stands at.
fn game(options: &Options, metadata: &BTreeMap<String, String>) -> Result<(Config, u64)> {
    let given = options.iteration.map(u64::from);
    if let Some(preset) = &options.preset {
        let (_, config) = GameOptions::named(preset, &options.set).read()?;
        return Ok((config, given.unwrap_or(0)));
    }
    let path = options.file.display();
    let origin = Origin::read(metadata)
        .ok_or_else(|| Error::Config(format!("{path} does not tell of its game: say --preset NAME or --preset FILE.toml")))?;
    let config = Config::parse(&origin.config, &options.set).map_err(|error| Error::Config(format!("{path}: {error}")))?;
    Ok((config, given.unwrap_or(origin.iteration)))
}

/// The tensors by names that say which network they are of.
fn whole_names(options: &Options, tensors: BTreeMap<String, Array>) -> Result<BTreeMap<String, Array>> {
    let says = |name: &str| Player::BOTH.iter().any(|player| name.strip_prefix(player.key()).is_some_and(|rest| rest.starts_with('.')));
    let whole = tensors.into_iter().map(|(name, array)| match options.network {
        _ if says(&name) => Ok((name, array)),
        Some(network) => Ok((format!("{}.{name}", network.player().key()), array)),
        None => Err(Error::Config(format!(
            "{}: `{name}` does not say which network it is of: say --network generator or --network discriminator",
            options.file.display()
        ))),
    });
    whole.collect()
}

/// What was found in a file.
struct Found {
    /// Whose parameters.
    players: Vec<Player>,
    /// These, by the names that they have here.
    parameters: Vec<(String, Array)>,
}

/// Takes the parameters of both players out of tensors; none may be left.
fn found(path: &Path, config: &Config, mut tensors: BTreeMap<String, Array>) -> Result<Found> {
    let refuse = |why: String| Error::Checkpoint(format!("{}: {why}", path.display()));
    let (mut players, mut parameters) = (vec![], vec![]);
    for player in Player::BOTH {
        let taken = network(config, player)?.take(&mut tensors).map_err(|error| refuse(error.to_string()))?;
        if !taken.is_empty() {
            players.push(player);
        }
        parameters.extend(taken);
    }
    match tensors.keys().next() {
        Some(name) => Err(refuse(format!("`{name}` is no parameter of this configuration: name the game it belongs to with --preset"))),
        None if players.is_empty() => Err(refuse("it holds no parameters".into())),
        None => Ok(Found { players, parameters }),
    }
}

/// The state before anything is put into it. The data are read only where a bias of G may begin at their marginals.
fn begin(options: &Options, config: &Config, players: &[Player]) -> Result<State> {
    let (outline, mean) = if players.contains(&Player::Generator) {
        let outline = crate::data::outline(&config.data)?;
        let mean = vec![0.5; outline.dimensions() as usize];
        (outline, mean)
    } else {
        let dataset = options.data.open(&config.data)?;
        (dataset.outline(), dataset.training_mean())
    };
    wait(None, State::begin(Box::new(HostDevice::<f32>::new()), config, &outline, &mean))
}

/// What became of the file.
fn summary(path: &Path, players: &[Player], iteration: u64) -> String {
    let [taken, fresh] = [true, false].map(|there| Player::BOTH.into_iter().filter(move |player| players.contains(player) == there));
    let taken = taken.map(Player::key).collect::<Vec<_>>().join(" and ");
    let fresh: String = fresh.map(|player| format!("; the {} begins anew", player.key())).collect();
    format!("{taken} of {}, at iteration {iteration}; velocities begin at zero{fresh}", path.display())
}
