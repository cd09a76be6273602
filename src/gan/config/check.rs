//! What a configuration's values must be, as far as that can be said without the data.

use crate::error::{Error, Result};
use crate::gan::config::{BlendConfig, Config, GameConfig, NetworkConfig, Recipe};
use crate::gan::{Inherited, Player};
use crate::nn::loss::{GeneratorLoss, Loss};
use crate::nn::{
    AdamSpec, BiasStart, Extent, Kind, LayerSpec, MOST_NUMBERS, MOST_UNITS, MomentumSpec, Nonlinearity, OptimizerSpec, Shaped, shapes,
};

#[cfg(test)]
mod tests;

/// Most classes: a label is a byte.
const MOST_CLASSES: u32 = 256;
/// Most rows in a minibatch: more is a slip of the pen.
const MOST_ROWS: u32 = 1 << 20;

impl Config {
    /// Checks everything that does not need the data.
    pub(super) fn check(&self) -> Result<()> {
        let GameConfig { recipe, k, batch, iterations, .. } = self.train;
        within("train.k", k, 1, 1000)?;
        within("train.batch", batch, 1, MOST_ROWS)?;
        within("train.iterations", iterations, 1, u32::MAX)?;
        within("prior.size", self.prior.size, 1, MOST_UNITS)?;
        within("report.samples_every", self.report.samples_every, 1, u32::MAX)?;
        within("report.checkpoint_every", self.report.checkpoint_every, 1, u32::MAX)?;
        within("report.samples", self.report.samples, 1, 10_000)?;
        within("report.keep", self.report.keep, 1, u32::MAX)?;
        if recipe == Recipe::Code2014 && k != 1 {
            return Err(Error::Config(format!("train.k is {k}, but the recipe code-2014 moves D and G together: set train.k to 1")));
        }
        check_options(&self.train)?;
        self.train.check_coordination()?;
        self.prior.check()?;
        self.check_completion()?;
        self.check_conditional()?;
        self.check_inference()?;
        if let Some(step) = self.data.preprocess {
            step.check()?;
        }
        check_network("generator", &self.generator)?;
        check_network("discriminator", &self.discriminator)?;
        if Player::BOTH.iter().any(|player| player.of(self).extends.is_some()) {
            // The layers are not complete yet: what follows is checked when they are.
            return Ok(());
        }
        check_sizes("generator", &self.generator_shapes()?, batch)?;
        let last = self.discriminator.layers.last().expect("checked above");
        if last.kind != Kind::Sigmoid || last.units != Some(1) {
            let found = last.units.map_or(last.kind.name().into(), |units| format!("a {} with {units} units", last.kind.name()));
            return Err(Error::Config(format!("the discriminator ends in {found}; it must end in a sigmoid with 1 unit")));
        }
        if let Some(decay) = self.discriminator.average {
            return Err(Error::Config(format!("discriminator.average is {decay}, but only the generator is averaged: remove it")));
        }
        if let Some(decay) = self.generator.average
            && !(0.5..1.0).contains(&decay)
        {
            return Err(Error::Config(format!("generator.average is {decay}; it lies from 0.5 to below 1, usually at 0.999")));
        }
        self.check_marginals()
    }

    /// Checks that labels have units only where somebody is told them, and that they can be told: there are several, and both players begin with a layer that
    /// takes in numbers without an order.
    fn check_conditional(&self) -> Result<()> {
        for player in Player::BOTH {
            let units_for_labels =
                |(at, layer): &(usize, &LayerSpec)| layer.label_units.is_some() && (*at > 0 || self.train.conditional.is_none());
            if let Some((at, _)) = player.of(self).layers.iter().enumerate().find(units_for_labels) {
                return Err(Error::Config(format!(
                    "{}.layers[{at}].label_units is set, but only the first layer of a game with train.conditional is given a label: remove it",
                    player.key()
                )));
            }
        }
        let Some(classes) = self.train.conditional else { return Ok(()) };
        within("train.conditional", classes, 2, MOST_CLASSES)?;
        Player::BOTH.into_iter().try_for_each(|player| self.check_room(player, "train.conditional puts the label"))
    }

    /// Checks that a player has room for what is put beside its input: it begins with a layer that takes in numbers without an order.
    pub(in crate::gan) fn check_room(&self, player: Player, who_puts_what: &str) -> Result<()> {
        let first = player.of(self).layers.first().filter(|layer| layer.units.is_none());
        first.map_or(Ok(()), |first| {
            let (key, kind) = (player.key(), first.kind.name());
            Err(Error::Config(format!(
                "{who_puts_what} beside what the {key} takes in, but its first layer, a {kind}, has no room for it: begin with a relu, sigmoid, linear or maxout layer"
            )))
        })
    }

