//! Samples of a generator for noise that stays the same, so that pictures can be compared through time.

use crate::error::Result;
use crate::gan::Prior;
use crate::nn::Network;
use crate::plan::{Device, PlanId, Recorder, Tensor};
use crate::random::SHEET;

/// Draws samples by a clock that stands still, with one prepared plan per number of samples.
pub(super) struct Sheets {
    prior: Prior,
    clock: Tensor,
    prepared: Vec<(PlanId, Tensor)>,
}

impl Sheets {
    /// Sheets of a prior's noise.
    pub fn new(rec: &mut Recorder, prior: &Prior) -> Sheets {
        let clock = rec.words("still clock", 4);
        Sheets { prior: prior.by(&clock), clock, prepared: vec![] }
    }

    /// G of the first `count` noise vectors of a seed.   count×dimensions, row by row.
    pub async fn draw(&mut self, device: &mut dyn Device, rec: &mut Recorder, g: &Network, count: u32, seed: u32) -> Result<Vec<f32>> {
        let known = self.prepared.iter().find(|(_, samples)| samples.rows() == count).cloned();
        let (plan, samples) = match known {
            Some(known) => known,
            None => self.prepare(device, rec, g, count)?,
        };
        device.write(&self.clock, bytemuck::cast_slice(&[seed, 0, 0, 0]));
        let bytes = device.submit(plan, 1, &[&samples]).await?;
        Ok(bytemuck::pod_collect_to_vec(&bytes[0]))
    }

    fn prepare(&mut self, device: &mut dyn Device, rec: &mut Recorder, g: &Network, count: u32) -> Result<(PlanId, Tensor)> {
        rec.section("Samples of G, for z that stay the same.");
        let z = self.prior.draw_with(rec, count, SHEET);
        let samples = g.forward(rec, &z).output().clone();
        let plan = rec.finish("samples");
        device.allocate(rec.memory())?;
        let prepared = (device.prepare(&plan)?, samples);
        self.prepared.push(prepared.clone());
        Ok(prepared)
    }
}
