//! What is done to all parameters of a network at once, whatever layer they belong to.

use crate::nn::Network;
use crate::plan::{Recorder, Work};

impl Network {
    /// Records θ ← factor·θ (`shrink_d` of the published code's `AdversaryPair`).
    pub fn shrink(&self, rec: &mut Recorder, factor: f32) {
        let count = self.theta.len() / 4;
        rec.dispatch("shrink")
            .bind("theta", &self.theta)
            .argument("count", count)
            .argument("factor", factor)
            .work(Work::Flat(count))
            .flops(u64::from(self.theta.len()))
            .record();
    }

    /// Records θ ← min(max(θ, -limit), limit): what keeps the critic of Arjovsky et al. (2017) Lipschitz.
    pub fn clip(&self, rec: &mut Recorder, limit: f32) {
        let count = self.theta.len() / 4;
        rec.dispatch("clip")
            .bind("theta", &self.theta)
            .argument("count", count)
            .argument("middle", 0.0)
            .argument("limit", limit)
            .work(Work::Flat(count))
            .flops(u64::from(self.theta.len()))
            .record();
    }
}
