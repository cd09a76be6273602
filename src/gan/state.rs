//! What training has learnt, by name: the contents of a checkpoint.

use crate::error::{Error, Result};
use crate::nn::Network;
use crate::plan::{Device, Tensor};
use std::collections::BTreeMap;

/// What ends the names of what training keeps beside a parameter.
const VELOCITY: &str = " velocity";
const SECOND_MOMENT: &str = " second moment";
/// What ends the name of a parameter's average.
pub(super) const AVERAGE: &str = " average";

/// A named tensor's values, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Rows and columns.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// Parameters and what is kept beside them by name: `G.0.w`, `G.0.w velocity`, `G.0.w second moment`, `G.0.w average`, … With the seed and the iteration it is the whole state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Iterations that are complete.
    pub iteration: u64,
    /// The tensors.
    pub tensors: BTreeMap<String, Array>,
}

/// Parameters of networks and what training keeps beside them, by the names they have in checkpoints.
pub(super) fn named_tensors(networks: &[&Network]) -> Vec<(String, Tensor)> {
    let parameters = networks.iter().flat_map(|network| network.parameters());
    let named = parameters.flat_map(|parameter| {
        let name = parameter.value.name();
        let always = [(name.to_string(), parameter.value.clone()), (format!("{name}{VELOCITY}"), parameter.velocity.clone())];
        let second = parameter.second_moment.iter().map(move |second| (format!("{name}{SECOND_MOMENT}"), second.clone()));
        let average = parameter.average.iter().map(move |average| (format!("{name}{AVERAGE}"), average.clone()));
        always.into_iter().chain(second).chain(average)
    });
    named.collect()
}

impl State {
    /// Whether a tensor of this name is a parameter itself, and nothing that training keeps beside one.
    pub fn is_parameter(name: &str) -> bool {
        ![VELOCITY, SECOND_MOMENT, AVERAGE].iter().any(|beside| name.ends_with(beside))
    }

    /// The state as it is shown: averages in the place of the parameters that they belong to.
    pub fn shown(&self) -> State {
        let mut shown = self.clone();
        for (name, array) in &self.tensors {
            if let Some(parameter) = name.strip_suffix(AVERAGE) {
                shown.tensors.remove(name);
                shown.tensors.insert(parameter.into(), array.clone());
            }
        }
        shown
    }

    /// Copies networks out of a device.
    pub(crate) async fn read(device: &mut dyn Device, networks: &[&Network], iteration: u64) -> Result<State> {
        let named = named_tensors(networks);
        let tensors: Vec<&Tensor> = named.iter().map(|(_, tensor)| tensor).collect();
        let bytes = device.read(&tensors).await?;
        let arrays = named.iter().zip(&bytes).map(|((name, tensor), bytes)| {
            let shape = vec![tensor.rows() as usize, tensor.cols() as usize];
            (name.clone(), Array { shape, values: bytemuck::pod_collect_to_vec(bytes) })
        });
        Ok(State { iteration, tensors: arrays.collect() })
    }

    /// Checks that it holds these networks in their shapes.
    pub(crate) fn check(&self, networks: &[&Network]) -> Result<()> {
        for (name, tensor) in named_tensors(networks) {
            let Some(array) = self.tensors.get(&name) else {
                return Err(Error::Checkpoint(format!("the checkpoint has no tensor `{name}`: it belongs to another architecture")));
            };
            let (found, wanted) = (&array.shape, [tensor.rows() as usize, tensor.cols() as usize]);
            if *found != wanted {
                return Err(Error::Checkpoint(format!(
                    "the checkpoint's `{name}` has the shape {found:?}, the game's has {wanted:?}: it belongs to another architecture"
                )));
            }
        }
        Ok(())
    }

    /// Writes networks to a device; [`State::check`] has said that they fit.
    pub(crate) fn write(&self, device: &mut dyn Device, networks: &[&Network]) {
        for (name, tensor) in named_tensors(networks) {
            device.write(&tensor, bytemuck::cast_slice(&self.tensors[&name].values));
        }
    }
}
