//! How a network learns: momentum gradient descent, as the paper has it, or Adam.

use crate::nn::{Adam, AdamSpec, Momentum, MomentumSpec, Network};
use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Deserializer, Serialize, de};

/// An optimiser and its numbers. In a configuration momentum has no `kind`; `kind = "adam"` is Adam.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum OptimizerSpec {
    /// Adam.
    Adam(AdamSpec),
    /// Momentum gradient descent.
    Momentum(MomentumSpec),
}

impl<'de> Deserialize<'de> for OptimizerSpec {
    /// By `kind`, so that what is wrong with the numbers of one is not told as if no optimiser were meant.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OptimizerSpec, D::Error> {
        let table = toml::Table::deserialize(deserializer)?;
        let spec = match table.contains_key("kind") {
            true => AdamSpec::deserialize(table).map(OptimizerSpec::Adam),
            false => MomentumSpec::deserialize(table).map(OptimizerSpec::Momentum),
        };
        spec.map_err(|error| de::Error::custom(format!("in an optimizer: {}", error.message())))
    }
}

impl OptimizerSpec {
    /// The learning rate η of the first minibatch.
    pub fn learning_rate(&self) -> f32 {
        match self {
            OptimizerSpec::Adam(spec) => spec.learning_rate,
            OptimizerSpec::Momentum(spec) => spec.learning_rate,
        }
    }

    /// The learning rate of minibatch t, counted from 0: max(η·decay^-t, its least); Adam's stays what it is.
    pub fn rate_at(&self, t: u64) -> f64 {
        match self {
            OptimizerSpec::Adam(spec) => spec.learning_rate.into(),
            OptimizerSpec::Momentum(spec) => {
                f64::max(f64::from(spec.learning_rate) * (-(t as f64) * spec.decay.ln()).exp(), spec.min_learning_rate.into())
            }
        }
    }

    /// The same at half the learning rate, in every minibatch.
    pub fn slowed(&self) -> OptimizerSpec {
        match self.clone() {
            OptimizerSpec::Adam(spec) => OptimizerSpec::Adam(AdamSpec { learning_rate: spec.learning_rate / 2.0, ..spec }),
            OptimizerSpec::Momentum(spec) => OptimizerSpec::Momentum(MomentumSpec {
                learning_rate: spec.learning_rate / 2.0,
                min_learning_rate: spec.min_learning_rate / 2.0,
                ..spec
            }),
        }
    }
}

/// The optimiser of one network.
pub enum Optimizer {
    /// Adam.
    Adam(Adam),
    /// Momentum gradient descent.
    Momentum(Momentum),
}

impl Optimizer {
    /// The optimiser of a network that is updated so many times per iteration. Adam makes room for its second moments.
    pub fn new(rec: &mut Recorder, network: &mut Network, spec: &OptimizerSpec, clock: &Tensor, updates: u32) -> Optimizer {
        match spec {
            OptimizerSpec::Adam(spec) => Optimizer::Adam(Adam::new(rec, network, spec, clock, updates)),
            OptimizerSpec::Momentum(spec) => Optimizer::Momentum(Momentum::new(rec, network, spec, clock)),
        }
    }

    /// Records the rates of this iteration, from the clock, where they are those of all its updates.
    pub fn schedule(&self, rec: &mut Recorder) {
        match self {
            // Its rates differ from update to update.
            Optimizer::Adam(_) => {}
            Optimizer::Momentum(momentum) => momentum.schedule(rec),
        }
    }

    /// Records update number `number` of the iteration, counted from 0, of the network by its gradient; then the projection of limited columns.
    pub fn step(&self, rec: &mut Recorder, network: &Network, number: u32) {
        match self {
            Optimizer::Adam(adam) => adam.step(rec, network, number),
            Optimizer::Momentum(momentum) => momentum.step(rec, network),
        }
    }

    /// Sums of squared gradients, for the metrics.
    pub fn squares(&self) -> &Tensor {
        match self {
            Optimizer::Adam(adam) => &adam.squares,
            Optimizer::Momentum(momentum) => &momentum.squares,
        }
    }
}

/// The sums of squared gradients that an update of θ leaves, one for each invocation of its kernel, and the work that it is.
pub(super) fn squares(rec: &mut Recorder, operation: &str, name: &str, theta: &Tensor) -> (Tensor, Work) {
    let invocations = rec.kernel(operation, None).invocations(theta.len() / 4);
    (rec.tensor(&format!("{name} squares"), [1, invocations]), Work::Flat(invocations))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slowed_optimizer_learns_at_half_the_rate_in_every_minibatch() {
        let (learning_rate, min_learning_rate) = (0.1, 0.001);
        let momentum = MomentumSpec { learning_rate, decay: 1.01, min_learning_rate, momentum: 0.5, final_momentum: 0.7, saturated: 10 };
        let spec = OptimizerSpec::Momentum(momentum);
        assert!((spec.rate_at(69) - 0.1 * 1.01f64.powi(-69)).abs() < 1e-9, "{}", spec.rate_at(69));
        assert_eq!(spec.rate_at(100_000), f64::from(min_learning_rate));
        for t in [0, 1, 69, 1000, 100_000] {
            assert_eq!(spec.slowed().rate_at(t), spec.rate_at(t) / 2.0, "minibatch {t}");
        }
        let spec: OptimizerSpec = toml::from_str("kind = \"adam\"\nlearning_rate = 0.25").unwrap();
        assert_eq!((spec.rate_at(9), spec.slowed().learning_rate()), (0.25, 0.125));
    }
}
