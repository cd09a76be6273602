//! What a Parzen window log-likelihood is worth: the same protocol with other things in the place of samples.
//!
//! Real training examples say what a perfect generator would get. Centroids of the training set, of which nobody would say that they are a generative
//! model, get surprisingly much (Theis et al. 2016, "A note on the evaluation of generative models", section 4).

use crate::error::Result;
use crate::eval::distances::Rows;
use crate::eval::kmeans::centroids;
use crate::eval::parzen::{Grid, Protocol, Score};
use crate::plan::{Device, Recorder};
use serde::{Deserialize, Serialize};

/// Numbers of centroids that are tried.
pub const CENTROIDS: [usize; 2] = [100, 1000];

/// A stand-in for samples, and its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What stands in for samples.
    pub stand_in: String,
    /// Its score.
    pub score: Score,
}

/// Scores training examples, as many as there would be samples, and centroids of the training set.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
pub async fn calibrate(
    device: &mut dyn Device,
    rec: &mut Recorder,
    protocol: &Protocol,
    training: Rows<'_>,
    (valid, test): (Rows<'_>, Rows<'_>),
    (samples, seed): (usize, u32),
) -> Result<Vec<Calibration>> {
    let mut rows = vec![];
    // The grid widens here: a row that stands beside others says nothing when its σ was cut off.
    let real = training.first(samples);
    let score = protocol.score(device, real, valid, test, Grid::Widened).await?;
    rows.push(Calibration { stand_in: format!("{} training examples", real.count()), score });
    for k in CENTROIDS.into_iter().filter(|k| *k < training.count()) {
        let means = centroids(device, rec, training, k, seed).await?;
        let score = protocol.score(device, Rows::new(&means, training.dimensions), valid, test, Grid::Widened).await?;
        rows.push(Calibration { stand_in: format!("{k} centroids (k-means)"), score });
    }
    Ok(rows)
}
