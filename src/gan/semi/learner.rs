//! A classifier that learns from labelled examples alone, wherever it begins.

use super::start::{begin, finite, hidden, record_projection, write_trained};
use super::{Recipe, wrong};
use crate::data::{Dataset, Labels, Minibatches, Outline};
use crate::error::Result;
use crate::gan::State;
use crate::gan::evaluation::Evaluation;
use crate::gan::pace::paced;
use crate::nn::{Extent, LayerSpec, Network, Optimizer, loss};
use crate::plan::{Device, PlanId, Recorder, Tensor};

/// Iterations in one submission at most.
const MOST: u32 = 64;

/// A network of K logits, laid out for so many labelled examples; it can be trained from anew with others.
pub struct Learner {
    pub(super) network: Network,
    iterations: u32,
    clock: Tensor,
    minibatches: Minibatches,
    labels: Labels,
    tally: Tensor,
    lesson: PlanId,
    projection: Option<PlanId>,
    evaluation: Evaluation,
}

impl Learner {
    /// Lays out a classifier of these layers over examples of so many numbers.
    /// # Errors
    /// if a layer cannot take in what the one before gives out, or the device refuses a tensor or a kernel.
    pub fn new(
        device: &mut dyn Device,
        rec: &mut Recorder,
        recipe: &Recipe,
        layers: &[LayerSpec],
        example: Extent,
        labelled: &Outline,
    ) -> Result<Learner> {
        crate::nn::shapes("classifier", layers, example.into())?;
        let clock = rec.words("clock", 4);
        let mut network = Network::new(rec, "D", layers, example, false, &[], &clock);
        let (minibatches, labels) = (Minibatches::new(rec, labelled, &clock), Labels::new(rec, labelled));
        let optimizer = Optimizer::new(rec, &mut network, &recipe.optimizer, &clock, 1);
        let tally = rec.tensor("tally", [1, 2]);
        let batch = recipe.batch.min(labelled.examples);
        rec.section("Learning rate and momentum of this iteration.");
        optimizer.schedule(rec);
        rec.section("Sample a minibatch of labelled examples.");
        let x = rec.tensor("x", [batch, labelled.dimensions()]);
        let chosen = minibatches.draw(rec, 0, &x);
        let drawn = labels.draw(rec, &chosen);
        rec.section("Update by descending the cross-entropy of the labels: -1/m Σ log p(y|x).");
        let pass = network.forward(rec, &x);
        let da = loss::softmax(rec, pass.output(), &drawn, &tally);
        network.parameter_gradient(rec, &pass, &da);
        optimizer.step(rec, &network, 0);
        minibatches.tick(rec, batch);
        let lesson = rec.finish("lesson");
        let projection = record_projection(rec, &network);
        device.allocate(rec.memory())?;
        Ok(Learner {
            iterations: recipe.iterations,
            lesson: device.prepare(&lesson)?,
            projection: projection.map(|plan| device.prepare(&plan)).transpose()?,
            network,
            clock,
            minibatches,
            labels,
            tally,
            evaluation: Evaluation::default(),
        })
    }

    /// Trains it from the beginning: with the initial parameters of a seed, below the last layer with those of a trained D where one is given.
    /// `now_ms` is a clock that only goes forward.
    /// # Errors
    /// if the trained D has other layers, the device fails, or the loss does not stay finite.
    pub async fn learn(
        &mut self,
        device: &mut dyn Device,
        labelled: &Dataset,
        seed: u32,
        trained: Option<&State>,
        now_ms: &dyn Fn() -> f64,
    ) -> Result<()> {
        self.minibatches.upload(device, labelled);
        self.labels.upload(device, labelled.labels.as_deref().expect("labelled examples have labels"));
        begin(device, &self.network, seed);
        if let Some(state) = trained {
            write_trained(device, hidden(&self.network), state)?;
        }
        device.write(&self.clock, bytemuck::cast_slice(&[seed, 0, 0, 0]));
        if let Some(projection) = self.projection {
            device.submit(projection, 1, &[]).await?;
        }
        paced(device, self.lesson, (self.iterations, MOST), &self.tally, now_ms, &mut |_, tally| finite(tally)).await
    }

    /// The share of rows that are taken for another class than their label's.   x: rows×inputs.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if there is not one label for each row, or none.
    pub async fn wrong(&mut self, device: &mut dyn Device, rec: &mut Recorder, x: &[f32], labels: &[u8]) -> Result<f64> {
        wrong(device, rec, (&self.network, &mut self.evaluation), x, labels).await
    }
}
