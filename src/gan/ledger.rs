//! What the device's memory is used for.

use crate::gan::Game;
use crate::nn::Network;
use crate::plan::{BufferId, Memory, Tensor};

/// What a network's buffers hold, and which of them holds it; a network may have no moments or averages.
type Kind = (&'static str, fn(&Network) -> Option<&Tensor>);

/// All of them, in the order of the table.
const KINDS: [Kind; 5] = [
    ("parameters", |network| Some(&network.theta)),
    ("velocities", |network| Some(&network.velocity)),
    ("gradients", |network| Some(&network.gradient)),
    ("second moments", |network| network.second_moment.as_ref()),
    ("averages", |network| network.average.as_ref()),
];

impl Game {
    /// Bytes of the buffers by what they hold: data, parameters, velocities, gradients, Adam's second moments and G's averages where there are some, and
    /// activations with all that is small.
    pub fn memory_by_kind(&self, memory: &Memory) -> Vec<(&'static str, u64)> {
        let names = ["data"].into_iter().chain(KINDS.map(|(name, _)| name)).chain(["activations"]);
        let mut kinds: Vec<(&str, u64)> = names.map(|name| (name, 0)).collect();
        for id in memory.ids() {
            let kind = self.kind_of(id);
            let (_, bytes) = kinds.iter_mut().find(|(name, _)| *name == kind).expect("every kind is in the table");
            *bytes += 4 * u64::from(memory.buffer(id).len);
        }
        kinds.retain(|(_, bytes)| *bytes > 0);
        kinds
    }

    /// What a buffer of the game holds.
    pub(super) fn kind_of(&self, buffer: BufferId) -> &'static str {
        if self.data.buffer() == buffer || self.labels.as_ref().is_some_and(|labels| labels.buffer() == buffer) {
            return "data";
        }
        let holds = |of: fn(&Network) -> Option<&Tensor>| self.networks().into_iter().filter_map(of).any(|whole| whole.buffer() == buffer);
        KINDS.into_iter().find(|(_, of)| holds(*of)).map_or("activations", |(name, _)| name)
    }
}
