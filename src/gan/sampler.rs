//! A trained generator by itself: samples without data and without a discriminator.

use crate::error::Result;
use crate::gan::sheets::Sheets;
use crate::gan::{Config, Prior, State};
use crate::nn::Network;
use crate::plan::{Device, Recorder};

/// Draws samples of a trained generator.
pub struct Sampler {
    device: Box<dyn Device>,
    rec: Recorder,
    generator: Network,
    sheets: Sheets,
}

impl Sampler {
    /// Lays out the generator of a configuration on a device and gives it what it has learnt.
    /// # Errors
    /// if the state belongs to another architecture, or the device refuses a tensor.
    pub fn new(mut device: Box<dyn Device>, config: &Config, state: &State) -> Result<Sampler> {
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let prior = Prior::new(config.prior.noise, config.prior.size, &clock);
        let generator = Network::new(&mut rec, "G", &config.generator.layers, prior.size(), false, &[], &clock);
        let sheets = Sheets::new(&mut rec, &prior);
        state.check(&[&generator])?;
        device.allocate(rec.memory())?;
        state.write(&mut *device, &[&generator]);
        Ok(Sampler { device, rec, generator, sheets })
    }

    /// Numbers in a sample.
    pub fn dimensions(&self) -> u32 {
        self.generator.outputs()
    }

    /// Samples for the first `count` noise vectors of a seed.   count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn samples(&mut self, count: u32, seed: u32) -> Result<Vec<f32>> {
        self.sheets.draw(&mut *self.device, &mut self.rec, &self.generator, count, seed).await
    }
}
