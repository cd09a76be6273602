//! From what the user typed to a complete configuration.

use crate::cli::arms;
use crate::error::{Error, Result};
use crate::gan::{Config, PRESETS, Player, Preset, preset};
use crate::run_folder::RunView;
use std::path::{Path, PathBuf};

/// Which game, and how it differs from its file.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct GameOptions {
    /// A preset (see `gander presets`) or a TOML file
    #[arg(default_value = PRESETS[0].name, value_name = "PRESET|FILE.toml")]
    game: String,
    /// Set one key of the configuration, as in --set train.k=2; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The seed of all chance
    #[arg(long)]
    seed: Option<u32>,
    /// Iterations to train for
    #[arg(long)]
    iterations: Option<u32>,
}

impl GameOptions {
    /// A game by its name alone.
    pub fn named(game: &str, set: &[String]) -> GameOptions {
        GameOptions { game: game.into(), set: set.to_vec(), seed: None, iterations: None }
    }

    /// A short name of the game, and configurations for several at once: one for every combination of the values that are varied, each with so many seeds
    /// one after the other. Each comes with the name of its folder.
    /// # Errors
    /// as [`GameOptions::read`] has them, or if what is to be varied is no key with values.
    pub fn several(&self, seeds: u32, vary: &[String]) -> Result<(String, Vec<(PathBuf, Config)>)> {
        let (name, Config { seed: first, .. }) = self.read()?;
        let mut games = vec![];
        for arm in arms::of(std::slice::from_ref(&self.game), &self.set, vary)? {
            for seed in (first..).take(seeds as usize) {
                let folder = if vary.is_empty() { PathBuf::new() } else { PathBuf::from(&arm.folder) };
                games.push((folder.join(format!("seed-{seed}")), arm.config(seed, self.iterations)?));
            }
        }
        Ok((name, games))
    }

    /// The complete configuration, and a short name for it.
    /// # Errors
    /// if there is no such preset or file, it does not make a configuration, or it extends a run that is not there.
    pub fn read(&self) -> Result<(String, Config)> {
        let (name, text) = text_of(&self.game)?;
        let mut overrides = self.set.clone();
        overrides.extend(self.seed.map(|seed| format!("seed={seed}")));
        overrides.extend(self.iterations.map(|iterations| format!("train.iterations={iterations}")));
        let config = Config::parse(&text, &overrides).map_err(|error| Error::Config(format!("{}: {error}", self.game)))?;
        Ok((name, follow(config)?))
    }
}

/// A short name for a preset or a file, and its text.
/// # Errors
/// if there is no such preset, or the file cannot be read.
pub(super) fn text_of(game: &str) -> Result<(String, String)> {
    let path = PathBuf::from(game);
    let looks_like_file = path.extension().is_some_and(|extension| extension == "toml") || path.components().count() > 1;
    if looks_like_file {
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        return Ok((stem(&path), text));
    }
    preset_named(game).map(|preset| (preset.name.to_string(), preset.toml.to_string()))
}

/// The configuration with the layers of the runs that it extends.
/// # Errors
/// if such a run is not there, or its layers do not fit.
pub(super) fn follow(mut config: Config) -> Result<Config> {
    for player in Player::BOTH {
        let Some(run) = player.of(&config).extends.clone() else {
            continue;
        };
        let key = player.key();
        let refuse = |why: String| Error::Config(format!("{key}.extends = \"{run}\": {why}"));
        let missing = |error: Error| {
            let name = Path::new(&run).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let train = preset(&name).map(|preset| format!("; train it first: gander train {} --out {run}", preset.name));
            refuse(format!("{error}{}", train.unwrap_or_else(|| format!("; name a trained run with --set {key}.extends=RUN"))))
        };
        let view = RunView::open(Path::new(&run)).map_err(missing)?;
        let Some(iteration) = view.checkpoints()?.into_iter().max() else {
            return Err(refuse("that run has no checkpoint yet".into()));
        };
        let trained = Config::parse(&view.config()?, &[]).map_err(|error| refuse(error.to_string()))?;
        config = config.extend(player, &trained, iteration)?;
    }
    Ok(config)
}

/// The preset of this name.
/// # Errors
/// if there is none; the message suggests the nearest.
pub(super) fn preset_named(name: &str) -> Result<Preset> {
    preset(name).ok_or_else(|| {
        let likeness = |preset: &&Preset| strsim::normalized_damerau_levenshtein(name, preset.name);
        let nearest = PRESETS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let suggestion = nearest.filter(|preset| likeness(preset) >= 0.5).map(|preset| format!(" (did you mean `{}`?)", preset.name));
        let all = PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", ");
        Error::Config(format!("there is no preset `{name}`{}; there are: {all}", suggestion.unwrap_or_default()))
    })
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "game".into(), |stem| stem.to_string_lossy().into_owned())
}
