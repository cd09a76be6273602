//! A trained player by itself: a generator's samples without data and without a discriminator, a discriminator's judgement without a generator.

use crate::error::Result;
use crate::gan::evaluation::Evaluation;
use crate::gan::sheets::Sheets;
use crate::gan::{Config, Prior, State, Told, game};
use crate::nn::{Extent, Network};
use crate::plan::{Device, Recorder};

/// Draws samples of a trained generator.
pub struct Sampler {
    device: Box<dyn Device>,
    rec: Recorder,
    generator: Network,
    prior: Prior,
    sheets: Sheets,
    evaluation: Evaluation,
}

/// A sampler's parts: what other plans over the same generator are recorded and replayed with.
pub(super) struct Workbench<'a> {
    pub device: &'a mut dyn Device,
    pub rec: &'a mut Recorder,
    pub generator: &'a Network,
    pub prior: &'a Prior,
}

impl Sampler {
    /// Lays out the generator of a configuration on a device and gives it what it has learnt.
    /// # Errors
    /// if the state belongs to another architecture, or the device refuses a tensor.
    pub fn new(mut device: Box<dyn Device>, config: &Config, state: &State) -> Result<Sampler> {
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let prior = Prior::of(&config.prior, &clock);
        let generator = game::generator(&mut rec, config, &[], &clock);
        let sheets = Sheets::new(&mut rec, &prior, config.classes());
        state.check(&[&generator])?;
        device.allocate(rec.memory())?;
        state.write(&mut *device, &[&generator]);
        Ok(Sampler { device, rec, generator, prior, sheets, evaluation: Evaluation::default() })
    }

    /// The device that it works on, in words.
    pub fn identity(&self) -> String {
        self.device.identity()
    }

    /// Numbers in a sample.
    pub fn dimensions(&self) -> u32 {
        self.generator.outputs()
    }

    /// Numbers that the generator takes in: those of a noise vector, and of its label in a conditional game.
    pub fn inputs(&self) -> u32 {
        self.generator.inputs()
    }

    /// Samples for the first `count` noise vectors of a seed.   count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn samples(&mut self, count: u32, seed: u32, told: Told) -> Result<Vec<f32>> {
        let z = self.noise(count, seed, told).await?;
        self.generate(&z).await
    }

    /// The first `count` noise vectors of a seed, those that [`Sampler::samples`] are made of, with the labels that they are told.   count×inputs, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn noise(&mut self, count: u32, seed: u32, told: Told) -> Result<Vec<f32>> {
        self.sheets.noise(&mut *self.device, &mut self.rec, count, seed, told).await
    }

    /// x = G(z) for noise vectors of the caller's choice, with their labels in a conditional game.   z: count×inputs, result: count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if z is no whole number of noise vectors.
    pub async fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        self.evaluation.apply(&mut *self.device, &mut self.rec, &self.generator, z).await
    }

    /// Its parts, for what else is asked of its generator.
    pub(super) fn workbench(&mut self) -> Workbench<'_> {
        Workbench { device: &mut *self.device, rec: &mut self.rec, generator: &self.generator, prior: &self.prior }
    }

    /// Takes over what the same generator had learnt at another moment.
    /// # Errors
    /// if the state belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        state.check(&[&self.generator])?;
        state.write(&mut *self.device, &[&self.generator]);
        Ok(())
    }
}

/// Judges rows with a trained discriminator.
pub struct Judge {
    device: Box<dyn Device>,
    rec: Recorder,
    discriminator: Network,
    evaluation: Evaluation,
}

impl Judge {
    /// Lays out the discriminator of a configuration on a device, for examples of this shape, and gives it what it has learnt.
    /// # Errors
    /// if the discriminator cannot take such examples in, the state belongs to another architecture, or the device refuses a tensor.
    pub fn new(mut device: Box<dyn Device>, config: &Config, example: Extent, state: &State) -> Result<Judge> {
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        config.discriminator_shapes(example)?;
        let discriminator =
            Network::new(&mut rec, "D", &config.discriminator.layers, config.discriminator_input(example), true, &[], &clock);
        state.check(&[&discriminator])?;
        device.allocate(rec.memory())?;
        state.write(&mut *device, &[&discriminator]);
        Ok(Judge { device, rec, discriminator, evaluation: Evaluation::default() })
    }

    /// D's logits, without dropout: D(x) = 1/(1 + exp(−a)); of rows with their labels in a conditional game, and with their codes in one of inference.
    /// x: count×inputs, result: one per row.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn logits(&mut self, x: &[f32]) -> Result<Vec<f32>> {
        self.evaluation.apply(&mut *self.device, &mut self.rec, &self.discriminator, x).await
    }
}
