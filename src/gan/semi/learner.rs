//! A classifier that learns from labelled examples alone, wherever it begins.

use super::{Recipe, wrong};
use crate::data::{Dataset, Labels, Minibatches, Outline};
use crate::error::{Error, Result};
use crate::gan::State;
use crate::gan::evaluation::Evaluation;
use crate::gan::pace::paced;
use crate::gan::start::write_initial;
use crate::nn::{Extent, LayerSpec, Network, Optimizer, Parameter, loss};
use crate::plan::{Device, Plan, PlanId, Recorder, Tensor};

/// Iterations in one submission at most.
const MOST: u32 = 64;
/// Weights and biases.
const PARAMETERS_OF_A_LAYER: usize = 2;

/// A network of K logits, laid out for so many labelled examples; it can be trained from anew with others.
pub struct Learner {
    network: Network,
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
        crate::nn::shapes("classifier", layers, example)?;
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
        begin(device, &self.network, seed, trained)?;
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

/// Writes what training begins with: nothing is left of a training before.
pub(super) fn begin(device: &mut dyn Device, network: &Network, seed: u32, trained: Option<&State>) -> Result<()> {
    write_initial(device, network, seed, 0);
    if let Some(state) = trained {
        let hidden = network.parameters().len() - PARAMETERS_OF_A_LAYER;
        write_trained(device, &network.parameters()[..hidden], state)?;
    }
    for kept in [Some(&network.velocity), network.second_moment.as_ref()].into_iter().flatten() {
        device.write(kept, &vec![0; kept.bytes() as usize]);
    }
    Ok(())
}

/// Writes what a state has of these parameters.
/// # Errors
/// if it has not all of them in their shapes; nothing is written then.
pub(super) fn write_trained(device: &mut dyn Device, parameters: &[Parameter], state: &State) -> Result<()> {
    let mut found = vec![];
    for Parameter { value, .. } in parameters {
        let (name, wanted) = (value.name(), [value.rows() as usize, value.cols() as usize]);
        match state.tensors.get(name) {
            Some(array) if array.shape == wanted => found.push((value, &array.values)),
            there => {
                let there = there.map_or("no such tensor".into(), |array| format!("one of {:?}", array.shape));
                return Err(Error::Checkpoint(format!(
                    "the classifier's `{name}` has the shape {wanted:?}, the checkpoint has {there}: it belongs to another architecture, or to other data"
                )));
            }
        }
    }
    found.into_iter().for_each(|(tensor, values)| device.write(tensor, bytemuck::cast_slice(values)));
    Ok(())
}

/// The projection of limited columns, if any are.
pub(super) fn record_projection(rec: &mut Recorder, network: &Network) -> Option<Plan> {
    rec.section("Limit the norms of the initial weights' columns.");
    network.project(rec);
    Some(rec.finish("projection")).filter(|plan| !plan.dispatches.is_empty())
}

/// # Errors
/// if a loss is not finite.
pub(super) fn finite(tally: &[u8]) -> Result<()> {
    let loss = bytemuck::pod_collect_to_vec::<u8, f32>(tally)[0];
    if loss.is_finite() {
        return Ok(());
    }
    Err(Error::NonFinite(format!("the classifier's loss is {loss}: what it tells apart would mean nothing; lower discriminator.optimizer.learning_rate")))
}
