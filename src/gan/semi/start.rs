//! What the training of a classifier begins with, and what says that it has failed.

use crate::error::{Error, Result};
use crate::gan::State;
use crate::gan::start::write_initial;
use crate::nn::{Network, Parameter};
use crate::plan::{Device, Plan, Recorder};

/// Weights and biases.
const PARAMETERS_OF_A_LAYER: usize = 2;

/// Writes the initial parameters of a network; nothing is left of a training before. Networks of different names draw different ones.
pub(super) fn begin(device: &mut dyn Device, network: &Network, seed: u32) {
    write_initial(device, network, seed, u32::from(network.name() == "D"));
    for kept in [Some(&network.velocity), network.second_moment.as_ref()].into_iter().flatten() {
        device.write(kept, &vec![0; kept.bytes() as usize]);
    }
}

/// The parameters of all layers but the last.
pub(super) fn hidden(network: &Network) -> &[Parameter] {
    let parameters = network.parameters();
    &parameters[..parameters.len() - PARAMETERS_OF_A_LAYER]
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
    Err(Error::NonFinite(format!(
        "the classifier's loss is {loss}: what it tells apart would mean nothing; lower discriminator.optimizer.learning_rate"
    )))
}
