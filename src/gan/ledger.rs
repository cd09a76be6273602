//! What the device's memory is used for.

use crate::gan::Game;
use crate::plan::Memory;

impl Game {
    /// Bytes of the buffers by what they hold: data, parameters, velocities, gradients, and activations with all that is small.
    pub fn memory_by_kind(&self, memory: &Memory) -> [(&'static str, u64); 5] {
        let networks = [&self.generator, &self.discriminator];
        let bytes = |id| 4 * u64::from(memory.buffer(id).len);
        let data = bytes(self.data.buffer());
        let [parameters, velocities, gradients] = [
            networks.map(|network| bytes(network.theta.buffer())),
            networks.map(|network| bytes(network.velocity.buffer())),
            networks.map(|network| bytes(network.gradient.buffer())),
        ]
        .map(|both| both.iter().sum::<u64>());
        let rest = memory.bytes() - data - parameters - velocities - gradients;
        [("data", data), ("parameters", parameters), ("velocities", velocities), ("gradients", gradients), ("activations", rest)]
    }
}
