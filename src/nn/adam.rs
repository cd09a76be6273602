//! Adam (Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1): steps by the ratio of a gradient's mean to its root mean square.
//!
//! v ← β1·v + (1 - β1)·g; s ← β2·s + (1 - β2)·g²; θ ← θ - η·v̂/(√ŝ + ε), with v̂ = v/(1 - β1^t) and ŝ = s/(1 - β2^t) in update t = 1, 2, …
//! The first moment v lies where momentum has its velocity; t comes from the clock, so there is nothing else to save but s.

use crate::nn::Network;
use crate::nn::optimizer::squares;
use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Serialize};

/// The word `adam` in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdamKind {
    /// Adam.
    Adam,
}

/// Adam's numbers; those left out are what section 2 of its paper suggests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdamSpec {
    /// "adam".
    pub kind: AdamKind,
    /// η, the most that a parameter moves in an update, nearly.
    pub learning_rate: f32,
    /// β1: how much of the first moment stays.
    #[serde(default = "beta1")]
    pub beta1: f32,
    /// β2: how much of the second moment stays.
    #[serde(default = "beta2")]
    pub beta2: f32,
    /// ε, what is added to the root of the second moment.
    #[serde(default = "epsilon")]
    pub epsilon: f32,
}

fn beta1() -> f32 {
    0.9
}

fn beta2() -> f32 {
    0.999
}

fn epsilon() -> f32 {
    1e-8
}

/// Stands for a β of 0, whose logarithm is not finite.
const NOTHING: f64 = 1e-30;

/// The optimiser of one network.
pub struct Adam {
    spec: AdamSpec,
    clock: Tensor,
    updates: u32,
    /// (η/(1 - β1^t), 1/√(1 - β2^t)) of the last update.
    pub rates: Tensor,
    /// Sums of squared gradients, for the metrics.
    pub squares: Tensor,
    work: Work,
}

impl Adam {
    /// An optimiser for a network that is updated so many times per iteration; gives it room for second moments.
    pub fn new(rec: &mut Recorder, network: &mut Network, spec: &AdamSpec, clock: &Tensor, updates: u32) -> Adam {
        let (whole, views) = network.beside(rec, "second moment");
        network.second_moment = Some(whole);
        network.parameters_mut().iter_mut().zip(views).for_each(|(parameter, view)| parameter.second_moment = Some(view));
        Adam::of(rec, network.name(), &network.theta, spec, clock, updates)
    }

    /// An optimiser for one tensor, whatever it holds, that is updated so many times per iteration.
    /// # Panics
    /// if it is no whole number of groups of four.
    #[track_caller]
    pub fn of(rec: &mut Recorder, name: &str, theta: &Tensor, spec: &AdamSpec, clock: &Tensor, updates: u32) -> Adam {
        assert!(theta.len().is_multiple_of(4), "{theta} is no whole number of groups of four");
        let rates = rec.tensor(&format!("{name} rates"), [1, 2]);
        let (squares, work) = squares(rec, "adam", name, theta);
        Adam { spec: spec.clone(), clock: clock.clone(), updates, rates, squares, work }
    }

    /// Records update number `number` of the iteration, counted from 0, then the projection of limited columns. The moments are not projected.
    pub fn step(&self, rec: &mut Recorder, network: &Network, number: u32) {
        let second = network.second_moment.as_ref().expect("Adam::new has made it");
        self.descend(rec, &network.theta, &network.gradient, [&network.velocity, second], number);
        network.project(rec);
    }

    /// Records update number `number` of the iteration of θ by its gradient and both of its moments.   All of one length.
    pub fn descend(&self, rec: &mut Recorder, theta: &Tensor, gradient: &Tensor, [velocity, second]: [&Tensor; 2], number: u32) {
        let AdamSpec { learning_rate, beta1, beta2, epsilon, .. } = self.spec;
        let decay = |beta: f32| -f64::from(beta).max(NOTHING).ln() as f32;
        rec.dispatch("adam_rates")
            .bind("clock", &self.clock)
            .bind("rates", &self.rates)
            .argument("rate", learning_rate)
            .argument("first_decay", decay(beta1))
            .argument("second_decay", decay(beta2))
            .argument("updates", self.updates as f32)
            .argument("number", number as f32)
            .record();
        rec.dispatch("adam")
            .bind("theta", theta)
            .bind("velocity", velocity)
            .bind("second", second)
            .bind("gradient", gradient)
            .bind("rates", &self.rates)
            .bind("squares", &self.squares)
            .argument("count", theta.len() / 4)
            .argument("beta1", beta1)
            .argument("beta2", beta2)
            .argument("epsilon", epsilon)
            .work(self.work)
            .flops(14 * u64::from(theta.len()))
            .record();
    }
}
