//! What the device's memory is used for.

use crate::gan::Game;
use crate::nn::Network;
use crate::plan::{Memory, Tensor};

impl Game {
    /// Bytes of the buffers by what they hold: data, parameters, velocities, gradients, Adam's second moments and G's averages where there are some, and
    /// activations with all that is small.
    pub fn memory_by_kind(&self, memory: &Memory) -> Vec<(&'static str, u64)> {
        let networks = [&self.generator, &self.discriminator];
        let bytes = |id| 4 * u64::from(memory.buffer(id).len);
        let data = bytes(self.data.buffer());
        let [parameters, velocities, gradients] = [
            networks.map(|network| bytes(network.theta.buffer())),
            networks.map(|network| bytes(network.velocity.buffer())),
            networks.map(|network| bytes(network.gradient.buffer())),
        ]
        .map(|both| both.iter().sum::<u64>());
        let kept = |of: fn(&Network) -> Option<&Tensor>| {
            networks.iter().filter_map(|network| of(network)).map(|whole| bytes(whole.buffer())).sum()
        };
        let (moments, averages) = (kept(|network| network.second_moment.as_ref()), kept(|network| network.average.as_ref()));
        let mut parts = vec![("data", data), ("parameters", parameters), ("velocities", velocities), ("gradients", gradients)];
        parts.extend([("second moments", moments), ("averages", averages)].into_iter().filter(|(_, bytes)| *bytes > 0));
        let rest = memory.bytes() - parts.iter().map(|(_, bytes)| bytes).sum::<u64>();
        parts.push(("activations", rest));
        parts
    }
}
