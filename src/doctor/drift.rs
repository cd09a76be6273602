//! How far a device has gone from f64 after some iterations of a fixed game: what rounding, and the order of sums, make of the same start.
//!
//! Drift is no fault. Errors of the last bit grow while a game is played, and a unit that one device lets through and the other does not makes them grow at
//! once; so two devices that are both right part in time. Chance does not drift: masks, minibatches and their order are counted in whole numbers.

use crate::bench::apart;
use crate::data::digits::digits;
use crate::doctor::narrow;
use crate::error::Result;
use crate::gan::{Game, preset};
use crate::host::HostDevice;
use crate::plan::{Device, Recorder, Tensor};
use serde::Serialize;
use std::fmt;

/// Iterations of the game.
const ITERATIONS: u32 = 100;
/// Digits that it is about.
const DIGITS: u32 = 70;

/// Examples in a minibatch.
const BATCH: u32 = 16;
/// Initial weights: large enough that G's gradients are no rounding errors of its parameters.
const IRANGE: f32 = 0.3;

/// How far the parameters of a game are from those of the twin in f64.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Drift {
    /// Iterations that were played.
    pub iterations: u32,
    /// ‖θ - θ₆₄‖ / ‖θ₆₄‖ over the parameters of G.
    pub generator: f64,
    /// The same of D.
    pub discriminator: f64,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drift { iterations, generator, discriminator } = self;
        write!(
            f,
            "after {iterations} iterations of narrow `digits`, G is {generator:.3e} and D {discriminator:.3e} from the twin in f64, norm-wise"
        )
    }
}

/// Plays the game on a device that has no memory yet, and on the twin.
/// # Errors
/// if the device refuses the game or fails.
pub async fn drift(device: &mut dyn Device) -> Result<Drift> {
    let digits = digits(1, DIGITS);
    let (mut config, _) = narrow(&preset("digits").expect("it is embedded"), &[])?;
    config.train.batch = BATCH;
    for network in [&mut config.generator, &mut config.discriminator] {
        network.layers.iter_mut().for_each(|layer| layer.irange = Some(IRANGE));
    }
    let mut rec = Recorder::new();
    let game = Game::new(&mut rec, &config, &digits.outline(), &digits.training_mean())?;
    let plans = [(game.record_projection(&mut rec), 1), (game.record_iteration(&mut rec), ITERATIONS)];
    let thetas = [&game.generator.theta, &game.discriminator.theta];
    let mut twin = HostDevice::<f64>::new();
    let devices: [&mut dyn Device; 2] = [&mut twin, &mut *device];
    for device in devices {
        device.allocate(rec.memory())?;
        game.upload(device, &digits)?;
        game.write_start(device, config.seed);
        for (plan, times) in &plans {
            let replay = device.prepare(plan)?;
            device.submit(replay, *times, &[]).await?;
        }
    }
    let found = device.read(&thetas).await?;
    let distance = |at: usize, theta: &Tensor| {
        let numbers: Vec<f64> = bytemuck::pod_collect_to_vec::<u8, f32>(&found[at]).into_iter().map(f64::from).collect();
        apart(&numbers, twin.reals(theta))
    };
    Ok(Drift { iterations: ITERATIONS, generator: distance(0, thetas[0]), discriminator: distance(1, thetas[1]) })
}
