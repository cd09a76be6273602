//! Options of the game. The recipes call these where an option has its place; a game that asks for none is recorded as if they were not there.

use crate::gan::Game;
use crate::plan::Recorder;

impl Game {
    /// Records one update of D by its gradient, and what a configuration wants done to its parameters after it: clipping.
    pub(super) fn update_discriminator(&self, rec: &mut Recorder) {
        let d = &self.discriminator;
        self.d_optimizer.step(rec, d);
        if let Some(limit) = self.options.clip {
            d.clip(rec, limit);
        }
    }
}
