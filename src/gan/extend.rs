//! New layers in front of trained ones: the generator of the paper's TFD game is a fresh network over the whole pretrained one, all of it trained on.
//!
//! A configuration names the run (`extends`) and lists the new layers only. [`Config::extend`] writes the run's layers behind them and notes where they come
//! from (`inherited`), so that the configuration of the new run is complete without the old one; [`Trainer::inherit`] starts them where that run stood.
//! No new layers at all let the trained network go on as it is. Velocities begin at zero, and the other player is fresh.

use crate::error::{Error, Result};
use crate::gan::state::AVERAGE;
use crate::gan::{Config, NetworkConfig, Player, State, Trainer};
use crate::nn::Network;
use crate::plan::Device;
use serde::{Deserialize, Serialize};

/// Where the upper layers of a network come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inherited {
    /// The folder of the run that trained them.
    pub run: String,
    /// The iteration of the checkpoint they begin from.
    pub iteration: u64,
    /// How many there are: the last so many layers.
    pub layers: u32,
}

impl Player {
    /// Both players.
    pub const BOTH: [Player; 2] = [Player::Generator, Player::Discriminator];

    /// The part of a configuration that is about this player.
    pub fn of(self, config: &Config) -> &NetworkConfig {
        match self {
            Player::Generator => &config.generator,
            Player::Discriminator => &config.discriminator,
        }
    }

    /// What configurations call it.
    pub fn key(self) -> &'static str {
        match self {
            Player::Generator => "generator",
            Player::Discriminator => "discriminator",
        }
    }

    fn of_mut(self, config: &mut Config) -> &mut NetworkConfig {
        match self {
            Player::Generator => &mut config.generator,
            Player::Discriminator => &mut config.discriminator,
        }
    }
}

impl Config {
    /// Puts the layers of a trained player behind those that extend it: what `extends` asks for is done then. `trained` is the configuration of the run
    /// that `extends` names, of which the checkpoint of `iteration` is to be taken. What D's layers make of an example is not looked at, because the data says
    /// how its rows and columns lie: [`Game::new`](crate::gan::Game::new) and [`Trainer::inherit`] do that.
    /// # Errors
    /// if the trained player takes in what this game has not, or the whole makes no possible network.
    /// # Panics
    /// if the player extends nothing.
    pub fn extend(mut self, player: Player, trained: &Config, iteration: u64) -> Result<Config> {
        check_given(&self, player, trained)?;
        if player == Player::Generator {
            check_seam(&self, trained)?;
        }
        let network = player.of_mut(&mut self);
        let run = network.extends.take().expect("the caller has seen that it extends a run");
        let layers = &player.of(trained).layers;
        network.layers.extend(layers.iter().cloned());
        network.inherited = Some(Inherited { run, iteration, layers: layers.len() as u32 });
        self.checked()
    }
}

/// Checks that the trained player was given nothing but z or an example, or a label.
fn check_given(config: &Config, player: Player, trained: &Config) -> Result<()> {
    let (key, run) = (player.key(), player.of(config).extends.as_deref().unwrap_or_default());
    let refused = |setting: &str, what: &str| {
        Err(Error::Config(format!("{key}.extends names {run}, whose {key} is given {what} (train.{setting}): name a run without it")))
    };
    match player {
        _ if trained.train.completion => refused("completion", "parts of pictures and masks"),
        Player::Discriminator if trained.train.inference => refused("inference", "codes beside examples"),
        _ => Ok(()),
    }
}

/// Checks that the new layers of G give out as many numbers as the trained ones take in.
fn check_seam(config: &Config, trained: &Config) -> Result<()> {
    let (given, wanted) = (config.generator_outputs()?.numbers(), trained.generator_input().extent.numbers());
    if given == wanted {
        return Ok(());
    }
    let run = config.generator.extends.as_deref().unwrap_or_default();
    let (what, remedy) = match config.generator.layers.is_empty() {
        true => ("prior.size is", "set it to that"),
        false => ("the new layers give out", "set the units of the last new layer to that"),
    };
    Err(Error::Config(format!("{what} {given}, but the generator of {run} takes in {wanted} numbers: {remedy}")))
}

impl Trainer {
    /// Starts the inherited layers of a player where a state has them.
    /// # Errors
    /// if the state has not these layers in these shapes; nothing is changed then.
    /// # Panics
    /// if the player inherits nothing, by the configuration that it was laid out from.
    pub fn inherit(&mut self, player: Player, config: &Config, state: &State) -> Result<()> {
        let network = player.of(config);
        let inherited = network.inherited.as_ref().expect("the caller has seen that it inherits layers");
        let new = network.layers.len() - inherited.layers as usize;
        let trained = match player {
            Player::Generator => &self.game.generator,
            Player::Discriminator => &self.game.discriminator,
        };
        write_layers(&mut *self.device, trained, new, state).map_err(|what| {
            let Inherited { run, iteration, .. } = inherited;
            Error::Checkpoint(format!("{run} at iteration {iteration} cannot be extended: {what}"))
        })
    }
}

