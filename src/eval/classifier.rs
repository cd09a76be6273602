//! A classifier of a data set's own labels, trained on the device: what the checks of modes and quality look with, so that no network has to be
//! downloaded. Maxout with dropout and softmax at the end (Goodfellow et al. 2013, "Maxout Networks"), of the layers that the games are made of.
//!
//! Numbers made with it depend on it: they compare runs of gander on one data set, not with Inception scores or FID of other work. What it is worth is
//! its error on test examples, which belongs beside every such number. It is trained once and kept (`classifier_cache`).

mod recipe;

pub use recipe::Recipe;

use crate::data::{Dataset, Labels, Minibatches, Outline};
use crate::error::{Error, Result};
use crate::eval::distances::Rows;
use crate::gan::State;
use crate::gan::start::write_initial;
use crate::nn::{Momentum, Network, loss};
use crate::plan::{Device, Plan, PlanId, Recorder, Tensor};

/// Iterations of one submission, between two calls of `seen`: short on any GPU.
const STRIDE: u32 = 10;
/// Rows of one replay of the forward pass: more are taken one piece after the other.
const ROWS: usize = 1000;

/// A network that tells classes apart.
pub struct Classifier {
    clock: Tensor,
    network: Network,
    recipe: Recipe,
    iteration: u64,
    prepared: Vec<Forward>,
}

/// A recorded iteration of training, and what it draws from and leaves.
struct Iteration {
    plan: Plan,
    minibatches: Minibatches,
    labels: Labels,
    tally: Tensor,
}

/// A prepared forward pass without dropout, and what goes in and comes out.
#[derive(Clone)]
struct Forward {
    plan: PlanId,
    x: Tensor,
    features: Tensor,
    logits: Tensor,
}

/// What a classifier makes of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// Classes that are told apart.
    pub classes: usize,
    /// p(y|x): rows×classes, each row adds up to 1.
    pub probabilities: Vec<f64>,
    /// The last hidden layer: rows×width.
    pub hidden: Vec<f32>,
    /// Units of that layer.
    pub width: usize,
}

