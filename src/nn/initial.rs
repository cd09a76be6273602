//! How parameters begin: drawn on the host from the seed, once, so that every device starts from the same bits.

use crate::random::{INITIAL, threefry2x32, unit};

/// The distribution a parameter is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum Initial {
    /// U(-irange, irange).
    Uniform(f32),
    /// Every element the same: biases.
    Constant(f32),
    /// These values, one per element: the bias from the marginals of the data.
    Values(Vec<f32>),
}

impl Initial {
    /// The values of parameter number `index` of a network, row by row.
    pub fn values(&self, seed: u32, index: u32, len: usize) -> Vec<f32> {
        match self {
            Initial::Uniform(irange) => {
                (0..len as u32).map(|i| irange * (2.0 * unit(threefry2x32([seed, INITIAL], [index, i])[0]) - 1.0)).collect()
            }
            Initial::Constant(value) => vec![*value; len],
            Initial::Values(values) => values.clone(),
        }
    }
}

/// The bias that makes a sigmoid give the training data's mean p when its weights are zero: log(p / (1 - p)), p clipped to [1e-7, 1 - 1e-7]
/// (`init_bias_target_marginals` of the published code).
pub fn marginals(mean: &[f32]) -> Vec<f32> {
    let logit = |p: f64| (p / (1.0 - p)).ln();
    mean.iter().map(|p| logit(f64::from(*p).clamp(1e-7, 1.0 - 1e-7)) as f32).collect()
}
