//! Samples of a generator for noise that stays the same, so that pictures can be compared through time.

use crate::error::Result;
use crate::gan::Prior;
use crate::nn::Network;
use crate::plan::{Device, PlanId, Recorder, Tensor};
use crate::random::SHEET;

/// Noise vectors of one replay. Of more, every thousand is drawn at a time of its own, so that no activation outgrows a binding.
const ROWS: u32 = 1000;

/// Draws samples by a clock that stands still, with one prepared plan per number of samples.
pub(super) struct Sheets {
    prior: Prior,
    clock: Tensor,
    prepared: Vec<Sheet>,
}

/// A prepared plan, and what it leaves: z, and G(z).
#[derive(Clone)]
struct Sheet {
    plan: PlanId,
    z: Tensor,
    samples: Tensor,
}

impl Sheets {
    /// Sheets of a prior's noise.
    pub fn new(rec: &mut Recorder, prior: &Prior) -> Sheets {
        let clock = rec.words("still clock", 4);
        Sheets { prior: prior.by(&clock), clock, prepared: vec![] }
    }

    /// G of the first `count` noise vectors of a seed.   count×dimensions, row by row.
    pub async fn draw(&mut self, device: &mut dyn Device, rec: &mut Recorder, g: &Network, count: u32, seed: u32) -> Result<Vec<f32>> {
        self.read(device, rec, g, count, seed, |sheet| &sheet.samples).await
    }

    /// The first `count` noise vectors of a seed themselves.   count×size, row by row.
    pub async fn noise(&mut self, device: &mut dyn Device, rec: &mut Recorder, g: &Network, count: u32, seed: u32) -> Result<Vec<f32>> {
        self.read(device, rec, g, count, seed, |sheet| &sheet.z).await
    }

    async fn read(
        &mut self,
        device: &mut dyn Device,
        rec: &mut Recorder,
        g: &Network,
        count: u32,
        seed: u32,
        wanted: fn(&Sheet) -> &Tensor,
    ) -> Result<Vec<f32>> {
        let mut values = vec![];
        for first in (0..count).step_by(ROWS as usize) {
            let sheet = self.prepared_for(device, rec, g, ROWS.min(count - first))?;
            device.write(&self.clock, bytemuck::cast_slice(&[seed, first / ROWS, 0, 0]));
            let bytes = device.submit(sheet.plan, 1, &[wanted(&sheet)]).await?;
            values.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]));
        }
        Ok(values)
    }

    fn prepared_for(&mut self, device: &mut dyn Device, rec: &mut Recorder, g: &Network, rows: u32) -> Result<Sheet> {
        if let Some(known) = self.prepared.iter().find(|sheet| sheet.z.rows() == rows) {
            return Ok(known.clone());
        }
        rec.section("Samples of G, for z that stay the same.");
        let z = self.prior.draw_with(rec, rows, SHEET);
        let samples = g.show(rec, &z);
        let plan = rec.finish("samples");
        device.allocate(rec.memory())?;
        let sheet = Sheet { plan: device.prepare(&plan)?, z, samples };
        self.prepared.push(sheet.clone());
        Ok(sheet)
    }
}
