//! The game: the players, the prior, the data, and what training keeps beside them.

use crate::data::{Labels, Minibatches, Outline, Shape};
use crate::error::{Error, Result};
use crate::gan::bidirectional::Inference;
use crate::gan::start::write_initial;
use crate::gan::{Config, GameConfig, Prior, Recipe, algorithm1, code2014, completion};
use crate::nn::{BiasStart, Extent, Network, Optimizer};
use crate::plan::{Device, Plan, Recorder, Tensor};

/// Rows in the device's ring of metrics: more than two submissions ever hold.
const RING_ROWS: u32 = 1024;

/// One of the two players.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Player {
    /// D.
    Discriminator,
    /// G.
    Generator,
}

/// Everything that an iteration works on.
pub struct Game {
    /// G.
    pub generator: Network,
    /// D. It gives out logits: its sigmoid is part of the losses.
    pub discriminator: Network,
    /// E, where inference is learned in the game.
    pub(super) inference: Option<Inference>,
    /// The shape of the pictures, where G completes them.
    pub(super) completes: Option<Shape>,
    /// p_z.
    pub prior: Prior,
    /// p_data, as examples.
    pub data: Minibatches,
    /// Their labels, where G and D are told them.
    pub(super) labels: Option<Labels>,
    /// Examples, and noise vectors, in a minibatch.
    pub m: u32,
    /// Steps of D per step of G.
    pub k: u32,
    /// How G learns.
    pub g_optimizer: Optimizer,
    /// How D learns.
    pub d_optimizer: Optimizer,
    /// Seed, iteration, epoch, position.
    pub clock: Tensor,
    /// L_D, V, mean D(x), mean D(G(z)), share of real and of fake judged right.
    pub d_tally: Tensor,
    /// L_G.
    pub g_tally: Tensor,
    /// Metrics of the last iterations.
    pub ring: Tensor,
    /// The recipe, what the players descend, and whatever else a configuration asks for.
    pub(super) options: GameConfig,
    /// How slowly the averages of G's parameters follow them.
    pub(super) average: Option<f32>,
}

impl Game {
    /// Lays out the game of a configuration over a data set. `mean` is that of the training examples, for a bias from their marginals; only the
    /// initial parameters depend on it.
    /// # Errors
    /// if layers of an extended run are missing, G does not give out what the data is made of or cannot begin at its marginals, a layer of D cannot take in what reaches it, or the minibatches of one iteration exceed what can be counted.
    pub fn new(rec: &mut Recorder, config: &Config, outline: &Outline, mean: &[f32]) -> Result<Game> {
        check_followed(config)?;
        let completes = completion::shape_of(config, &outline.name, outline.shape)?;
        check_outputs(config, outline)?;
        check_marginals(config, outline, mean)?;
        let example = example(outline.shape);
        config.discriminator_shapes(example)?;
        config.encoder_shapes(example)?;
        let (m, k) = (config.train.batch, config.train.k);
        if u64::from(m) * u64::from(k) + u64::from(outline.examples) > u64::from(u32::MAX) {
            return Err(Error::Config(format!("train.k = {k} minibatches of {m} are more examples per iteration than can be counted")));
        }
        let clock = rec.words("clock", 4);
        let mut generator = generator(rec, config, mean, &clock);
        let mut discriminator =
            Network::new(rec, "D", &config.discriminator.layers, config.discriminator_input(example), true, mean, &clock);
        Ok(Game {
            completes,
            prior: Prior::of(&config.prior, &clock),
            data: Minibatches::new(rec, outline, &clock),
            labels: config.train.conditional.map(|_| Labels::new(rec, outline)),
            m,
            k,
            g_optimizer: Optimizer::new(rec, &mut generator, &config.generator.optimizer, &clock, 1),
            d_optimizer: Optimizer::new(rec, &mut discriminator, &config.discriminator.optimizer, &clock, k),
            d_tally: rec.tensor("D tally", [1, 6]),
            g_tally: rec.tensor("G tally", [1, 1]),
            ring: metrics_ring(rec),
            options: config.train.clone(),
            average: config.generator.average,
            inference: Inference::new(rec, config, example, &clock),
            generator,
            discriminator,
            clock,
        })
    }

    /// All networks that learn, in the order of their initial parameters: G, D, and E where there is one.
    pub fn networks(&self) -> Vec<&Network> {
        [&self.generator, &self.discriminator].into_iter().chain(self.encoder()).collect()
    }

