//! Momentum gradient descent as the published code has it: v ← μ·v - η·g; θ ← θ + v, with η and μ on schedules.

use crate::nn::Network;
use crate::nn::optimizer::squares;
use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Serialize};

/// The schedules of learning rate and momentum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MomentumSpec {
    /// Learning rate of the first minibatch.
    pub learning_rate: f32,
    /// The learning rate is divided by this after every minibatch; 1 keeps it.
    pub decay: f64,
    /// The learning rate never falls below this.
    pub min_learning_rate: f32,
    /// Momentum in the first epoch.
    pub momentum: f32,
    /// Momentum from epoch `saturated` on.
    pub final_momentum: f32,
    /// The epoch, counted from 1, in which momentum reaches its final value.
    pub saturated: u32,
}

/// The optimiser of one network.
pub struct Momentum {
    spec: MomentumSpec,
    clock: Tensor,
    /// (learning rate, momentum) of the iteration.
    pub rates: Tensor,
    /// Sums of squared gradients, for the metrics.
    pub squares: Tensor,
    work: Work,
}

impl Momentum {
    /// An optimiser for a network.
    pub fn new(rec: &mut Recorder, network: &Network, spec: &MomentumSpec, clock: &Tensor) -> Momentum {
        let rates = rec.tensor(&format!("{} rates", network.name()), [1, 2]);
        let (squares, work) = squares(rec, "update", network.name(), &network.theta);
        Momentum { spec: spec.clone(), clock: clock.clone(), rates, squares, work }
    }

    /// Records the rates of this iteration, from the clock.
    pub fn schedule(&self, rec: &mut Recorder) {
        let MomentumSpec { learning_rate, decay, min_learning_rate, momentum, final_momentum, saturated } = self.spec;
        rec.dispatch("schedule")
            .bind("clock", &self.clock)
            .bind("rates", &self.rates)
            .argument("first_rate", learning_rate)
            .argument("log_decay", decay.ln() as f32)
            .argument("last_rate", min_learning_rate)
            .argument("first_momentum", momentum)
            .argument("last_momentum", final_momentum)
            .argument("saturated", saturated as f32)
            .record();
    }

    /// Records one update of the network by its gradient, then the projection of limited columns. The velocity is not projected.
    pub fn step(&self, rec: &mut Recorder, network: &Network) {
        let count = network.theta.len() / 4;
        rec.dispatch("update")
            .bind("theta", &network.theta)
            .bind("velocity", &network.velocity)
            .bind("gradient", &network.gradient)
            .bind("rates", &self.rates)
            .bind("squares", &self.squares)
            .argument("count", count)
            .work(self.work)
            .flops(6 * u64::from(network.theta.len()))
            .record();
        network.project(rec);
    }
}
