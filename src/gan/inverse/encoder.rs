//! E, a network that infers z from x = G(z), or what a hidden layer of G gave out: learned approximate inference for a generator that stands still.
//!
//! E descends 1/m Σ ‖E(G(z)) − z‖²/2, and so learns the mean of p(z|x), which no other guess of z beats in squared error. The mean may lie where the prior
//! never draws, inside the sphere of a spherical one, and a linear last layer may leave the box of a uniform one; so what E gives out is linear while it
//! learns, and moved to the nearest vector that can be drawn when it is used. What it infers of a hidden layer stays as it is.
//!
//! With a hidden layer h = G_below(z) as the target, E descends 1/m Σ ‖E(G_above(h)) − h‖²/2, and x is made again by G_above.

use super::EncoderRecipe;
use super::support::{filled_up, record_return, whole_groups};
use crate::error::{Error, Result};
use crate::gan::evaluation::rows_at_once;
use crate::gan::pace::paced;
use crate::gan::sampler::Workbench;
use crate::gan::start::write_initial;
use crate::gan::{Config, EncoderConfig, Prior, Sampler, State};
use crate::nn::{Network, Optimizer, loss};
use crate::plan::{Plan, PlanId, Recorder, Tensor};

/// Iterations in one submission at most.
const MOST: u32 = 64;

/// What E infers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// z.
    Noise,
    /// What this hidden layer of G gave out, counted from 0 as in the configuration.
    Hidden(u32),
}

impl Target {
    /// Numbers in it.
    fn width(self, generator: &Network) -> Result<u32> {
        match self {
            Target::Noise => Ok(generator.inputs()),
            Target::Hidden(layer) => generator.hidden(layer).ok_or_else(|| {
                let known: Vec<String> = generator.hidden_layers().iter().map(u32::to_string).collect();
                let known = if known.is_empty() { "none, so infer z".into() } else { known.join(", ") };
                Error::Config(format!("the generator has no hidden layer {layer}; counted from 0, its hidden layers are: {known}"))
            }),
        }
    }

    /// Records the target of noise vectors, and G(z) by way of it, as G is shown.
    fn record(self, rec: &mut Recorder, generator: &Network, z: &Tensor) -> [Tensor; 2] {
        let target = match self {
            Target::Noise => z.clone(),
            Target::Hidden(layer) => generator.as_shown(rec, |rec| generator.evaluate_below(rec, z, layer)),
        };
        let x = self.record_made(rec, generator, &target);
        [target, x]
    }

    /// Records what G makes of the target, as it is shown.
    fn record_made(self, rec: &mut Recorder, generator: &Network, target: &Tensor) -> Tensor {
        match self {
            Target::Noise => generator.show(rec, target),
            Target::Hidden(layer) => generator.as_shown(rec, |rec| generator.evaluate_above(rec, target, layer)),
        }
    }
}

/// A recorded inference of so many rows.
#[derive(Clone)]
struct Inference {
    plan: PlanId,
    /// What is given.
    x: Tensor,
    /// What is inferred.
    found: Tensor,
    /// What G makes of that.
    made: Tensor,
}

/// The network, and what it has learnt.
pub struct Encoder {
    network: Network,
    recipe: EncoderRecipe,
    target: Target,
    clock: Tensor,
    iteration: u64,
    prepared: Vec<Inference>,
}

/// A recorded iteration of training.
pub struct Lesson {
    /// What is replayed.
    pub plan: Plan,
    /// What each number of the target counts in the loss: to be written before the first replay.   1×size.
    pub weights: Tensor,
    /// ‖E(x) − target‖²/2 of each row of the minibatch.   1×m.
    pub losses: Tensor,
}

impl Encoder {
    /// Lays out E for the generator of a sampler, with its initial parameters.
    /// # Errors
    /// if G has no such hidden layer, E's layers cannot take in what G gives out, or the device refuses a tensor.
    pub fn new(sampler: &mut Sampler, recipe: &EncoderRecipe, target: Target) -> Result<Encoder> {
        let Workbench { device, rec, generator, .. } = sampler.workbench();
        let clock = rec.words("clock", 4);
        let layers = recipe.layers_for(target.width(generator)?);
        crate::nn::shapes("E", &layers, generator.outputs().into())?;
        let network = Network::new(rec, "E", &layers, generator.outputs(), false, &[], &clock);
        device.allocate(rec.memory())?;
        write_initial(device, &network, recipe.seed, 0);
        Ok(Encoder { network, recipe: recipe.clone(), target, clock, iteration: 0, prepared: vec![] })
    }

