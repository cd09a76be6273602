//! The bidirectional game (Donahue, Krähenbühl and Darrell 2017, "Adversarial feature learning"; Dumoulin et al. 2017, "Adversarially learned inference"):
//! inference learned in the game. A third network E infers z from x, and D judges pairs.
//!
//! ```text
//! min_{G, E} max_D  E_{x ~ data} log D(x, E(x)) + E_z log(1 − D(G(z), z))
//! ```
//! E(x) stands beside x as z stands beside G(z), after the noise that an instance may be shown with, which is on x only. E gives out one z for each x, as in
//! the first of the papers; the second lets it draw one. At its best D cannot tell the pairs apart, and then G(E(x)) = x (theorem 2 of the first).
//!
//! E descends what G would descend of the opposite judgement, L_E(a) = L_G(2b − a), b being D's boundary ([`loss::encoder`]), and rests where G does. What steers
//! G alone, its turn and the norm of its gradient, does not steer E. The metrics tell nothing of E; its numbers are inspected like any other.
//! A game without inference records nothing of this.

use crate::error::{Error, Result};
use crate::gan::config::{EncoderConfig, check_optimizer};
use crate::gan::inverse::EncoderRecipe;
use crate::gan::{Config, Game, Player};
use crate::nn::{BiasStart, Extent, Kind, Network, Optimizer, Pass, columns, loss};
use crate::plan::{Recorder, Tensor};

/// E, and how it learns.
pub(super) struct Inference {
    /// E.
    pub encoder: Network,
    optimizer: Optimizer,
    /// L_E.
    tally: Tensor,
}

impl Config {
    /// E as it is built: as the configuration says, or with the layers of the encoder that `gander reconstruct` trains and G's optimiser. None without inference.
    pub fn encoder(&self) -> Option<EncoderConfig> {
        let published = || EncoderConfig {
            layers: EncoderRecipe::published().layers_for(self.prior.size),
            optimizer: self.generator.optimizer.clone(),
        };
        self.train.inference.then(|| self.encoder.clone().unwrap_or_else(published))
    }

    /// Checks that pairs can be judged, and that E gives out what z is.
    pub(super) fn check_inference(&self) -> Result<()> {
        if !self.train.inference {
            return match self.encoder {
                Some(_) => {
                    Err(Error::Config("there is an [encoder], but train.inference is false: set it to true, or remove [encoder]".into()))
                }
                None => Ok(()),
            };
        }
        let refused = |key: &str, why: &str| {
            Err(Error::Config(format!("train.inference and train.{key} are both set, but {why}: remove one of the two")))
        };
        if self.train.conditional.is_some() {
            return refused("conditional", "D is told either the label of x or its code");
        }
        if self.train.blend.is_some() {
            return refused("blend", "E descends one form of G's loss, not two at once");
        }
        self.check_room(Player::Discriminator, "train.inference puts z")?;
        self.encoder.as_ref().map_or(Ok(()), |encoder| check_encoder(encoder, self.prior.size))
    }
}

/// Checks an E of the configuration's own.
fn check_encoder(EncoderConfig { layers, optimizer }: &EncoderConfig, size: u32) -> Result<()> {
    for (at, layer) in layers.iter().enumerate() {
        let key = format!("encoder.layers[{at}]");
        layer.check(&key)?;
        if layer.label_units.is_some() {
            return Err(Error::Config(format!("{key}.label_units is set, but E is told no label: remove it")));
        }
        if matches!(layer.bias, Some(BiasStart::Marginals(_))) {
            return Err(Error::Config(format!(
                "{key} begins its bias at the marginals; only the generator's last layer can: set bias to a number"
            )));
        }
    }
    let last = layers.last().map(|last| (last.kind, last.units));
    if last != Some((Kind::Linear, Some(size))) {
        let found = last.map_or("nothing".into(), |(kind, units)| match units {
            Some(units) => format!("a {} with {units} units", kind.name()),
            None => format!("a {}", kind.name()),
        });
        return Err(Error::Config(format!(
            "the encoder ends in {found}, but infers z of {size} numbers (prior.size): let it end in a linear layer with {size} units"
        )));
    }
    check_optimizer("encoder", optimizer)
}

impl Inference {
    /// Lays out E for examples of this shape; none in a game without inference.
    pub fn new(rec: &mut Recorder, config: &Config, example: Extent, clock: &Tensor) -> Option<Inference> {
        let EncoderConfig { layers, optimizer } = config.encoder()?;
        let mut encoder = Network::new(rec, "E", &layers, example, false, &[], clock);
        let optimizer = Optimizer::new(rec, &mut encoder, &optimizer, clock, 1);
        Some(Inference { encoder, optimizer, tally: rec.tensor("E tally", [1, 1]) })
    }
}