/// Writes layers number 0, 1, … of a state into those from number `first` on of a network.
fn write_layers(device: &mut dyn Device, network: &Network, first: usize, state: &State) -> std::result::Result<(), String> {
    let mut found = vec![];
    for parameter in network.parameters() {
        let tensor = &parameter.value;
        let Some(name) = name_below(tensor.name(), first) else {
            continue;
        };
        // As the trained network is shown: by its averages, where it keeps them.
        let shown = state.tensors.get(&format!("{name}{AVERAGE}")).or_else(|| state.tensors.get(&name));
        let array = shown.ok_or_else(|| format!("it has no tensor `{name}`"))?;
        let wanted = [tensor.rows() as usize, tensor.cols() as usize];
        if array.shape != wanted {
            let found = &array.shape;
            return Err(format!(
                "its `{name}` has the shape {found:?}, not {wanted:?}: let the new layers give out what its layers were trained to take in"
            ));
        }
        found.extend(parameter.average.iter().chain([tensor]).map(|tensor| (tensor, &array.values)));
    }
    found.into_iter().for_each(|(tensor, values)| device.write(tensor, bytemuck::cast_slice(values)));
    Ok(())
}

/// What a parameter would be called with `first` layers less below it: `G.3.w` above two layers is `G.1.w`. None if it belongs to those layers.
fn name_below(name: &str, first: usize) -> Option<String> {
    let (network, rest) = name.split_once('.')?;
    let (layer, kind) = rest.split_once('.')?;
    let below = layer.parse::<usize>().ok()?.checked_sub(first)?;
    Some(format!("{network}.{below}.{kind}"))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::DataConfig;
    use crate::gan::preset;
    use crate::host::HostDevice;
    use crate::nn::Extent;

    fn config(settings: &[&str]) -> Config {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        Config::parse(preset("gaussian-1d").unwrap().toml, &settings).unwrap()
    }

    fn trainer(config: &Config) -> Trainer {
        let dataset = crate::data::open(&DataConfig::named("gaussian-1d", 1), None).unwrap();
        Trainer::new(Box::new(HostDevice::<f32>::new()), config, &dataset).unwrap()
    }

    /// A trained game, and one whose generator puts a layer before it. Its own prior is wider, and ends where the trained one's begins.
    fn trained_and_extended() -> (Config, State, Config) {
        let base = config(&["train.batch=8"]);
        let mut trained = trainer(&base);
        let seen = &mut |_: &[crate::gan::Metrics]| std::ops::ControlFlow::Continue(());
        assert!(pollster::block_on(trained.advance(3, &|| 0.0, seen)).unwrap().is_continue());
        let state = pollster::block_on(trained.state()).unwrap();
        let layer = format!("generator.layers=[{{ kind = \"sigmoid\", units = {}, irange = 0.05 }}]", base.prior.size);
        let new = config(&["train.batch=8", "seed=9", "prior.size=5", "generator.extends=runs/base", &layer]);
        let new = new.extend(Player::Generator, &base, 3).unwrap();
        (base, state, new)
    }

    #[test]
    fn new_layers_stand_before_trained_ones_which_begin_where_their_run_stood() {
        let (base, trained, new) = trained_and_extended();
        assert_eq!(new.generator.layers.len(), base.generator.layers.len() + 1);
        assert_eq!(new.generator.layers[1..], base.generator.layers[..]);
        assert_eq!(new.generator.extends, None);
        let mut fresh = trainer(&new);
        let untrained = pollster::block_on(fresh.state()).unwrap();
        fresh.inherit(Player::Generator, &new, &trained).unwrap();
        let state = pollster::block_on(fresh.state()).unwrap();
        for (name, array) in state.tensors.iter().filter(|(name, _)| !name.ends_with("velocity")) {
            let expected = match name.strip_prefix("G.").and_then(|_| name_below(name, 1)) {
                Some(below) => &trained.tensors[&below],
                None => &untrained.tensors[name],
            };
            assert_eq!(array, expected, "{name}");
        }
        // The whole is trained on, the inherited layers too.
        let seen = &mut |_: &[crate::gan::Metrics]| std::ops::ControlFlow::Continue(());
        assert!(pollster::block_on(fresh.advance(1, &|| 0.0, seen)).unwrap().is_continue());
        assert_ne!(pollster::block_on(fresh.state()).unwrap().tensors["G.1.w"], trained.tensors["G.0.w"]);
    }

    #[test]
    fn a_network_that_is_shown_by_averages_is_inherited_by_them() {
        let (_, mut trained, new) = trained_and_extended();
        let mut average = trained.tensors["G.0.b"].clone();
        average.values.fill(0.25);
        trained.tensors.insert(format!("G.0.b{AVERAGE}"), average.clone());
        let mut fresh = trainer(&new);
        fresh.inherit(Player::Generator, &new, &trained).unwrap();
        assert_eq!(pollster::block_on(fresh.state()).unwrap().tensors["G.1.b"], average);
    }

    #[test]
    fn layers_of_another_shape_are_refused_by_name() {
        let (_, mut trained, new) = trained_and_extended();
        let wrong = trained.tensors.get_mut("G.1.b").unwrap();
        wrong.shape = vec![1, wrong.values.len() + 1];
        let message = trainer(&new).inherit(Player::Generator, &new, &trained).unwrap_err().to_string();
        assert!(message.starts_with("runs/base at iteration 3 cannot be extended: its `G.1.b` has the shape [1, "), "{message}");
    }

    #[test]
    fn a_network_that_does_not_end_where_the_trained_one_begins_is_refused() {
        let base = config(&[]);
        let layers = "generator.layers=[{ kind = \"sigmoid\", units = 77, irange = 0.05 }]";
        let new = config(&["generator.extends=runs/base", layers]);
        let message = new.extend(Player::Generator, &base, 3).unwrap_err().to_string();
        let size = base.prior.size;
        assert_eq!(
            message,
            format!(
                "the new layers give out 77, but the generator of runs/base takes in {size} numbers: set the units of the last new layer to that"
            )
        );
        let new = config(&["generator.extends=runs/base", "generator.layers=[]", "prior.size=4"]);
        let message = new.extend(Player::Generator, &base, 3).unwrap_err().to_string();
        assert_eq!(message, format!("prior.size is 4, but the generator of runs/base takes in {size} numbers: set it to that"));
    }

    #[test]
    fn a_player_that_was_given_more_than_this_game_has_is_refused_by_what_gave_it() {
        for (preset_name, player, setting) in [
            ("digits-completion", Player::Generator, "train.completion"),
            ("digits-completion", Player::Discriminator, "train.completion"),
            ("digits-inference", Player::Discriminator, "train.inference"),
        ] {
            let trained = Config::parse(preset(preset_name).unwrap().toml, &[]).unwrap();
            let new = config(&[&format!("{}.extends=runs/base", player.key())]);
            let message = new.extend(player, &trained, 3).unwrap_err().to_string();
            assert!(message.contains("runs/base") && message.contains(setting), "{message}");
        }
    }

    #[test]
    fn a_trained_network_goes_on_as_it_is_beside_a_fresh_player() {
        let (base, trained, _) = trained_and_extended();
        let new = config(&["train.batch=8", "seed=9", "generator.extends=runs/base", "generator.layers=[]"]);
        let new = new.extend(Player::Generator, &base, 3).unwrap();
        assert_eq!(new.generator.layers, base.generator.layers);
        let mut fresh = trainer(&new);
        let untrained = pollster::block_on(fresh.state()).unwrap();
        fresh.inherit(Player::Generator, &new, &trained).unwrap();
        let state = pollster::block_on(fresh.state()).unwrap();
        for (name, array) in state.tensors.iter().filter(|(name, _)| State::is_parameter(name)) {
            let expected = if name.starts_with("G.") { &trained } else { &untrained };
            assert_eq!(*array, expected.tensors[name], "{name}");
        }
        assert_ne!(trained.tensors["D.0.w"], untrained.tensors["D.0.w"]);
    }

    #[test]
    fn a_discriminator_is_extended_by_what_its_layers_make_of_the_data() {
        // Of examples of 3×4×8, which a generator without rows and columns gives out as 96 numbers.
        let flat = "generator.layers=[{ kind = \"linear\", units = 96, irange = 0.1 }]";
        let layers = "discriminator.layers=[{ kind = \"convolution\", channels = 3, kernel = 3, padding = 1, irange = 0.1 }]";
        let new = config(&[flat, layers, "discriminator.extends=runs/base"]).extend(Player::Discriminator, &config(&[flat]), 3).unwrap();
        let shapes = new.discriminator_shapes(Extent { channels: 3, height: 4, width: 8 }).unwrap();
        assert_eq!(shapes[1].input, Extent { channels: 3, height: 4, width: 8 });
        // One whose layers make something else of them is found out where its layers are inherited.
        let (base, trained, _) = trained_and_extended();
        let layers = "discriminator.layers=[{ kind = \"relu\", units = 7, irange = 0.1 }]";
        let new = config(&[layers, "discriminator.extends=runs/base"]).extend(Player::Discriminator, &base, 3).unwrap();
        let message = trainer(&new).inherit(Player::Discriminator, &new, &trained).unwrap_err().to_string();
        assert!(message.contains("its `D.0.w` has the shape [1, 80], not [7, 80]: let the new layers give out"), "{message}");
    }
}
