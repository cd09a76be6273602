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

/// The sums of squared gradients that an update of the network leaves, one for each invocation of its kernel, and the work that it is.
pub(super) fn squares(rec: &mut Recorder, operation: &str, network: &Network) -> (Tensor, Work) {
    let kernel = rec.kernel(operation, None);
    let block = kernel.constant("RUN").expect("the shader of an update declares it") * kernel.workgroup;
    let invocations = (network.theta.len() / 4).div_ceil(block) * kernel.workgroup;
    (rec.tensor(&format!("{} squares", network.name()), [1, invocations]), Work::Flat(invocations))
}
