//! What is done to every example before a game sees it. A data set keeps its values as they were read; the step is applied wherever they are looked at:
//! on the device behind the draw of a minibatch, on the host in [`Dataset::rows`](crate::data::Dataset::rows).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A step of preprocessing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preprocess {
    /// Global contrast normalisation: x ← (x - mean x)·scale / ‖x - mean x‖, over all numbers of one example. The published CIFAR-10 games
    /// take 55 (`gcn: 55.` of the published files).
    Gcn(f32),
}

/// The least that ‖x - mean x‖ / scale is taken for: a picture of one colour stays zero.
pub(crate) const LEAST_DIVISOR: f32 = 1e-8;

impl Preprocess {
    /// The same step, when its numbers are possible.
    /// # Errors
    /// if one is not.
    pub fn check(self) -> Result<()> {
        let Preprocess::Gcn(scale) = self;
        if scale > 0.0 && scale.is_finite() {
            return Ok(());
        }
        Err(Error::Config(format!("data.preprocess.gcn is {scale}; the norm that every example is given must be positive and finite")))
    }

    /// Applies the step to one example, in f64.
    pub fn apply(self, x: &mut [f32]) {
        let Preprocess::Gcn(scale) = self;
        let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / x.len() as f64;
        let norm = x.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>().sqrt();
        let divisor = (norm / f64::from(scale)).max(f64::from(LEAST_DIVISOR));
        x.iter_mut().for_each(|x| *x = ((f64::from(*x) - mean) / divisor) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_normalised_to_the_scale_about_the_mean() {
        let mut x = [3.0, 1.0, 1.0, 3.0];
        Preprocess::Gcn(10.0).apply(&mut x);
        assert_eq!(x, [5.0, -5.0, -5.0, 5.0]);
    }

    #[test]
    fn a_picture_of_one_colour_becomes_zero() {
        let mut x = [0.25; 7];
        Preprocess::Gcn(55.0).apply(&mut x);
        assert_eq!(x, [0.0; 7]);
    }
}