impl Game {
    /// E, in a game of inference.
    pub fn encoder(&self) -> Option<&Network> {
        self.inference.as_ref().map(|inference| &inference.encoder)
    }

    /// Records the rates of E in this iteration.
    pub(super) fn schedule_encoder(&self, rec: &mut Recorder) {
        if let Some(inference) = &self.inference {
            inference.optimizer.schedule(rec);
        }
    }

    /// Records (x, E(x)) over (G(z), z) out of what D is shown of x over G(z), and E's pass; what D is shown and no pass where there is no E.
    /// shown: 2m×n, x: m×n, z: m×size, result: 2m×(n + size).
    pub(super) fn paired(&self, rec: &mut Recorder, shown: &Tensor, x: &Tensor, z: &Tensor) -> (Tensor, Option<Pass>) {
        let Some(Inference { encoder, .. }) = &self.inference else { return (shown.clone(), None) };
        let pairs = rec.tensor("(x, E(x)) over (G(z), z)", [shown.rows(), shown.cols() + z.cols()]);
        let encoded = encoder.forward(rec, x);
        let ((real, forged), (real_pairs, forged_pairs)) = (shown.halves(), pairs.halves());
        columns::join_into(rec, &real, encoded.output(), &real_pairs);
        columns::join_into(rec, &forged, z, &forged_pairs);
        (pairs, Some(encoded))
    }

    /// Records (G(z), z) out of what D is shown of G(z), which stays as it is where there is no E.   shown: m×n, z: m×size, result: m×(n + size).
    pub(super) fn beside_its_noise(&self, rec: &mut Recorder, shown: &Tensor, z: &Tensor) -> Tensor {
        if self.inference.is_some() { columns::join(rec, shown, z) } else { shown.clone() }
    }

    /// Records ∂L/∂x out of ∂L/∂(x, z).
    pub(super) fn without_its_noise(&self, rec: &mut Recorder, dy: &Tensor) -> Tensor {
        if self.inference.is_some() { columns::part(rec, dy, 0..self.data.dimensions()) } else { dy.clone() }
    }

    /// Records E's gradient through D's judgement of (x, E(x)), which D's own pass has made: under its masks, or, where G's step goes through D as it is
    /// evaluated, through that. The first half of what D was shown is real.   shown: 2m×(n + size).
    pub(super) fn encoder_gradient(&self, rec: &mut Recorder, judged: &Pass, shown: &Tensor, encoded: Option<&Pass>) {
        let Some(encoded) = encoded else { return };
        rec.section("E's gradient: G's loss of the opposite judgement of the same (x, E(x)), through the same D.");
        let real = 0..self.m;
        let judged = if self.options.generator_dropout { judged.rows_at(real) } else { self.judge_forged(rec, &shown.rows_at(real)) };
        self.gradient_through(rec, &judged, encoded);
    }

    /// Records one update of E by its gradient.
    pub(super) fn update_encoder(&self, rec: &mut Recorder) {
        if let Some(Inference { encoder, optimizer, .. }) = &self.inference {
            optimizer.step(rec, encoder, 0);
        }
    }

    fn gradient_through(&self, rec: &mut Recorder, judged: &Pass, encoded: &Pass) {
        let Some(Inference { encoder, tally, .. }) = &self.inference else { return };
        let da = loss::encoder(rec, judged.output(), self.options.loss, self.options.generator_loss, tally);
        self.rest_generator(rec, &da);
        let dy = self.discriminator.input_gradient(rec, judged, &da);
        let dz = columns::part(rec, &dy, self.data.dimensions()..dy.cols());
        encoder.parameter_gradient(rec, encoded, &dz);
    }
}

/// Records the step of E in algorithm 1, which follows that of G: through D as it is, on the examples of D's last minibatch. Nothing where there is no E.
pub fn record_encoder_step(rec: &mut Recorder, game: &Game) {
    let Some(Inference { encoder, .. }) = &game.inference else { return };
    rec.section("Draw D's last examples x again; the updated D judges (x, E(x)).");
    let x = rec.tensor("x", [game.m, game.data.dimensions()]);
    game.data.draw(rec, game.k - 1, &x);
    let encoded = encoder.forward(rec, &x);
    let shown = game.shown(rec, &x);
    let shown = columns::join(rec, &shown, encoded.output());
    let judged = game.judge_forged(rec, &shown);

    rec.section("Update E by descending G's loss of the opposite judgement: log D(x, E(x)) descended, or log(1 − D(x, E(x))) ascended.");
    game.gradient_through(rec, &judged, &encoded);
    game.update_encoder(rec);
}