    /// What each layer of G makes of its input.
    /// # Errors
    /// if a layer cannot take in what the one before gives out.
    pub fn generator_shapes(&self) -> Result<Vec<Shaped>> {
        shapes("generator", &self.generator.layers, self.generator_input())
    }

    /// What each layer of D makes of its input, which is an example of the data, or a minibatch of them over as many fakes.
    /// # Errors
    /// if a layer cannot take in what the one before gives out, or an activation is larger than can be counted.
    pub fn discriminator_shapes(&self, example: Extent) -> Result<Vec<Shaped>> {
        let shapes = shapes("discriminator", &self.discriminator.layers, self.discriminator_input(example))?;
        check_sizes("discriminator", &shapes, 2 * self.train.batch)?;
        Ok(shapes)
    }

    /// What each layer of E makes of its input, which is an example of the data; none where there is no E.
    /// # Errors
    /// if a layer cannot take in what the one before gives out, or an activation is larger than can be counted.
    pub fn encoder_shapes(&self, example: Extent) -> Result<Option<Vec<Shaped>>> {
        let Some(encoder) = self.encoder() else { return Ok(None) };
        let shapes = shapes("encoder", &encoder.layers, example.into())?;
        check_sizes("encoder", &shapes, self.train.batch)?;
        Ok(Some(shapes))
    }

    /// What G gives out.
    /// # Errors
    /// if a layer of G cannot take in what the one before gives out.
    pub fn generator_outputs(&self) -> Result<Extent> {
        Ok(self.generator_shapes()?.last().map_or(self.generator_input().extent, |last| last.output))
    }

    /// Checks that only G's last layer begins its bias at the marginals, with one bias for each of its numbers.
    fn check_marginals(&self) -> Result<()> {
        let marginal = |layers: &[LayerSpec]| layers.iter().position(|layer| matches!(layer.bias, Some(BiasStart::Marginals(_))));
        let layers = &self.generator.layers;
        if let Some(at) = marginal(layers).filter(|at| at + 1 < layers.len()).or(marginal(&self.discriminator.layers)) {
            return Err(Error::Config(format!("layer {at} begins its bias at the marginals; only the generator's last layer can")));
        }
        let shared = |layer: &LayerSpec| layer.kind == Kind::Convolution || layer.nonlinearity() == Nonlinearity::Maxout;
        if marginal(layers).is_some() && layers.last().is_some_and(shared) {
            return Err(Error::Config(
                "the generator's last layer begins its bias at the marginals, but has not one bias for each of its numbers: set bias to a number".into(),
            ));
        }
        if marginal(layers).is_some()
            && let Some(last) = layers.last().filter(|last| last.nonlinearity() != Nonlinearity::Sigmoid)
        {
            let kind = last.kind.name();
            return Err(Error::Config(format!(
                "the generator's last layer begins its bias at the marginals, the logits of the data's mean, but it is a {kind} that ends in no sigmoid: \
                 set bias to a number, or let it end in a sigmoid"
            )));
        }
        if let (Some(step), true) = (self.data.preprocess, marginal(layers).is_some()) {
            return Err(Error::Config(format!(
                "the generator's bias begins at the marginals, which are those of pixels from 0 to 1, but data.preprocess is {step:?}: remove one of the two"
            )));
        }
        Ok(())
    }
}

/// Checks that what a network takes in and makes of so many rows has no more numbers than can be counted.
fn check_sizes(name: &str, shapes: &[Shaped], rows: u32) -> Result<()> {
    for (at, shaped) in shapes.iter().enumerate() {
        let made = shaped.linear.numbers().max(shaped.output.numbers());
        for (does, columns, shrink) in [("takes in", shaped.input.numbers(), "a smaller input"), ("makes", made, "fewer units")] {
            if u64::from(rows) * u64::from(columns) > MOST_NUMBERS {
                return Err(Error::Config(format!(
                    "{name}.layers[{at}] {does} a minibatch matrix of {rows}×{columns} numbers; at most {MOST_NUMBERS} fit: take {shrink}, or a smaller train.batch"
                )));
            }
        }
    }
    Ok(())
}

