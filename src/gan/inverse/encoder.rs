//! E, a network that infers z from x = G(z): learned approximate inference for a generator that stands still.
//!
//! E descends 1/m Σ ‖E(G(z)) − z‖²/2, and so learns the mean of p(z|x), which no other guess of z beats in squared error. The mean may lie where the prior
//! never draws, inside the sphere of a spherical one, and a linear last layer may leave the box of a uniform one; so what E gives out is linear while it
//! learns, and moved to the nearest vector that can be drawn when it is used.

use super::EncoderRecipe;
use super::support::{filled_up, record_return, whole_groups};
use crate::error::{Error, Result};
use crate::gan::evaluation::rows_at_once;
use crate::gan::pace::paced;
use crate::gan::sampler::Workbench;
use crate::gan::start::write_initial;
use crate::gan::{Prior, Sampler, State};
use crate::nn::{Network, Optimizer, loss};
use crate::plan::{Plan, PlanId, Recorder, Tensor};

/// Iterations in one submission at most.
const MOST: u32 = 64;

/// The network, and what it has learnt.
pub struct Encoder {
    network: Network,
    recipe: EncoderRecipe,
    clock: Tensor,
    iteration: u64,
    prepared: Vec<(PlanId, Tensor, Tensor)>,
}

/// A recorded iteration of training.
pub struct Lesson {
    /// What is replayed.
    pub plan: Plan,
    /// What each number of z counts in the loss: to be written before the first replay.   1×size.
    pub weights: Tensor,
    /// ‖E(G(z)) − z‖²/2 of each row of the minibatch.   1×m.
    pub losses: Tensor,
}

impl Encoder {
    /// Lays out E for the generator of a sampler, with its initial parameters.
    /// # Errors
    /// if its layers cannot take in what G gives out, or the device refuses a tensor.
    pub fn new(sampler: &mut Sampler, recipe: &EncoderRecipe) -> Result<Encoder> {
        let Workbench { device, rec, generator, .. } = sampler.workbench();
        let clock = rec.words("clock", 4);
        let layers = recipe.layers_for(generator.inputs());
        crate::nn::shapes("E", &layers, generator.outputs().into())?;
        let network = Network::new(rec, "E", &layers, generator.outputs(), false, &[], &clock);
        device.allocate(rec.memory())?;
        write_initial(device, &network, recipe.seed, 0);
        Ok(Encoder { network, recipe: recipe.clone(), clock, iteration: 0, prepared: vec![] })
    }

    /// Trains it from its initial parameters. `seen` hears how many iterations are complete; `now_ms` is a clock that only goes forward.
    /// # Errors
    /// if the device fails, or the loss does not stay finite.
    pub async fn train(&mut self, sampler: &mut Sampler, now_ms: &dyn Fn() -> f64, seen: &mut dyn FnMut(u32)) -> Result<()> {
        let Workbench { device, rec, generator, prior } = sampler.workbench();
        let lesson = self.record_lesson(rec, generator, prior);
        device.allocate(rec.memory())?;
        device.write(&self.clock, bytemuck::cast_slice(&[self.recipe.seed, 0, 0, 0]));
        device.write(&lesson.weights, bytemuck::cast_slice(&vec![1f32; lesson.weights.len() as usize]));
        let plan = device.prepare(&lesson.plan)?;
        let mut done = 0;
        paced(device, plan, (self.recipe.iterations, MOST), &lesson.losses, now_ms, &mut |times, losses| {
            done += times;
            if let Some(loss) = bytemuck::pod_collect_to_vec::<u8, f32>(losses).iter().find(|loss| !loss.is_finite()) {
                return Err(Error::NonFinite(format!("E's loss is {loss} near iteration {done}: what it infers would mean nothing")));
            }
            seen(done);
            Ok(())
        })
        .await?;
        self.iteration = done.into();
        Ok(())
    }

    /// Records one iteration: z from the prior, G(z) as it is shown, and a step of E.
    pub fn record_lesson(&mut self, rec: &mut Recorder, generator: &Network, prior: &Prior) -> Lesson {
        let m = self.recipe.batch;
        let optimizer = Optimizer::new(rec, &mut self.network, &self.recipe.optimizer, &self.clock, 1);
        let (losses, weights) = (rec.tensor("losses of E", [1, m]), rec.tensor("weights of z", [1, generator.inputs()]));
        rec.section("Learning rate and momentum of this iteration.");
        optimizer.schedule(rec);
        rec.section("Sample m noise vectors z; G stands still.");
        let z = prior.by(&self.clock).draw(rec, m);
        let x = generator.show(rec, &z);
        rec.section("Update E by descending 1/m Σ ‖E(G(z)) − z‖²/2.");
        let inferred = self.network.forward(rec, &x);
        let dz = loss::squares(rec, inferred.output(), &z, &weights, 1.0 / m as f32, &losses);
        self.network.parameter_gradient(rec, &inferred, &dz);
        optimizer.step(rec, &self.network, 0);
        rec.dispatch("tick").bind("clock", &self.clock).argument("drawn", 0).argument("examples", 1).record();
        Lesson { plan: rec.finish("encoder's iteration"), weights, losses }
    }

    /// The z that each row of x comes of, as far as E knows, moved to where the prior draws.   x: rows×dimensions, result: rows×size.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn infer(&mut self, sampler: &mut Sampler, x: &[f32]) -> Result<Vec<f32>> {
        let (inputs, size) = (self.network.inputs() as usize, self.network.outputs() as usize);
        assert!(x.len().is_multiple_of(inputs), "{} numbers are no rows of {inputs}", x.len());
        let most = whole_groups(rows_at_once(self.network.widest())) as usize;
        let mut found = vec![];
        for piece in x.chunks(most * inputs) {
            let rows = whole_groups((piece.len() / inputs) as u32);
            let (plan, x, z) = self.prepared_for(sampler, rows)?;
            let device = sampler.workbench().device;
            device.write(&x, bytemuck::cast_slice(&filled_up(piece, inputs, rows)));
            let bytes = device.submit(plan, 1, &[&z]).await?;
            found.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]).into_iter().take(piece.len() / inputs * size));
        }
        Ok(found)
    }

    /// All that it has learnt.
    /// # Errors
    /// if the device fails.
    pub async fn state(&self, sampler: &mut Sampler) -> Result<State> {
        State::read(sampler.workbench().device, &[&self.network], self.iteration).await
    }

    /// Takes over what was learnt before.
    /// # Errors
    /// if the state belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, sampler: &mut Sampler, state: &State) -> Result<()> {
        state.check(&[&self.network])?;
        state.write(sampler.workbench().device, &[&self.network]);
        self.iteration = state.iteration;
        Ok(())
    }

    fn prepared_for(&mut self, sampler: &mut Sampler, rows: u32) -> Result<(PlanId, Tensor, Tensor)> {
        if let Some(known) = self.prepared.iter().find(|(_, x, _)| x.rows() == rows) {
            return Ok(known.clone());
        }
        let Workbench { device, rec, prior, .. } = sampler.workbench();
        rec.section("z of given rows, as E infers it.");
        let x = rec.tensor("input of E", [rows, self.network.inputs()]);
        let z = self.network.evaluate(rec, &x);
        record_return(rec, prior, &z);
        let plan = rec.finish("inference");
        device.allocate(rec.memory())?;
        let prepared = (device.prepare(&plan)?, x, z);
        self.prepared.push(prepared.clone());
        Ok(prepared)
    }
}
