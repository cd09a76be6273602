//! A game's configuration: TOML, complete, with every key known.

use crate::error::{Error, Result};
use crate::gan::Noise;
use crate::nn::loss::GeneratorLoss;
use crate::nn::{BiasStart, Kind, LayerSpec, MomentumSpec};
use serde::{Deserialize, Serialize};
use toml::Value;

/// The order in which an iteration moves D and G.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Recipe {
    /// The paper: k steps of D, then one of G with fresh noise through the updated D.
    #[default]
    #[serde(rename = "algorithm-1")]
    Algorithm1,
    /// The published code: D and G together, on the same fakes under the same masks.
    #[serde(rename = "code-2014")]
    Code2014,
}

/// A complete game: with the data set and gander's version it reproduces a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The seed of all chance: initial parameters, noise, masks, the order of examples.
    pub seed: u32,
    /// The data.
    pub data: DataConfig,
    /// The game.
    pub train: GameConfig,
    /// The distribution of z.
    pub prior: PriorConfig,
    /// G.
    pub generator: NetworkConfig,
    /// D.
    pub discriminator: NetworkConfig,
    /// What a run writes, and when.
    pub report: ReportConfig,
}

/// The data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The name of the data set.
    pub set: String,
    /// The seed of a procedural data set.
    #[serde(default)]
    pub seed: u32,
}

/// The game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GameConfig {
    /// Which order: the paper's or the published code's.
    #[serde(default)]
    pub recipe: Recipe,
    /// Steps of D per step of G (`algorithm-1` only).
    pub k: u32,
    /// Examples, and noise vectors, in a minibatch: the paper's m.
    pub batch: u32,
    /// Iterations to train for.
    pub iterations: u32,
    /// What G descends.
    #[serde(default)]
    pub generator_loss: GeneratorLoss,
}

/// The distribution of z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorConfig {
    /// The kind of noise.
    pub noise: Noise,
    /// Numbers in a noise vector.
    pub size: u32,
}

/// A network and its optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Its layers, from the input up.
    pub layers: Vec<LayerSpec>,
    /// How it learns.
    pub optimizer: MomentumSpec,
}

/// What a run writes, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportConfig {
    /// Iterations between two sheets of samples.
    pub samples_every: u32,
    /// Samples on a sheet.
    pub samples: u32,
    /// Iterations between two checkpoints.
    pub checkpoint_every: u32,
    /// Checkpoints that are kept.
    pub keep: u32,
    /// Whether event files for TensorBoard are written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tensorboard: bool,
    /// Iterations between two readings of the monitor, which also keeps the best checkpoint; 0 watches nothing.
    #[serde(default)]
    pub monitor_every: u32,
}

/// Most units in a layer, numbers in a noise vector, rows in a minibatch: more is a slip of the pen.
const MOST: u32 = 1 << 20;
/// Numbers in one matrix: networks add theirs up, and all of them have to be counted in 32 bits.
const MOST_NUMBERS: u32 = 1 << 28;

impl Config {
    /// Reads a configuration, with `key.path=value` overrides applied in their order, and checks it.
    /// # Errors
    /// if the text is no TOML, a key is unknown or missing, or a value is absurd; the message says which.
    pub fn parse(text: &str, overrides: &[String]) -> Result<Config> {
        let mut table: toml::Table = text.parse().map_err(|error| Error::Config(format!("the configuration is no TOML: {error}")))?;
        for assignment in overrides {
            assign(&mut table, assignment)?;
        }
        // Through text once more, so that messages point at the line that is wrong.
        let text = if overrides.is_empty() { text.to_string() } else { table.to_string() };
        let config: Config = toml::from_str(&text).map_err(|error| Error::Config(format!("the configuration does not fit: {error}")))?;
        config.check()?;
        Ok(config)
    }

    /// The whole configuration as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field is a TOML value")
    }

    /// The same configuration, when its values are possible.
    /// # Errors
    /// if one is not; the message names it and its limits.
    pub fn checked(self) -> Result<Config> {
        self.check()?;
        Ok(self)
    }

    /// Checks everything that does not need the data.
    fn check(&self) -> Result<()> {
        let GameConfig { recipe, k, batch, iterations, .. } = self.train;
        within("train.k", k, 1, 1000)?;
        within("train.batch", batch, 1, MOST)?;
        within("train.iterations", iterations, 1, u32::MAX)?;
        within("prior.size", self.prior.size, 1, MOST)?;
        within("report.samples_every", self.report.samples_every, 1, u32::MAX)?;
        within("report.checkpoint_every", self.report.checkpoint_every, 1, u32::MAX)?;
        within("report.samples", self.report.samples, 1, 10_000)?;
        within("report.keep", self.report.keep, 1, u32::MAX)?;
        if recipe == Recipe::Code2014 && k != 1 {
            return Err(Error::Config(format!("train.k is {k}, but the recipe code-2014 moves D and G together: set train.k to 1")));
        }
        check_network("generator", &self.generator)?;
        check_network("discriminator", &self.discriminator)?;
        let outputs = self.generator.layers.last().expect("checked above").units;
        check_sizes("generator", self.prior.size, &self.generator.layers, batch)?;
        check_sizes("discriminator", outputs, &self.discriminator.layers, 2 * batch)?;
        let last = self.discriminator.layers.last().expect("checked above");
        if last.kind != Kind::Sigmoid || last.units != 1 {
            let found = format!("{:?} with {} units", last.kind, last.units);
            return Err(Error::Config(format!("the discriminator ends in {found}; it must end in a sigmoid with 1 unit")));
        }
        if let Some(at) = self.generator.layers.iter().position(|layer| layer.keep.is_some()) {
            return Err(Error::Config(format!("generator.layers[{at}].keep is set, but the generator has no dropout: remove it")));
        }
        let marginal = |layers: &[LayerSpec]| layers.iter().position(|layer| matches!(layer.bias, BiasStart::Marginals(_)));
        let g_marginal = marginal(&self.generator.layers).filter(|at| at + 1 < self.generator.layers.len());
        if let Some(at) = g_marginal.or(marginal(&self.discriminator.layers)) {
            return Err(Error::Config(format!("layer {at} begins its bias at the marginals; only the generator's last layer can")));
        }
        Ok(())
    }
}

