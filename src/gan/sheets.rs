//! Noise that stays the same, so that pictures of what a generator makes of it can be compared through time.

use crate::error::Result;
use crate::gan::evaluation::rows_at_once;
use crate::gan::{Prior, Told};
use crate::plan::{Device, PlanId, Recorder, Tensor};
use crate::random::SHEET;

/// Draws noise by a clock that stands still, with one prepared plan per number of rows.
///
/// Of many noise vectors, every thousand is drawn at a time of its own.
pub(super) struct Sheets {
    prior: Prior,
    clock: Tensor,
    /// Classes that the generator is told; 0 for none.
    classes: u32,
    prepared: Vec<(PlanId, Tensor)>,
}

impl Sheets {
    /// Sheets of a prior's noise, for a generator that is told so many classes.
    pub fn new(rec: &mut Recorder, prior: &Prior, classes: u32) -> Sheets {
        let clock = rec.words("still clock", 4);
        Sheets { prior: prior.by(&clock), clock, classes, prepared: vec![] }
    }

    /// The first `count` noise vectors of a seed, with the labels that they are told.   count×(size + classes), row by row.
    pub async fn noise(&mut self, device: &mut dyn Device, rec: &mut Recorder, count: u32, seed: u32, told: Told) -> Result<Vec<f32>> {
        let rows = rows_at_once(self.prior.size());
        let mut values = vec![];
        for first in (0..count).step_by(rows as usize) {
            let (plan, z) = self.prepared_for(device, rec, rows.min(count - first))?;
            device.write(&self.clock, bytemuck::cast_slice(&[seed, first / rows, 0, 0]));
            let bytes = device.submit(plan, 1, &[&z]).await?;
            values.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]));
        }
        Ok(told.beside(&values, self.prior.size(), self.classes))
    }

    fn prepared_for(&mut self, device: &mut dyn Device, rec: &mut Recorder, rows: u32) -> Result<(PlanId, Tensor)> {
        if let Some(known) = self.prepared.iter().find(|(_, z)| z.rows() == rows) {
            return Ok(known.clone());
        }
        rec.section("Noise that stays the same.");
        let z = self.prior.draw_with(rec, rows, SHEET);
        let plan = rec.finish("noise");
        device.allocate(rec.memory())?;
        let prepared = (device.prepare(&plan)?, z);
        self.prepared.push(prepared.clone());
        Ok(prepared)
    }
}
