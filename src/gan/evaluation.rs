//! Networks applied to rows of the caller's choice, as they are shown: the plain forward pass, without dropout, by averages where there are some.

use crate::error::Result;
use crate::nn::Network;
use crate::plan::{Device, PlanId, Recorder, Tensor};

/// Rows of one replay at most: more are taken one piece after the other.
const ROWS: u32 = 1000;
/// Numbers of one activation at most, 64 MiB, so that none outgrows a binding: a network of wide layers is given fewer rows at a time.
const NUMBERS: u32 = 1 << 24;

/// Rows of a replay whose widest matrix has so many columns.
pub(super) fn rows_at_once(widest: u32) -> u32 {
    (NUMBERS / widest).clamp(1, ROWS)
}

/// The plain forward pass of one network, with one prepared plan per number of rows.
#[derive(Default)]
pub(super) struct Evaluation {
    prepared: Vec<(PlanId, Tensor, Tensor)>,
}

impl Evaluation {
    /// The network's output for each row.   x: m×inputs, result: m×outputs, row by row.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn apply(&mut self, device: &mut dyn Device, rec: &mut Recorder, network: &Network, x: &[f32]) -> Result<Vec<f32>> {
        let inputs = network.inputs() as usize;
        assert!(x.len().is_multiple_of(inputs), "{} numbers are no rows of {inputs} for {}", x.len(), network.name());
        let most = rows_at_once(network.widest());
        let mut outputs = vec![];
        for piece in x.chunks(most as usize * inputs) {
            let rows = (piece.len() / inputs) as u32;
            let (plan, x, y) = self.prepared_for(device, rec, network, rows)?;
            device.write(&x, bytemuck::cast_slice(piece));
            let bytes = device.submit(plan, 1, &[&y]).await?;
            outputs.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]));
        }
        Ok(outputs)
    }

    fn prepared_for(
        &mut self,
        device: &mut dyn Device,
        rec: &mut Recorder,
        network: &Network,
        rows: u32,
    ) -> Result<(PlanId, Tensor, Tensor)> {
        if let Some(known) = self.prepared.iter().find(|(_, x, _)| x.rows() == rows) {
            return Ok(known.clone());
        }
        let name = network.name();
        rec.section(&format!("{name} of given rows, without dropout."));
        let x = rec.tensor(&format!("input of {name}"), [rows, network.inputs()]);
        let y = network.show(rec, &x);
        let plan = rec.finish("evaluation");
        device.allocate(rec.memory())?;
        let prepared = (device.prepare(&plan)?, x, y);
        self.prepared.push(prepared.clone());
        Ok(prepared)
    }
}
