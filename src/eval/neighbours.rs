//! Nearest neighbours, exactly, and the audit for memorisation that is made of them.
//!
//! The device names the few nearest references of a point by distances in f32. The host computes those again in f64; where rounding could have kept the
//! true nearest out of the few, it looks at all references. So the answer is the one that brute force in f64 gives, of equal ones the first.

use crate::error::Result;
use crate::eval::distances::{Near, NearestFold, Rows, Sizes, centre, squared_distance};
use crate::plan::{Device, Recorder};
use rayon::prelude::*;
use serde::Serialize;

/// The nearest reference of a point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Neighbour {
    /// Which one.
    pub reference: usize,
    /// ‖x − s‖.
    pub distance: f64,
}

/// The nearest reference of every point.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
/// # Panics
/// if there is no reference.
pub async fn nearest(device: &mut dyn Device, rec: &mut Recorder, points: Rows<'_>, references: Rows<'_>) -> Result<Vec<Neighbour>> {
    let fold = NearestFold::new(device, rec, Sizes::of(points, references))?;
    nearest_by(device, &fold, points, references).await
}

/// The same by a search that was prepared before.
/// # Errors
/// if the device fails.
/// # Panics
/// if there is no reference.
pub async fn nearest_by(device: &mut dyn Device, fold: &NearestFold, points: Rows<'_>, references: Rows<'_>) -> Result<Vec<Neighbour>> {
    assert!(references.count() > 0, "there is no reference to be near to");
    let near = fold.nearest(device, points, references).await?;
    let slack = Slack::of(references);
    let pairs: Vec<(&[f32], &Vec<Near>)> = points.iter().zip(&near).collect();
    Ok(pairs.into_par_iter().map(|(x, near)| slack.settle(x, near, references)).collect())
}

/// How far rounding may put a squared distance in f32 from the true one.
struct Slack {
    centre: Vec<f32>,
    /// The largest norm of a reference, from the centre.
    reach: f64,
    /// Roundings: one per term of the product, and what comes before and after.
    roundings: f64,
}

impl Slack {
    fn of(references: Rows) -> Slack {
        let centre = centre(references);
        let reach = references.iter().map(|row| squared_distance(row, &centre).sqrt()).fold(0.0, f64::max);
        Slack { centre, reach, roundings: references.dimensions as f64 + 8.0 }
    }

    /// (n + 8)·2⁻²⁴·(‖x‖ + max ‖s‖)²: each term of 2 x·s and ‖s‖² is rounded at most n times in its sum, once for itself and once when the centre is
    /// taken away, and Σ|x||s| is at most the product of the norms.
    fn bound(&self, x: &[f32]) -> f64 {
        self.roundings / 16_777_216.0 * (squared_distance(x, &self.centre).sqrt() + self.reach).powi(2)
    }

    fn settle(&self, x: &[f32], near: &[Near], references: Rows) -> Neighbour {
        let exact = |reference: usize| (squared_distance(x, references.row(reference)), reference);
        let least = |all: &mut dyn Iterator<Item = (f64, usize)>| all.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut squared, mut reference) = least(&mut near.iter().map(|near| exact(near.reference))).expect("there is a reference");
        let last = near.last().expect("there is a reference");
        if near.len() < references.count() && squared >= last.squared - self.bound(x) {
            (squared, reference) = least(&mut (0..references.count()).map(exact)).expect("there is a reference");
        }
        Neighbour { reference, distance: squared.sqrt() }
    }
}

/// The share of held-out examples that lie closer to a training example than [`threshold`].
const CLOSE: f64 = 0.01;

/// Whether a generator repeats its training examples: distances of samples to their nearest training example, beside those of held-out examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Samples that were looked at.
    pub samples: usize,
    /// Held-out examples that they are compared with.
    pub held_out: usize,
    /// Median distance of a sample to its nearest training example.
    pub sample_median: f64,
    /// Median distance of a held-out example to its nearest training example.
    pub held_out_median: f64,
    /// The first over the second: near 0 where a generator repeats, near 1 where samples are as far away as new examples are.
    pub ratio: f64,
    /// The distance below which 1 % of held-out examples lie.
    pub threshold: f64,
    /// The samples that lie closer than that, closest first, each with its nearest training example.
    pub close: Vec<(usize, Neighbour)>,
    /// Whether there are more of them than chance explains: three deviations above 1 % of the samples.
    pub flagged: bool,
}

/// Compares samples with held-out examples.
/// # Panics
/// if either is empty.
pub fn audit(samples: &[Neighbour], held_out: &[Neighbour]) -> Audit {
    assert!(!samples.is_empty() && !held_out.is_empty(), "an audit needs samples and held-out examples");
    let threshold = threshold(held_out);
    let mut close: Vec<(usize, Neighbour)> = samples.iter().copied().enumerate().filter(|(_, near)| near.distance < threshold).collect();
    close.sort_by(|a, b| a.1.distance.total_cmp(&b.1.distance));
    let n = samples.len() as f64;
    let expected = CLOSE * n + 3.0 * (n * CLOSE * (1.0 - CLOSE)).sqrt();
    let (sample_median, held_out_median) = (median(samples), median(held_out));
    Audit {
        samples: samples.len(),
        held_out: held_out.len(),
        sample_median,
        held_out_median,
        ratio: sample_median / held_out_median,
        threshold,
        flagged: close.len() as f64 > expected,
        close,
    }
}

/// What is near: the distance below which 1 % of held-out examples have their nearest training example.
/// # Panics
/// if there are none.
pub fn threshold(held_out: &[Neighbour]) -> f64 {
    assert!(!held_out.is_empty(), "a threshold needs held-out examples");
    quantile(distances(held_out), CLOSE)
}

/// The median distance to the nearest reference.
pub(super) fn median(all: &[Neighbour]) -> f64 {
    median_of(distances(all))
}

/// The median of numbers.
pub(super) fn median_of(numbers: Vec<f64>) -> f64 {
    quantile(numbers, 0.5)
}

fn distances(all: &[Neighbour]) -> Vec<f64> {
    all.iter().map(|near| near.distance).collect()
}

/// The value below which this share of numbers lies, between two of them in proportion.
fn quantile(mut sorted: Vec<f64>, share: f64) -> f64 {
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(distances: impl IntoIterator<Item = f64>) -> Vec<Neighbour> {
        distances.into_iter().enumerate().map(|(reference, distance)| Neighbour { reference, distance }).collect()
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        assert_eq!(quantile(vec![4.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(vec![1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(vec![7.0], 0.01), 7.0);
    }

    #[test]
    fn a_generator_that_repeats_is_flagged_and_one_that_does_not_is_not() {
        let held_out = at((0..1000).map(|i| 5.0 + f64::from(i) / 1000.0));
        let honest = audit(&at((0..500).map(|i| 5.0 + f64::from(i) / 500.0)), &held_out);
        assert!(!honest.flagged && (honest.ratio - 1.0).abs() < 0.01, "{honest:?}");
        let repeats = audit(&at((0..500).map(|i| if i % 10 == 0 { 0.0 } else { 5.5 })), &held_out);
        assert!(repeats.flagged && repeats.close.len() == 50, "{repeats:?}");
        assert_eq!(repeats.close[0], (0, Neighbour { reference: 0, distance: 0.0 }));
    }
}
