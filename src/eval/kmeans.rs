//! k-means (Lloyd 1982) on a device: centroids that stand in for samples, so that a reader sees what a log-likelihood is worth.
//!
//! Theis et al. 2016 ("A note on the evaluation of generative models", section 4) show that centroids of the training set score better than samples of
//! any model of their time. Centroids begin at training examples drawn from a seed, one after another without repetition.

use crate::error::Result;
use crate::eval::distances::{NearestFold, Rows, Sizes};
use crate::eval::neighbours::nearest_by;
use crate::plan::{Device, Recorder};
use crate::random::{CENTROIDS, threefry2x32};
use std::collections::BTreeSet;

/// Rounds of assignment at most.
const ROUNDS: usize = 20;
/// It has converged when fewer than one in so many points change their centroid.
const SETTLED: usize = 1000;

/// k centroids of points, k×dimensions row by row: at most so many as there are points.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
pub async fn centroids(device: &mut dyn Device, rec: &mut Recorder, points: Rows<'_>, k: usize, seed: u32) -> Result<Vec<f32>> {
    let n = points.dimensions;
    let mut centroids: Vec<f32> = choose(points.count(), k, seed).into_iter().flat_map(|at| points.row(at).to_vec()).collect();
    let fold = NearestFold::new(device, rec, Sizes::of(points, Rows::new(&centroids, n)))?;
    let mut assigned: Vec<usize> = vec![usize::MAX; points.count()];
    for _ in 0..ROUNDS {
        let near = nearest_by(device, &fold, points, Rows::new(&centroids, n)).await?;
        let moved = near.iter().zip(&assigned).filter(|(near, before)| near.reference != **before).count();
        assigned = near.into_iter().map(|near| near.reference).collect();
        move_to_means(&mut centroids, points, &assigned);
        if moved * SETTLED < points.count() {
            break;
        }
    }
    Ok(centroids)
}

/// The first `k` different numbers below `count` that chance draws.
fn choose(count: usize, k: usize, seed: u32) -> Vec<usize> {
    let (mut seen, mut chosen) = (BTreeSet::new(), vec![]);
    for draw in 0u32.. {
        if chosen.len() == k.min(count) {
            break;
        }
        let word = u64::from(threefry2x32([seed, CENTROIDS], [0, draw])[0]);
        let at = ((word * count as u64) >> 32) as usize;
        if seen.insert(at) {
            chosen.push(at);
        }
    }
    chosen
}

/// Moves every centroid to the mean of its points; one without points stays.
fn move_to_means(centroids: &mut [f32], points: Rows, assigned: &[usize]) {
    let n = points.dimensions;
    let mut sums = vec![0f64; centroids.len()];
    let mut counts = vec![0u32; centroids.len() / n];
    for (row, at) in points.iter().zip(assigned) {
        counts[*at] += 1;
        sums[at * n..][..n].iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    for ((centroid, sum), count) in centroids.chunks_exact_mut(n).zip(sums.chunks_exact(n)).zip(counts).filter(|(_, count)| *count > 0) {
        centroid.iter_mut().zip(sum).for_each(|(x, sum)| *x = (sum / f64::from(count)) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::HostDevice;

    #[test]
    fn centroids_of_separate_clusters_are_their_means() {
        // Three clusters of points on a line, far apart.
        let points: Vec<f32> = (0..300).map(|i| [-100.0, 0.0, 50.0][i % 3] + (i / 3) as f32 / 100.0).collect();
        let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
        // Of a few beginnings one has a point in each cluster; that one must end at the means.
        let ends: Vec<Vec<f32>> = (0..8)
            .map(|seed| {
                let found = pollster::block_on(centroids(&mut device, &mut rec, Rows::new(&points, 1), 3, seed)).unwrap();
                let mut found: Vec<f32> = found.iter().map(|x| (x * 1000.0).round() / 1000.0).collect();
                found.sort_by(f32::total_cmp);
                found
            })
            .collect();
        assert!(ends.contains(&vec![-99.505, 0.495, 50.495]), "{ends:?}");
    }

    #[test]
    fn no_example_is_chosen_twice_and_there_are_no_more_than_there_are() {
        let mut chosen = choose(10, 100, 3);
        chosen.sort_unstable();
        assert_eq!(chosen, (0..10).collect::<Vec<_>>());
    }
}