    /// Records one whole iteration: rates, the recipe, metrics, and the clock's next step.
    pub fn record_iteration(&self, rec: &mut Recorder) -> Plan {
        rec.section("Learning rate and momentum of this iteration.");
        self.g_optimizer.schedule(rec);
        self.d_optimizer.schedule(rec);
        self.schedule_encoder(rec);
        match self.options.recipe {
            Recipe::Algorithm1 => algorithm1::record_iteration(rec, self),
            Recipe::Code2014 => code2014::record_iteration(rec, self),
        }
        rec.section("Write down what happened, and advance the clock.");
        self.record_metrics(rec);
        self.data.tick(rec, self.k * self.m);
        rec.finish("iteration")
    }

    /// Records an iteration of algorithm 1 in which one player moves alone: the inner loop of k steps of D, or the one step of G. It leaves no metrics.
    pub fn record_alone(&self, rec: &mut Recorder, player: Player) -> Plan {
        rec.section("Learning rate and momentum of this iteration.");
        match player {
            Player::Discriminator => {
                self.d_optimizer.schedule(rec);
                (0..self.k).for_each(|step| algorithm1::record_discriminator_step(rec, self, step));
            }
            Player::Generator => {
                self.g_optimizer.schedule(rec);
                algorithm1::record_generator_step(rec, self);
            }
        }
        rec.section("Advance the clock.");
        self.data.tick(rec, self.k * self.m);
        rec.finish("one player alone")
    }

    /// Records the projection of the initial weights.
    pub fn record_projection(&self, rec: &mut Recorder) -> Plan {
        rec.section("Limit the norms of the initial weights' columns.");
        self.generator.project(rec);
        self.generator.project_average(rec);
        self.discriminator.project(rec);
        self.encoder().into_iter().for_each(|encoder| encoder.project(rec));
        rec.finish("projection")
    }

    /// Writes what training starts from: initial parameters, and the clock. Velocities begin at zero, as a device's memory does.
    pub fn write_start(&self, device: &mut dyn Device, seed: u32) {
        for (number, network) in self.networks().into_iter().enumerate() {
            write_initial(device, network, seed, number as u32);
        }
        device.write(&self.clock, bytemuck::cast_slice(&self.clock_at(seed, 0)));
    }

    /// Where the clock stands after so many iterations.
    pub fn clock_at(&self, seed: u32, iteration: u64) -> [u32; 4] {
        let drawn = iteration * u64::from(self.m) * u64::from(self.k);
        let examples = u64::from(self.data.examples());
        [seed, iteration as u32, (drawn / examples) as u32, (drawn % examples) as u32]
    }

    fn record_metrics(&self, rec: &mut Recorder) {
        rec.dispatch("metrics")
            .bind("clock", &self.clock)
            .bind("d_tally", &self.d_tally)
            .bind("g_tally", &self.g_tally)
            .bind("g_squares", self.g_optimizer.squares())
            .bind("d_squares", self.d_optimizer.squares())
            .bind("ring", &self.ring)
            .argument("rows", self.ring.rows())
            .argument("g_count", self.g_optimizer.squares().len())
            .argument("d_count", self.d_optimizer.squares().len())
            .flops(u64::from(self.g_optimizer.squares().len() + self.d_optimizer.squares().len()))
            .record();
    }
}

/// What an example of the data is laid out as.
pub fn example(Shape { width, height, channels }: Shape) -> Extent {
    Extent { channels, height, width }
}

/// Checks that all layers are there, also those of runs that are extended.
fn check_followed(config: &Config) -> Result<()> {
    for player in Player::BOTH {
        if let Some(run) = &player.of(config).extends {
            let key = player.key();
            return Err(Error::Config(format!(
                "{key}.extends = \"{run}\" has not been followed: the layers of that run are missing; begin with `gander train`, which takes them over, or remove it"
            )));
        }
    }
    Ok(())
}

