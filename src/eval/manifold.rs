//! Improved precision and recall (Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models"), on a device.
//!
//! A set's manifold is the union of balls around its points, each as wide as the distance to the k-th nearest other point of the set. Precision is the
//! share of samples that lie on the manifold of real examples, recall the share of real examples that lie on the manifold of samples. The paper has
//! k = 3 and features of VGG-16; here they are taken on pixels, and on the features of gander's own classifier. Both depend on how many points there are:
//! only numbers of equal counts compare. Distances are f32's: for points of a plane, whose neighbours may be nearer than its rounding, there is
//! [`plane`](crate::eval::plane).

use crate::error::Result;
use crate::eval::distances::{NearestFold, Rows, Sizes, WithinFold};
use crate::plan::{Device, Recorder};
use serde::Serialize;

/// Which nearest other point says how wide a ball is; Kynkäänniemi et al. 2019, §3.
pub const K: usize = 3;

/// How well samples cover, and stay within, the manifold of real examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Manifold {
    /// The share of samples on the manifold of real examples.
    pub precision: f64,
    /// The share of real examples on the manifold of samples.
    pub recall: f64,
    /// Points of each set.
    pub count: usize,
}

/// Precision and recall of as many samples as there are real examples, or the other way round.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
/// # Panics
/// if either set has no more than [`K`] points.
pub async fn manifold(device: &mut dyn Device, rec: &mut Recorder, real: Rows<'_>, samples: Rows<'_>) -> Result<Manifold> {
    let count = real.count().min(samples.count());
    assert!(count > K, "{count} points have no {K} nearest others");
    let (real, samples) = (real.first(count), samples.first(count));
    let nearest = NearestFold::new(device, rec, Sizes::of(real, real))?;
    let within = WithinFold::new(device, rec, Sizes::of(real, samples))?;
    let mut covered = [0.0; 2];
    for (share, (points, set)) in covered.iter_mut().zip([(samples, real), (real, samples)]) {
        // The nearest of all is the point itself, or one that is equal to it.
        let radii: Vec<f64> = nearest.nearest(device, set, set).await?.iter().map(|near| near[K].squared).collect();
        let inside = within.count(device, points, set, &radii).await?;
        *share = inside.iter().filter(|balls| **balls > 0).count() as f64 / count as f64;
    }
    let [precision, recall] = covered;
    Ok(Manifold { precision, recall, count })
}
