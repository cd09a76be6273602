//! From what the user typed to a complete configuration.

use crate::error::{Error, Result};
use crate::gan::{Config, PRESETS, Preset, preset};
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
    /// The complete configuration, and a short name for it.
    /// # Errors
    /// if there is no such preset or file, or it does not make a configuration.
    pub fn read(&self) -> Result<(String, Config)> {
        let (name, text) = self.text()?;
        let mut overrides = self.set.clone();
        overrides.extend(self.seed.map(|seed| format!("seed={seed}")));
        overrides.extend(self.iterations.map(|iterations| format!("train.iterations={iterations}")));
        let config = Config::parse(&text, &overrides).map_err(|error| Error::Config(format!("{}: {error}", self.game)))?;
        Ok((name, config))
    }

    fn text(&self) -> Result<(String, String)> {
        let path = PathBuf::from(&self.game);
        let looks_like_file = path.extension().is_some_and(|extension| extension == "toml") || path.components().count() > 1;
        if looks_like_file {
            let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            return Ok((stem(&path), text));
        }
        preset_named(&self.game).map(|preset| (preset.name.to_string(), preset.toml.to_string()))
    }
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