/// Checks that G gives out what an example of the data is.
fn check_outputs(config: &Config, outline: &Outline) -> Result<()> {
    let (set, layers) = (&outline.name, &config.generator.layers);
    let (given, example) = (config.generator_outputs()?, example(outline.shape));
    let (outputs, dimensions) = (given.numbers(), outline.dimensions());
    if outputs == dimensions {
        // Numbers without rows and columns lie as those of the other do.
        let both_ordered = given.positions() > 1 && !outline.shape.is_point();
        if !both_ordered || given == example {
            return Ok(());
        }
        return Err(Error::Config(format!(
            "the generator gives out {given}, but an example of `{set}` is {example}, channels × rows × columns: let its last layer give out those"
        )));
    }
    let advice = match layers.iter().rposition(|layer| layer.units.is_some()) {
        Some(last) if last + 1 == layers.len() => format!("--set generator.layers.{last}.units={dimensions}"),
        _ => "let its last layers give out as many".into(),
    };
    Err(Error::Config(format!("the generator gives out {outputs} numbers, but an example of `{set}` has {dimensions}: {advice}")))
}

/// Checks that a bias that begins at the marginals can: a sigmoid gives out only what lies from 0 to 1.
fn check_marginals(config: &Config, outline: &Outline, mean: &[f32]) -> Result<()> {
    let asked = config.generator.layers.iter().any(|layer| matches!(layer.bias, Some(BiasStart::Marginals(_))));
    match mean.iter().find(|mean| !(0.0..=1.0).contains(*mean)) {
        Some(beyond) if asked => Err(Error::Config(format!(
            "the generator's bias begins at the marginals, which lie from 0 to 1, but the mean of a number of `{}` is {beyond}: set bias to a number",
            outline.name
        ))),
        _ => Ok(()),
    }
}

/// Lays out the generator of a configuration. `mean` is that of the training examples, for a bias from their marginals.
pub(super) fn generator(rec: &mut Recorder, config: &Config, mean: &[f32], clock: &Tensor) -> Network {
    let generator = Network::new(rec, "G", &config.generator.layers, config.generator_input(), false, mean, clock);
    if config.generator.average.is_some() { generator.averaged(rec) } else { generator }
}

fn metrics_ring(rec: &mut Recorder) -> Tensor {
    let columns = rec.kernel("metrics", None).constant("METRICS").expect("metrics.wgsl declares it");
    rec.tensor("metrics", [RING_ROWS, columns])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::preset;

    /// The game of a preset with these settings over data of such a shape and mean.
    fn laid_out(name: &str, settings: &[&str], [channels, height, width]: [u32; 3], mean: &[f32]) -> Result<Game> {
        let shape = Shape { width, height, channels };
        let outline = Outline { name: "examples".into(), shape, bytes: false, examples: 9, train: 0..9, preprocess: None };
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        let config = Config::parse(preset(name).expect("it is embedded").toml, &settings).expect("its layers fit each other");
        Game::new(&mut Recorder::new(), &config, &outline, mean)
    }

    /// Why it cannot be.
    fn refused(name: &str, settings: &[&str], shape: [u32; 3], mean: &[f32]) -> String {
        laid_out(name, settings, shape, mean).err().expect("it cannot be laid out").to_string()
    }

    #[test]
    fn as_many_numbers_in_other_rows_columns_and_channels_are_no_examples() {
        let layers = "generator.layers=[{ kind = \"linear\", units = 96, irange = 0.1 }, { kind = \"reshape\", channels = 3, height = 4, width = 8 }]";
        let message = refused("ring", &[layers], [3, 8, 4], &[]);
        assert!(message.contains("gives out 3×4×8, but an example of `examples` is 3×8×4"), "{message}");
        // A layout is compared with a layout: numbers in a row fit either way.
        let flat = "generator.layers=[{ kind = \"linear\", units = 96, irange = 0.1 }]";
        assert!(laid_out("ring", &[flat], [3, 8, 4], &[]).is_ok() && laid_out("ring", &[layers], [1, 1, 96], &[]).is_ok());
        assert!(laid_out("ring", &[layers], [3, 4, 8], &[]).is_ok());
    }

    #[test]
    fn a_game_whose_layers_are_in_another_run_is_refused() {
        let message = refused("ring", &["discriminator.extends=runs/x"], [1, 1, 2], &[]);
        assert!(message.starts_with("discriminator.extends = \"runs/x\" has not been followed"), "{message}");
    }

    #[test]
    fn a_bias_from_marginals_beyond_0_and_1_is_refused() {
        let layers = "generator.layers=[{ kind = \"sigmoid\", units = 2, irange = 0.1, bias = \"marginals\" }]";
        let message = refused("ring", &[layers], [1, 1, 2], &[0.5, -0.25]);
        assert!(message.contains("the mean of a number of `examples` is -0.25: set bias to a number"), "{message}");
    }
}
