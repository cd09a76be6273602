//! Gradient descent in z: the noise vector for which G gives out what is nearest to a given x, on all of its numbers or on some.
//!
//! Each row of z descends L = 1/2 Σ_j w_j·(G(z)_j − x_j)² by itself, by Adam, and is moved back to where the prior draws after every step. With w = 0 on some
//! numbers, G fills them in: for a generator that was trained without conditions this is the way to p(x_S | x_not S) by search (Yeh et al. 2017, "Semantic
//! Image Inpainting with Deep Generative Models", whose loss also asks D; ours does not). The loss has many valleys, so it is begun in several places.

use super::support::{filled_up, record_return, whole_groups};
use crate::error::{Error, Result};
use crate::gan::evaluation::rows_at_once;
use crate::gan::pace::paced;
use crate::gan::sampler::Workbench;
use crate::gan::{Prior, Sampler};
use crate::nn::{Adam, AdamKind, AdamSpec, Network, loss};
use crate::plan::{Plan, PlanId, Recorder, Tensor};

/// Steps in one submission at most.
const MOST: u32 = 64;

/// A recorded step of so many rows, and what it reads and writes.
pub struct Step {
    /// What is replayed, once for each step.
    pub plan: Plan,
    /// Counts the steps.
    pub clock: Tensor,
    /// Where every row is.   m×size.
    pub z: Tensor,
    /// What every row is to give out.   m×dimensions.
    pub x: Tensor,
    /// What each number of x counts.   1×dimensions.
    pub weights: Tensor,
    /// Adam's first and second moments.   m×size each.
    pub moments: [Tensor; 2],
    /// L of every row before the step.   1×m.
    pub losses: Tensor,
}

/// Searches for z.
pub struct Descent {
    spec: AdamSpec,
    prepared: Vec<(PlanId, Step)>,
}

impl Step {
    /// Records a step of m rows: L and its gradient by z through G as it is shown, Adam, and the way back to where the prior draws.
    /// # Panics
    /// if m rows of z are no whole number of groups of four.
    #[track_caller]
    pub fn record(rec: &mut Recorder, generator: &Network, prior: &Prior, m: u32, spec: &AdamSpec) -> Step {
        let clock = rec.words("steps", 4);
        let (z, x) = (rec.tensor("z", [m, generator.inputs()]), rec.tensor("x", [m, generator.outputs()]));
        let (weights, losses) = (rec.tensor("weights of x", [1, generator.outputs()]), rec.tensor("losses", [1, m]));
        let moments = ["velocity of z", "second moment of z"].map(|name| rec.tensor(name, [m, generator.inputs()]));
        let adam = Adam::of(rec, "z", &z, spec, &clock, 1);
        rec.section("L = 1/2 Σ_j w_j·(G(z)_j − x_j)², and its gradient by z; G stands still.");
        let dz = generator.as_shown(rec, |rec| {
            let pass = generator.evaluate_pass(rec, &z);
            // Every row descends its own loss.
            let dx = loss::squares(rec, pass.output(), &x, &weights, 1.0, &losses);
            generator.input_gradient(rec, &pass, &dx)
        });
        rec.section("A step of every z, and back to where the prior draws.");
        adam.descend(rec, &z, &dz, [&moments[0], &moments[1]], 0);
        record_return(rec, prior, &z);
        rec.dispatch("tick").bind("clock", &clock).argument("drawn", 0).argument("examples", 1).record();
        Step { plan: rec.finish("step in z"), clock, z, x, weights, moments, losses }
    }
}

impl Default for Descent {
    /// Adam's own numbers, but for larger steps: the numbers of z are of the size of 1.
    fn default() -> Descent {
        Descent::new(AdamSpec { kind: AdamKind::Adam, learning_rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
    }
}

impl Descent {
    /// A search by such steps.
    pub fn new(spec: AdamSpec) -> Descent {
        Descent { spec, prepared: vec![] }
    }

    /// How it steps.
    pub fn spec(&self) -> &AdamSpec {
        &self.spec
    }

    /// Where so many steps lead from z: for every row towards the row of x, by the numbers that `weights` count.   z, result: rows×size, x: rows×dimensions,
    /// weights: 1×dimensions. `now_ms` is a clock that only goes forward.
    /// # Errors
    /// if the device fails, or a loss does not stay finite.
    /// # Panics
    /// if the shapes do not fit.
    pub async fn run(
        &mut self,
        sampler: &mut Sampler,
        z: &[f32],
        x: &[f32],
        weights: &[f32],
        steps: u32,
        now_ms: &dyn Fn() -> f64,
    ) -> Result<Vec<f32>> {
        let Workbench { generator, .. } = sampler.workbench();
        let (size, dimensions) = (generator.inputs() as usize, generator.outputs() as usize);
        let (rows, most) = (z.len() / size, whole_groups(rows_at_once(generator.widest())) as usize);
        assert!(
            z.len() == rows * size && x.len() == rows * dimensions,
            "{} and {} numbers are not z and x of {rows} rows",
            z.len(),
            x.len()
        );
        let mut found = vec![];
        for (z, x) in z.chunks(most * size).zip(x.chunks(most * dimensions)) {
            let rows = whole_groups((z.len() / size) as u32);
            let at = self.prepared_for(sampler, rows)?;
            let (plan, step) = &self.prepared[at];
            let device = sampler.workbench().device;
            device.write(&step.clock, bytemuck::cast_slice(&[0u32; 4]));
            device.write(&step.z, bytemuck::cast_slice(&filled_up(z, size, rows)));
            device.write(&step.x, bytemuck::cast_slice(&filled_up(x, dimensions, rows)));
            device.write(&step.weights, bytemuck::cast_slice(weights));
            step.moments.iter().for_each(|moment| device.write(moment, &vec![0; moment.bytes() as usize]));
            let mut done = 0;
            paced(device, *plan, (steps, MOST), &step.losses, now_ms, &mut |times, losses| {
                done += times;
                match bytemuck::pod_collect_to_vec::<u8, f32>(losses).iter().find(|loss| !loss.is_finite()) {
                    Some(loss) => Err(Error::NonFinite(format!("the squared error is {loss} after {done} steps in z"))),
                    None => Ok(()),
                }
            })
            .await?;
            let bytes = device.read(&[&step.z]).await?;
            found.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]).into_iter().take(z.len()));
        }
        Ok(found)
    }

    fn prepared_for(&mut self, sampler: &mut Sampler, rows: u32) -> Result<usize> {
        if let Some(at) = self.prepared.iter().position(|(_, step)| step.z.rows() == rows) {
            return Ok(at);
        }
        let Workbench { device, rec, generator, prior } = sampler.workbench();
        let step = Step::record(rec, generator, prior, rows, &self.spec);
        device.allocate(rec.memory())?;
        self.prepared.push((device.prepare(&step.plan)?, step));
        Ok(self.prepared.len() - 1)
    }
}
