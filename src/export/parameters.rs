//! What a parameter is called elsewhere and how it lies there: PyTorch's weights are ours transposed, its biases have no rows.
//!
//! Ours are matrices whose columns belong to outputs (of a transposed convolution: to inputs); there the first axis does, and the others are the rows of ours
//! with their axes apart: channels, rows and columns of a kernel.

use crate::error::{Error, Result};
use crate::export::Sequential;
use crate::gan::{Array, Player, State};
use std::collections::BTreeMap;

/// A parameter here and there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    /// Its name there: `generator.0.weight`.
    pub name: String,
    /// Its name here: `G.0.w`.
    ours: String,
    /// Its axes there.
    axes: Vec<usize>,
    /// Rows and columns here of the first of two blocks, beside which it is zero.
    first_block: Option<[u32; 2]>,
}

impl Placed {
    /// The weights `w` or the biases `b` of a layer, in the module of that number.
    pub fn new(player: Player, layer: usize, kind: char, module: usize, axes: &[u32]) -> Placed {
        let network = match player {
            Player::Generator => 'G',
            Player::Discriminator => 'D',
        };
        let what = if kind == 'w' { "weight" } else { "bias" };
        Placed {
            name: format!("{}.{module}.{what}", player.key()),
            ours: format!("{network}.{layer}.{kind}"),
            axes: axes.iter().map(|axis| *axis as usize).collect(),
            first_block: None,
        }
    }

    /// The same, of weights that are two blocks.
    pub fn in_blocks(self, first_block: Option<[u32; 2]>) -> Placed {
        Placed { first_block, ..self }
    }

    /// Whether what lies beside the blocks is zero, in an array of here.
    fn keeps_to_its_blocks(&self, array: &Array) -> bool {
        let cols = array.shape[1];
        let beside = |i: usize, [n, p]: [u32; 2]| (i / cols < n as usize) != (i % cols < p as usize);
        self.first_block.is_none_or(|first| array.values.iter().enumerate().all(|(i, value)| *value == 0.0 || !beside(i, first)))
    }

    /// Rows and columns here.
    fn shape(&self) -> [usize; 2] {
        let numbers = self.axes.iter().product();
        if self.ours.ends_with(".w") { [numbers / self.axes[0], self.axes[0]] } else { [1, numbers] }
    }

    /// From here to there.
    fn outward(&self, array: &Array) -> Array {
        let [rows, cols] = self.shape();
        Array { shape: self.axes.clone(), values: transposed(&array.values, rows, cols) }
    }

    /// From there to here.
    fn inward(&self, array: &Array) -> Array {
        let [rows, cols] = self.shape();
        Array { shape: vec![rows, cols], values: transposed(&array.values, cols, rows) }
    }
}

/// The transpose of a matrix of so many rows and columns; of a single row, the same numbers.
fn transposed(values: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    (0..cols).flat_map(|col| (0..rows).map(move |row| values[row * cols + col])).collect()
}

impl Sequential {
    /// Its parameters by their names there, in the order of the modules.
    /// # Errors
    /// if the state has not these parameters in these shapes.
    pub fn parameters_of(&self, state: &State) -> Result<Vec<(String, Array)>> {
        let outward = |placed: &Placed| {
            let (ours, wanted) = (&placed.ours, placed.shape());
            let array = state.tensors.get(ours).filter(|array| array.shape == wanted).ok_or_else(|| {
                Error::Checkpoint(format!("the checkpoint has no `{ours}` of the shape {wanted:?}: its configuration is another game's"))
            })?;
            Ok((placed.name.clone(), placed.outward(array)))
        };
        self.parameters.iter().map(outward).collect()
    }

    /// Takes its parameters out of tensors, by the names they have here. None of them there is no error: the result is empty then.
    /// # Errors
    /// if only some are there, or one has another shape, or weights of a label's own units see more than the label.
    pub fn take(&self, tensors: &mut BTreeMap<String, Array>) -> Result<Vec<(String, Array)>> {
        if !self.parameters.iter().any(|placed| tensors.contains_key(&placed.name)) {
            return Ok(vec![]);
        }
        let mut inward = |placed: &Placed| {
            let Placed { name, axes, .. } = placed;
            let missing = || Error::Checkpoint(format!("`{name}` is missing, which the {} has by this configuration", self.player.key()));
            let array = tensors.remove(name).ok_or_else(missing)?;
            if array.shape != *axes {
                let found = &array.shape;
                return Err(Error::Checkpoint(format!("`{name}` has the shape {found:?}, by this configuration it has {axes:?}")));
            }
            let array = placed.inward(&array);
            if !placed.keeps_to_its_blocks(&array) {
                return Err(Error::Checkpoint(format!(
                    "`{name}` lets the label reach units that do not see it by this configuration (label_units), or the rest reach the label's: \
                     remove label_units and give its units to units"
                )));
            }
            Ok((placed.ours.clone(), array))
        };
        self.parameters.iter().map(&mut inward).collect()
    }
}