    /// Lays out the E of a bidirectional game for the generator of a sampler, with what it has learnt there; none where the game has no E.
    /// # Errors
    /// if the state belongs to another architecture, or the device refuses a tensor.
    pub fn of_game(sampler: &mut Sampler, config: &Config, state: &State) -> Result<Option<Encoder>> {
        let Some(EncoderConfig { layers, optimizer }) = config.encoder() else { return Ok(None) };
        let recipe = EncoderRecipe { seed: config.seed, batch: config.train.batch, iterations: config.train.iterations, optimizer, layers };
        let mut encoder = Encoder::new(sampler, &recipe, Target::Noise)?;
        encoder.restore(sampler, state)?;
        Ok(Some(encoder))
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
        let (losses, weights) = (rec.tensor("losses of E", [1, m]), rec.tensor("weights of the target", [1, self.network.outputs()]));
        rec.section("Learning rate and momentum of this iteration.");
        optimizer.schedule(rec);
        rec.section("Sample m noise vectors z; G stands still.");
        let z = prior.by(&self.clock).draw(rec, m);
        let [target, x] = self.target.record(rec, generator, &z);
        rec.section("Update E by descending 1/m Σ ‖E(x) − target‖²/2.");
        let inferred = self.network.forward(rec, &x);
        let dz = loss::squares(rec, inferred.output(), &target, &weights, 1.0 / m as f32, &losses);
        self.network.parameter_gradient(rec, &inferred, &dz);
        optimizer.step(rec, &self.network, 0);
        rec.dispatch("tick").bind("clock", &self.clock).argument("drawn", 0).argument("examples", 1).record();
        Lesson { plan: rec.finish("encoder's iteration"), weights, losses }
    }

    /// The target that each row of x comes of, as far as E knows; z is moved to where the prior draws.   x: rows×dimensions, result: rows×size.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn infer(&mut self, sampler: &mut Sampler, x: &[f32]) -> Result<Vec<f32>> {
        self.read(sampler, x, |inference| &inference.found).await
    }

    /// What G makes of the target that E infers from each row of x.   x, result: rows×dimensions.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn reconstruct(&mut self, sampler: &mut Sampler, x: &[f32]) -> Result<Vec<f32>> {
        self.read(sampler, x, |inference| &inference.made).await
    }

    /// One tensor of the inference of rows, without the rows that fill a group up.
    async fn read(&mut self, sampler: &mut Sampler, x: &[f32], which: impl Fn(&Inference) -> &Tensor) -> Result<Vec<f32>> {
        let inputs = self.network.inputs() as usize;
        assert!(x.len().is_multiple_of(inputs), "{} numbers are no rows of {inputs}", x.len());
        let most = whole_groups(rows_at_once(self.network.widest().max(sampler.workbench().generator.widest()))) as usize;
        let mut found = vec![];
        for piece in x.chunks(most * inputs) {
            let rows = whole_groups((piece.len() / inputs) as u32);
            let inference = self.prepared_for(sampler, rows)?;
            let (device, wanted) = (sampler.workbench().device, which(&inference));
            device.write(&inference.x, bytemuck::cast_slice(&filled_up(piece, inputs, rows)));
            let bytes = device.submit(inference.plan, 1, &[wanted]).await?;
            let numbers = piece.len() / inputs * wanted.cols() as usize;
            found.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]).into_iter().take(numbers));
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

    fn prepared_for(&mut self, sampler: &mut Sampler, rows: u32) -> Result<Inference> {
        if let Some(known) = self.prepared.iter().find(|known| known.x.rows() == rows) {
            return Ok(known.clone());
        }
        let Workbench { device, rec, prior, generator } = sampler.workbench();
        rec.section("What given rows come of, as E infers it, and what G makes of that.");
        let x = rec.tensor("input of E", [rows, self.network.inputs()]);
        let found = self.network.evaluate(rec, &x);
        if self.target == Target::Noise {
            record_return(rec, prior, &found);
        }
        let made = self.target.record_made(rec, generator, &found);
        let plan = rec.finish("inference");
        device.allocate(rec.memory())?;
        let prepared = Inference { plan: device.prepare(&plan)?, x, found, made };
        self.prepared.push(prepared.clone());
        Ok(prepared)
    }
}
