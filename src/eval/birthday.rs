//! How many different things a generator makes, by the birthday paradox (Arora and Zhang 2017, "Do GANs actually learn the distribution?").
//!
//! Of n draws from N equally likely things about n(n − 1)/2N pairs are equal. So n(n − 1)/2·pairs estimates N; where things are not equally likely, it
//! estimates 1/Σp², which is less than their number. Arora and Zhang had people look for duplicates. Here a pair is a duplicate if it is closer than 99 %
//! of held-out real examples are to their nearest training example: as near as only the most ordinary pictures have a neighbour among all training
//! examples. That criterion is a choice, and it knows no meaning: real examples have such pairs too, mostly of plain strokes. So the same estimate for
//! real examples stands beside it, and only the two together say anything.

use crate::error::Result;
use crate::eval::distances::{Rows, Sizes, WithinFold};
use crate::eval::neighbours::{Neighbour, threshold};
use crate::plan::{Device, Recorder};
use serde::Serialize;

/// Pairs of near duplicates, and what follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Support {
    /// Points that were paired.
    pub count: usize,
    /// Pairs that are closer than the threshold.
    pub pairs: u64,
    /// n(n − 1)/(2·pairs); nothing where there is no pair.
    pub estimate: Option<f64>,
    /// The size that so few pairs, or fewer, would have come from with a probability of 5 %: smaller ones are unlikely.
    pub at_least: f64,
}

impl Support {
    /// What so many pairs among so many points say.
    pub fn of(count: usize, pairs: u64) -> Support {
        let estimate = (pairs > 0).then(|| all_pairs(count) / pairs as f64);
        Support { count, pairs, estimate, at_least: all_pairs(count) / most_expected(pairs) }
    }
}

/// The Poisson mean that gives so many pairs or fewer with a probability of 5 %: half the 95 % point of χ² with 2·(pairs + 1) degrees of freedom, by the
/// approximation of Wilson and Hilferty (1931), which is within 1 % even where there are none.
fn most_expected(pairs: u64) -> f64 {
    let k = pairs as f64 + 1.0;
    k * (1.0 - 1.0 / (9.0 * k) + 1.644_854 / (3.0 * k.sqrt())).powi(3)
}

/// n(n − 1)/2.
fn all_pairs(count: usize) -> f64 {
    count as f64 * (count as f64 - 1.0) / 2.0
}

/// Counts pairs at most so far apart. Distances are f32's: a pair within rounding of the threshold may fall on either side.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
pub async fn support(device: &mut dyn Device, rec: &mut Recorder, points: Rows<'_>, threshold: f64) -> Result<Support> {
    let fold = WithinFold::new(device, rec, Sizes::of(points, points))?;
    let radii = vec![threshold * threshold; points.count()];
    let within = fold.count(device, points, points, &radii).await?;
    // Each point is near itself, and each pair is seen from both sides.
    let pairs = within.iter().map(|near| u64::from(near.saturating_sub(1))).sum::<u64>() / 2;
    Ok(Support::of(points.count(), pairs))
}

/// What is known about the support of a generator in one space, beside the same for real examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Birthday {
    /// The distance below which a pair is a duplicate.
    pub threshold: f64,
    /// Of samples.
    pub samples: Support,
    /// Of as many test examples.
    pub real: Support,
}

/// Pairs among samples, and among as many real examples.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
pub async fn birthday(
    device: &mut dyn Device,
    rec: &mut Recorder,
    samples: Rows<'_>,
    real: Rows<'_>,
    held_out: &[Neighbour],
) -> Result<Birthday> {
    let (count, threshold) = (samples.count().min(real.count()), threshold(held_out));
    let samples = support(device, rec, samples.first(count), threshold).await?;
    let real = support(device, rec, real.first(count), threshold).await?;
    Ok(Birthday { threshold, samples, real })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ_{i ≤ k} mᵏ/k! e⁻ᵐ is 5 % at the bound: 3.00, 4.74, 6.30 and 16.96 for 0, 1, 2 and 10 (tables of the Poisson distribution).
    #[test]
    fn few_pairs_bound_the_support_by_the_poisson_distribution() {
        for (pairs, mean) in [(0, 2.996), (1, 4.744), (2, 6.296), (10, 16.962)] {
            let (found, n) = (Support::of(1001, pairs), 500_500.0);
            assert!((found.at_least * mean / n - 1.0).abs() < 1e-2, "{pairs} pairs: {found:?}");
        }
        assert_eq!((Support::of(1001, 0).estimate, Support::of(1001, 5).estimate), (None, Some(100_100.0)));
    }

    #[test]
    fn the_threshold_is_where_one_in_a_hundred_held_out_examples_lies() {
        let near: Vec<Neighbour> = (0..101).rev().map(|i| Neighbour { reference: 0, distance: f64::from(i) }).collect();
        assert_eq!(threshold(&near), 1.0);
    }
}