fn check_network(name: &str, network: &NetworkConfig) -> Result<()> {
    if let Some(Inherited { layers, .. }) = &network.inherited
        && *layers as usize > network.layers.len()
    {
        let all = network.layers.len();
        return Err(Error::Config(format!(
            "{name}.inherited.layers is {layers}, but {name} has {all} layers: take them from the run's own config.toml"
        )));
    }
    if let (Some(run), Some(inherited)) = (&network.extends, &network.inherited) {
        let other = &inherited.run;
        return Err(Error::Config(format!(
            "{name}.extends = \"{run}\", but some of its layers are inherited from {other} already, and a network goes on from one run: \
             train this one, and extend that run; or remove one of the two"
        )));
    }
    if network.layers.is_empty() && network.extends.is_none() {
        return Err(Error::Config(format!("{name}.layers is empty; a network needs a layer")));
    }
    network.layers.iter().enumerate().try_for_each(|(at, layer)| layer.check(&format!("{name}.layers[{at}]")))?;
    if network.extends.is_none() && !network.layers.iter().any(|layer| layer.kind.has_parameters()) {
        return Err(Error::Config(format!("no layer of the {name} has weights; a network needs something to learn")));
    }
    check_optimizer(name, &network.optimizer)
}

/// Checks how a network learns.
pub(in crate::gan) fn check_optimizer(name: &str, optimizer: &OptimizerSpec) -> Result<()> {
    match optimizer {
        OptimizerSpec::Adam(spec) => check_adam(name, spec),
        OptimizerSpec::Momentum(spec) => check_momentum(name, spec),
    }
}

fn check_adam(name: &str, spec: &AdamSpec) -> Result<()> {
    let AdamSpec { learning_rate, beta1, beta2, epsilon, .. } = *spec;
    positive(&format!("{name}.optimizer.learning_rate"), learning_rate)?;
    positive(&format!("{name}.optimizer.epsilon"), epsilon)?;
    for (key, value) in [("beta1", beta1), ("beta2", beta2)] {
        if !(0.0..1.0).contains(&value) {
            return Err(Error::Config(format!("{name}.optimizer.{key} is {value}; it lies from 0 to below 1")));
        }
    }
    Ok(())
}

fn check_momentum(name: &str, spec: &MomentumSpec) -> Result<()> {
    let MomentumSpec { learning_rate, decay, min_learning_rate, momentum, final_momentum, saturated } = *spec;
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

/// Checks what a game may ask for beside its recipe.
fn check_options(train: &GameConfig) -> Result<()> {
    if let Some(BlendConfig { non_saturating, minimax }) = train.blend {
        positive("train.blend.non_saturating", non_saturating)?;
        positive("train.blend.minimax", minimax)?;
        if train.loss != Loss::CrossEntropy {
            let loss = train.loss;
            return Err(Error::Config(format!(
                "train.blend blends two forms of cross-entropy, but train.loss is {loss:?}: remove one of the two"
            )));
        }
    }
    if train.generator_loss != GeneratorLoss::default() && (train.blend.is_some() || train.loss != Loss::CrossEntropy) {
        let (form, loss) = (train.generator_loss, train.loss);
        let other = if train.blend.is_some() {
            "train.blend has both forms of it".into()
        } else {
            format!("train.loss is {loss:?}, which leaves G no choice")
        };
        return Err(Error::Config(format!(
            "train.generator_loss is {form:?}, a form of cross-entropy, but {other}: remove one of the two"
        )));
    }
    if let Some(every) = train.generator_every {
        within("train.generator_every", every, 1, u32::MAX)?;
        if train.recipe == Recipe::Algorithm1 {
            return Err(Error::Config(format!(
                "train.generator_every is {every}, but in algorithm-1 G moves after k steps of D: set train.k to {every}, or train.recipe to code-2014"
            )));
        }
    }
    for (key, value) in [
        ("generator_gradient_norm", train.generator_gradient_norm),
        ("diversity", train.diversity),
        ("instance_noise", train.instance_noise),
    ] {
        value.map_or(Ok(()), |value| positive(&format!("train.{key}"), value))?;
    }
    if let Some(factor) = train.shrink_d
        && !(factor > 0.0 && factor <= 1.0)
    {
        return Err(Error::Config(format!("train.shrink_d is {factor}; D is multiplied by it: it lies above 0 and is at most 1")));
    }
    if let Some(limit) = train.clip {
        positive("train.clip", limit)?;
    } else if train.loss == Loss::Wasserstein {
        let what = "train.loss is wasserstein, which takes a D that is Lipschitz, but nothing clips D's parameters: set train.clip, for example to 0.01";
        return Err(Error::Config(what.into()));
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
