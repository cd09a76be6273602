//! One player moves alone while the other stands still: how proposition 1 of the paper is put to the test (G fixed, D trained to its best), and how a
//! fresh critic is trained against a finished generator. The steps are those of algorithm 1; the order of the published code does not matter here.

use crate::error::Result;
use crate::gan::pace::paced;
use crate::gan::{Player, State, Trainer};
use crate::nn::Network;
use crate::plan::PlanId;

/// Iterations in one submission at most.
const MOST: u32 = 512;

/// The prepared plans of both players, once they are needed.
#[derive(Default)]
pub(super) struct Alone {
    prepared: Vec<(Player, PlanId)>,
}

impl Trainer {
    /// Moves one player alone for so many iterations, each of which the clock counts: schedules go on, chance is fresh, examples come in their order.
    ///
    /// `now_ms` is a clock that only goes forward.
    /// # Errors
    /// if the device refuses a tensor or fails.
    pub async fn advance_alone(&mut self, player: Player, iterations: u32, now_ms: &dyn Fn() -> f64) -> Result<()> {
        let plan = self.alone(player)?;
        let iteration = &mut self.iteration;
        // What is read does not matter: it says that the device has come that far.
        paced(&mut *self.device, plan, (iterations, MOST), &self.game.clock, now_ms, &mut |times, _| {
            *iteration += u64::from(times);
            Ok(())
        })
        .await
    }

    /// Takes over what one player has learnt, and leaves the other and the clock alone.
    /// # Errors
    /// if the state belongs to another architecture; nothing is changed then.
    pub fn restore_player(&mut self, player: Player, state: &State) -> Result<()> {
        let networks: [&Network; 1] = match player {
            Player::Discriminator => [&self.game.discriminator],
            Player::Generator => [&self.game.generator],
        };
        state.check(&networks)?;
        state.write(&mut *self.device, &networks);
        Ok(())
    }

    fn alone(&mut self, player: Player) -> Result<PlanId> {
        if let Some((_, plan)) = self.alone.prepared.iter().find(|(known, _)| *known == player) {
            return Ok(*plan);
        }
        let plan = self.game.record_alone(&mut self.rec, player);
        self.device.allocate(self.rec.memory())?;
        let prepared = self.device.prepare(&plan)?;
        self.alone.prepared.push((player, prepared));
        Ok(prepared)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::gan::{Config, preset};
    use crate::host::HostDevice;

    #[test]
    fn who_moves_alone_leaves_the_other_as_it_was_bit_for_bit() {
        let settings = ["train.batch=16", "train.k=2"].map(String::from);
        let config = Config::parse(preset("gaussian-1d").unwrap().toml, &settings).unwrap();
        let dataset = crate::data::open(&crate::data::DataConfig::named("gaussian-1d", 1), None).unwrap();
        let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset).unwrap();
        for (player, moves) in [(Player::Discriminator, "D."), (Player::Generator, "G.")] {
            let before = pollster::block_on(trainer.state()).unwrap();
            pollster::block_on(trainer.advance_alone(player, 3, &|| 0.0)).unwrap();
            let after = pollster::block_on(trainer.state()).unwrap();
            assert_eq!(after.iteration, before.iteration + 3);
            for (name, array) in &before.tensors {
                assert_eq!(*array != after.tensors[name], name.starts_with(moves), "{player:?} alone, and `{name}`");
            }
        }
    }
}
