//! A fresh discriminator against the generator of a run: how far apart it finds what neither was trained on.

use super::Examples;
use crate::cli::DeviceOptions;
use crate::cli::adapter::{self, Opened};
use crate::cli::wait::wait;
use crate::error::Result;
use crate::eval::critic::{Bound, bound};
use crate::eval::distances::Rows;
use crate::gan::{Config, Player, State, Trainer};
use std::time::Instant;

/// Trains the configuration's discriminator from its beginning against the generator of a state, and lets it judge test examples and fresh samples.
pub(super) fn judge(
    device: &DeviceOptions,
    config: &Config,
    state: &State,
    examples: &Examples,
    samples: Rows,
    iterations: u32,
) -> Result<Bound> {
    let Opened { device, waiter, .. } = adapter::open(device)?;
    let mut trainer = Trainer::new(device, &config.plain(), &examples.dataset)?;
    trainer.restore_player(Player::Generator, &state.shown())?;
    let start = Instant::now();
    let now_ms = || 1e3 * start.elapsed().as_secs_f64();
    wait(waiter.as_ref(), trainer.advance_alone(Player::Discriminator, iterations, &now_ms))?;
    let count = samples.count().min(examples.test().count());
    let mut logits = |rows: Rows| wait(waiter.as_ref(), trainer.judge(rows.first(count).values));
    Ok(bound(iterations, &logits(examples.test())?, &logits(samples)?))
}
