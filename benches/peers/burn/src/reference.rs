//! The reference that gander's example `peers-reference` writes.

use crate::game::{PIECES, Player, UNITS};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;

/// A reference in memory: shapes and values by name.
pub struct Reference {
    arrays: HashMap<String, (Vec<usize>, Vec<f32>)>,
    pub first_iteration: usize,
    pub iterations: usize,
    pub batch: usize,
    pub examples: usize,
}

impl Reference {
    pub fn read(path: &str) -> Result<Reference, String> {
        let refuse = |why: &dyn std::fmt::Display| format!("{path}: {why}");
        let bytes = std::fs::read(path).map_err(|why| refuse(&why))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|why| refuse(&why))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|why| refuse(&why))?;
        let fact = |name: &str| {
            let said = header.metadata().as_ref().and_then(|facts| facts.get(name));
            said.and_then(|fact| fact.parse().ok()).ok_or_else(|| refuse(&format!("its metadata have no number `{name}`")))
        };
        let values = |dtype: Dtype, bytes: &[u8]| match dtype {
            Dtype::U8 => bytes.iter().map(|byte| f32::from(*byte)).collect(),
            _ => bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().expect("they are four"))).collect(),
        };
        let arrays = file.tensors().into_iter().map(|(name, view)| (name, (view.shape().to_vec(), values(view.dtype(), view.data()))));
        Ok(Reference {
            first_iteration: fact("first_iteration")?,
            iterations: fact("iterations")?,
            batch: fact("batch")?,
            examples: fact("examples")?,
            arrays: arrays.collect(),
        })
    }

    /// An array of one number.
    pub fn number(&self, name: &str) -> Result<f32, String> {
        self.array(name).map(|(_, values)| values[0])
    }

    /// A matrix.
    pub fn matrix(&self, name: &str, device: &Device) -> Result<Tensor<2>, String> {
        let (shape, values) = self.array(name)?;
        Ok(Tensor::from_data(TensorData::new(values.clone(), [shape[0], shape[1]]), device))
    }

    /// The parameters and velocities of a player.
    pub fn player(&self, prefix: &str, name: &str, device: &Device) -> Result<Player, String> {
        let all = |suffix: &str| {
            let names = (0..3).flat_map(|layer| ["w", "b"].map(|part| (layer, format!("{prefix}{name}.{layer}.{part}{suffix}"))));
            let in_planes = |layer| name == "D" && layer < 2;
            let matrix = |(layer, name): (usize, String)| self.matrix(&name, device).map(|w| if in_planes(layer) { planes(w) } else { w });
            names.map(matrix).collect::<Result<Vec<_>, _>>()
        };
        Ok(Player { theta: all("")?, velocity: all(" velocity")? })
    }

    fn array(&self, name: &str) -> Result<&(Vec<usize>, Vec<f32>), String> {
        self.arrays.get(name).ok_or_else(|| format!("the reference has no `{name}`"))
    }
}

/// Reorders the columns of a maxout layer: gander has the pieces of a unit side by side, here the first pieces of all units come first.
fn planes(w: Tensor<2>) -> Tensor<2> {
    let [n, p] = w.dims();
    w.reshape([n, UNITS, PIECES]).swap_dims(1, 2).reshape([n, p])
}
