//! Narrow games of the presets' architectures: the same kinds of layers, windows, noise, losses and limits, with few units and channels.
//!
//! Pictures keep their size and windows their shape, for what they make of each other is what a driver may get wrong.

use crate::data::{self, Dataset, Outline};
use crate::error::Result;
use crate::gan::{Config, PRESETS, Player, Preset, preset};
use crate::nn::{Kind, LayerSpec};

/// Units of a hidden layer: whole texels, so that the products of every family are taken.
const UNITS: u32 = 12;
/// Channels of a convolution.
const CHANNELS: u32 = 4;
/// Numbers in a noise vector.
const NOISE: u32 = 8;
/// Examples in a minibatch.
const BATCH: u32 = 4;
/// Examples in a data set.
const EXAMPLES: u32 = 10;

/// A preset's game with few units.
/// # Errors
/// if it makes no possible game.
pub fn narrow(preset: &Preset, settings: &[String]) -> Result<(Config, Dataset)> {
    let config = narrowed(preset, settings)?;
    let outline = data::outline(&config.data)?;
    let dataset = Dataset::stand_in(&Outline { examples: EXAMPLES, train: 0..EXAMPLES, ..outline });
    Ok((config, dataset))
}

/// All presets, each in both recipes.
/// # Errors
/// if one makes no possible game.
pub fn narrow_presets() -> Result<Vec<(String, Config, Dataset)>> {
    let mut games = vec![];
    for preset in PRESETS {
        for recipe in ["algorithm-1", "code-2014"] {
            let (config, dataset) = narrow(preset, &[format!("train.recipe={recipe}"), "train.k=1".into()])?;
            games.push((format!("{}, {recipe}", preset.name), config, dataset));
        }
    }
    Ok(games)
}

fn narrowed(of: &Preset, settings: &[String]) -> Result<Config> {
    let mut config = Config::parse(of.toml, settings)?;
    config.train.batch = BATCH;
    config.prior.size = config.prior.size.min(NOISE);
    let extends = config.generator.extends.is_some();
    narrow_layers(&mut config.generator.layers);
    narrow_layers(&mut config.discriminator.layers);
    config.encoder = config.encoder();
    if let Some(encoder) = &mut config.encoder {
        narrow_layers(&mut encoder.layers);
    }
    if !extends {
        return config.checked();
    }
    let trained = narrowed(&preset("tfd-pretrain").expect("it is embedded"), settings)?;
    let last = config.generator.layers.last_mut().expect("a checked network has layers");
    last.units = Some(trained.prior.size);
    config.extend(Player::Generator, &trained, 0)
}

/// Fewer units and channels everywhere but in the last layer, which makes examples or judges them.
fn narrow_layers(layers: &mut [LayerSpec]) {
    for at in 0..layers.len() - 1 {
        let channels = layers[at].channels.map(|channels| channels.min(CHANNELS));
        layers[at].channels = channels;
        layers[at].units = match (layers[at].units, &layers[at + 1]) {
            (Some(_), next) if next.kind == Kind::Reshape => {
                Some(next.channels.unwrap_or(1).min(CHANNELS) * next.height.unwrap_or(1) * next.width.unwrap_or(1))
            }
            (units, _) => units.map(|units| units.min(UNITS)),
        };
    }
    for layer in layers {
        layer.label_units = layer.label_units.map(|units| units.min(UNITS));
        // No more incoming weights than there are units below.
        layer.sparse_init = layer.sparse_init.map(|weights| weights.min(NOISE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::Game;
    use crate::plan::Recorder;

    /// Kind by kind, each network has the layers of the preset, and fits its data.
    #[test]
    fn narrow_games_have_the_presets_layers() {
        for (preset, pair) in PRESETS.iter().zip(narrow_presets().expect("every preset can be narrowed").chunks(2)) {
            let whole = Config::parse(preset.toml, &[]).expect("it is whole");
            for (name, config, dataset) in pair {
                let kinds = |layers: &[LayerSpec]| {
                    layers.iter().map(|layer| (layer.kind, layer.kernel, layer.pieces, layer.label_units.is_some())).collect::<Vec<_>>()
                };
                assert!(kinds(&config.generator.layers).starts_with(&kinds(&whole.generator.layers)), "{name}");
                assert_eq!(kinds(&config.discriminator.layers), kinds(&whole.discriminator.layers), "{name}");
                let mut rec = Recorder::new();
                Game::new(&mut rec, config, &dataset.outline(), &dataset.training_mean()).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert!(rec.memory().bytes() < 16 << 20, "{name} is not narrow: {} bytes", rec.memory().bytes());
            }
        }
    }
}