impl Classifier {
    /// Lays out the network for examples of so many numbers, with its initial parameters.
    /// # Errors
    /// if the device refuses a tensor.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, recipe: &Recipe, dimensions: u32, classes: u32) -> Result<Classifier> {
        let clock = rec.words("clock", 4);
        let network = Network::new(rec, "C", &recipe.layers_for(classes), dimensions, false, &[], &clock);
        device.allocate(rec.memory())?;
        write_initial(device, &network, recipe.seed, 0);
        Ok(Classifier { clock, network, recipe: recipe.clone(), iteration: 0, prepared: vec![] })
    }

    /// Trains it from its initial parameters on the training examples and their labels. `seen` hears how many iterations are complete.
    /// # Errors
    /// if the data have no labels, the device fails, or the loss does not stay finite.
    pub async fn train(&mut self, device: &mut dyn Device, rec: &mut Recorder, dataset: &Dataset, seen: &mut dyn FnMut(u32)) -> Result<()> {
        let Some(labels) = &dataset.labels else {
            return Err(Error::Data(format!("data set `{}` has no labels: there is nothing for a classifier to learn", dataset.name)));
        };
        let iteration = self.record_iteration(rec, &dataset.outline());
        device.allocate(rec.memory())?;
        iteration.minibatches.upload(device, dataset);
        iteration.labels.upload(device, labels);
        device.write(&self.clock, bytemuck::cast_slice(&[self.recipe.seed, 0, 0, 0]));
        let plan = device.prepare(&iteration.plan)?;
        for done in (0..self.recipe.iterations).step_by(STRIDE as usize) {
            let times = STRIDE.min(self.recipe.iterations - done);
            let bytes = device.submit(plan, times, &[&iteration.tally]).await?;
            let loss = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0])[0];
            if !loss.is_finite() {
                let near = done + times;
                return Err(Error::Device(format!(
                    "the classifier's loss is {loss} near iteration {near}: its numbers would mean nothing"
                )));
            }
            seen(done + times);
        }
        self.iteration = u64::from(self.recipe.iterations);
        Ok(())
    }

    /// Records one iteration: a minibatch with its labels, the loss, the update, and the clock's next step.
    fn record_iteration(&self, rec: &mut Recorder, outline: &Outline) -> Iteration {
        let batch = self.recipe.batch;
        let (minibatches, labels) = (Minibatches::new(rec, outline, &self.clock), Labels::new(rec, outline));
        let optimizer = Momentum::new(rec, &self.network, &self.recipe.optimizer, &self.clock);
        let tally = rec.tensor("C tally", [1, 2]);
        rec.section("Learning rate and momentum of this iteration.");
        optimizer.schedule(rec);
        rec.section("Sample a minibatch of m examples with their labels.");
        let x = rec.tensor("x", [batch, outline.dimensions()]);
        let chosen = minibatches.draw(rec, 0, &x);
        let drawn = labels.draw(rec, &chosen);
        rec.section("Update C by descending the cross-entropy of the labels: -1/m Σ log p(y|x).");
        let pass = self.network.forward(rec, &x);
        let da = loss::softmax(rec, pass.output(), &drawn, &tally);
        self.network.parameter_gradient(rec, &pass, &da);
        optimizer.step(rec, &self.network);
        minibatches.tick(rec, batch);
        Iteration { plan: rec.finish("classifier's iteration"), minibatches, labels, tally }
    }

    /// Classes and features of rows, without dropout.   x: rows×dimensions.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn predict(&mut self, device: &mut dyn Device, rec: &mut Recorder, x: &[f32]) -> Result<Predictions> {
        let inputs = self.network.inputs() as usize;
        assert!(x.len().is_multiple_of(inputs), "{} numbers are no rows of {inputs}", x.len());
        let classes = self.network.outputs() as usize;
        let mut made = Predictions { classes, probabilities: vec![], hidden: vec![], width: 0 };
        for piece in x.chunks(ROWS * inputs) {
            let forward = self.prepared_for(device, rec, (piece.len() / inputs) as u32)?;
            device.write(&forward.x, bytemuck::cast_slice(piece));
            let bytes = device.submit(forward.plan, 1, &[&forward.features, &forward.logits]).await?;
            made.width = forward.features.cols() as usize;
            made.hidden.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[0]));
            let logits: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes[1]);
            logits.chunks_exact(classes).for_each(|logits| made.probabilities.extend(softmax(logits)));
        }
        Ok(made)
    }

    /// All that it has learnt.
    /// # Errors
    /// if the device fails.
    pub async fn state(&self, device: &mut dyn Device) -> Result<State> {
        State::read(device, &[&self.network], self.iteration).await
    }

    /// Takes over what was learnt before.
    /// # Errors
    /// if the state belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, device: &mut dyn Device, state: &State) -> Result<()> {
        state.check(&[&self.network])?;
        state.write(device, &[&self.network]);
        self.iteration = state.iteration;
        Ok(())
    }

    fn prepared_for(&mut self, device: &mut dyn Device, rec: &mut Recorder, rows: u32) -> Result<Forward> {
        if let Some(known) = self.prepared.iter().find(|forward| forward.x.rows() == rows) {
            return Ok(known.clone());
        }
        rec.section("Classes and features of given rows, without dropout.");
        let x = rec.tensor("input of C", [rows, self.network.inputs()]);
        let pass = self.network.evaluate_pass(rec, &x);
        let (features, logits) = (pass.features().clone(), pass.output().clone());
        let plan = rec.finish("classification");
        device.allocate(rec.memory())?;
        let forward = Forward { plan: device.prepare(&plan)?, x, features, logits };
        self.prepared.push(forward.clone());
        Ok(forward)
    }
}

impl Predictions {
    /// How many rows were looked at.
    pub fn rows(&self) -> usize {
        self.probabilities.len() / self.classes
    }

    /// The last hidden layer of all rows.
    pub fn features(&self) -> Rows<'_> {
        Rows::new(&self.hidden, self.width)
    }

    /// p(y|x) of a row.
    pub fn of_row(&self, row: usize) -> &[f64] {
        &self.probabilities[row * self.classes..(row + 1) * self.classes]
    }

    /// The likeliest class of a row; of equally likely ones the lowest.
    pub fn class(&self, row: usize) -> usize {
        let p = self.of_row(row);
        (1..p.len()).fold(0, |best, class| if p[class] > p[best] { class } else { best })
    }

    /// The share of rows that are taken for another class than their label's.
    /// # Panics
    /// if there is not one label for each row, or none.
    pub fn error(&self, labels: &[u8]) -> f64 {
        assert!(self.rows() == labels.len() && !labels.is_empty(), "{} rows, {} labels", self.rows(), labels.len());
        let wrong = labels.iter().enumerate().filter(|(row, label)| self.class(*row) != usize::from(**label)).count();
        wrong as f64 / labels.len() as f64
    }
}

/// exp(a_c) / Σ exp(a), without overflow.
fn softmax(logits: &[f32]) -> impl Iterator<Item = f64> {
    let most = logits.iter().fold(f32::NEG_INFINITY, |most, logit| most.max(*logit));
    let exp = move |logit: &f32| (f64::from(*logit) - f64::from(most)).exp();
    let mass: f64 = logits.iter().map(exp).sum();
    logits.iter().map(move |logit| exp(logit) / mass)
}