/// Checks that every matrix of a network, and of what it makes of so many rows, has no more numbers than can be counted.
fn check_sizes(name: &str, inputs: u32, layers: &[LayerSpec], rows: u32) -> Result<()> {
    let mut inputs = inputs;
    for (at, layer) in layers.iter().enumerate() {
        let columns = u64::from(layer.units) * u64::from(layer.pieces.unwrap_or(1));
        for (what, rows) in [("weights", inputs), ("minibatch", rows)] {
            if u64::from(rows) * columns > u64::from(MOST_NUMBERS) {
                return Err(Error::Config(format!(
                    "{name}.layers[{at}] makes a {what} matrix of {rows}×{columns} numbers; at most {MOST_NUMBERS} fit: take fewer units, or a smaller batch"
                )));
            }
        }
        inputs = layer.units;
    }
    Ok(())
}

fn check_network(name: &str, network: &NetworkConfig) -> Result<()> {
    if network.layers.is_empty() {
        return Err(Error::Config(format!("{name}.layers is empty; a network needs a layer")));
    }
    for (at, layer) in network.layers.iter().enumerate() {
        let key = |field: &str| format!("{name}.layers[{at}].{field}");
        within(&key("units"), layer.units, 1, MOST)?;
        positive(&key("irange"), layer.irange)?;
        match (layer.kind, layer.pieces) {
            (Kind::Maxout, Some(pieces)) => within(&key("pieces"), pieces, 1, 1000)?,
            (Kind::Maxout, None) => {
                return Err(Error::Config(format!("{} is missing: a maxout layer needs its pieces", key("pieces"))));
            }
            (kind, Some(pieces)) => {
                return Err(Error::Config(format!("{} is {pieces}, but {kind:?} has no pieces: remove it", key("pieces"))));
            }
            (_, None) => {}
        }
        if let Some(keep) = layer.keep
            && !(keep > 0.0 && keep <= 1.0)
        {
            return Err(Error::Config(format!("{} is {keep}; a probability to keep lies above 0 and is at most 1", key("keep"))));
        }
        if let Some(limit) = layer.max_col_norm {
            positive(&key("max_col_norm"), limit)?;
        }
        if let BiasStart::Constant(bias) = layer.bias
            && !bias.is_finite()
        {
            return Err(Error::Config(format!("{} is {bias}; it must be finite", key("bias"))));
        }
    }
    let MomentumSpec { learning_rate, decay, min_learning_rate, momentum, final_momentum, saturated } = network.optimizer;
    positive(&format!("{name}.optimizer.learning_rate"), learning_rate)?;
    positive(&format!("{name}.optimizer.min_learning_rate"), min_learning_rate)?;
    within(&format!("{name}.optimizer.saturated"), saturated, 1, u32::MAX)?;
    if !(1.0..=2.0).contains(&decay) {
        return Err(Error::Config(format!("{name}.optimizer.decay is {decay}; the rate is divided by it: it lies from 1 to 2")));
    }
    for (key, value) in [("momentum", momentum), ("final_momentum", final_momentum)] {
        if !(0.0..1.0).contains(&value) {
            return Err(Error::Config(format!("{name}.optimizer.{key} is {value}; it lies from 0 to below 1")));
        }
    }
    Ok(())
}

fn within(key: &str, value: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::Config(format!("{key} is {value}; it must lie from {least} to {most}")))
}

fn positive(key: &str, value: f32) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::Config(format!("{key} is {value}; it must be positive and finite")))
}

/// Sets one `key.path=value`; a number in the path is an index into a list of layers.
fn assign(table: &mut toml::Table, assignment: &str) -> Result<()> {
    let Some((path, text)) = assignment.split_once('=') else {
        return Err(Error::Config(format!("--set {assignment}: there is no `=`; write it like train.k=2")));
    };
    let keys: Vec<&str> = path.trim().split('.').collect();
    let (last, parents) = keys.split_last().expect("split gives at least one part");
    let missing = |key: &str| {
        Error::Config(format!("--set {assignment}: the configuration has no `{key}` there; `gander presets NAME` shows all keys"))
    };
    let mut place = Place::Table(table);
    for key in parents {
        place = place.child(key).ok_or_else(|| missing(key))?;
    }
    let Place::Table(table) = place else { return Err(missing(last)) };
    table.insert((*last).into(), value(text.trim()));
    Ok(())
}

/// Where a path of keys has led.
enum Place<'a> {
    Table(&'a mut toml::Table),
    List(&'a mut Vec<Value>),
}

impl<'a> Place<'a> {
    fn child(self, key: &str) -> Option<Place<'a>> {
        let value = match self {
            Place::Table(table) => table.get_mut(key)?,
            Place::List(list) => list.get_mut(key.parse::<usize>().ok()?)?,
        };
        match value {
            Value::Table(table) => Some(Place::Table(table)),
            Value::Array(list) => Some(Place::List(list)),
            _ => None,
        }
    }
}

/// A TOML value, or, where it is none, a string: `train.recipe=code-2014` needs no quotes.
fn value(text: &str) -> Value {
    format!("v = {text}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("v")).unwrap_or_else(|| Value::String(text.into()))
}
