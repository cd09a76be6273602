//! How near reconstructions come: numbers that `gander reconstruct` and `gander inpaint` tell, in f64 on the host.

use crate::data::Dataset;

/// Examples that are read at a time.
const PIECE: u32 = 1000;

/// The mean of w·(x − y)² over all numbers that count, by their weights.   x, y: rows×n, weights: 1×n.
/// # Panics
/// if the shapes do not fit, or nothing counts.
pub fn mean_squared_error(x: &[f32], y: &[f32], weights: &[f32]) -> f64 {
    let n = weights.len();
    assert!(x.len() == y.len() && !x.is_empty() && x.len().is_multiple_of(n), "{} and {} numbers are no rows of {n}", x.len(), y.len());
    let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    assert!(total > 0.0, "nothing counts");
    let error = |((x, y), w): ((&f32, &f32), &f32)| f64::from(*w) * (f64::from(*x) - f64::from(*y)).powi(2);
    x.iter().zip(y).zip(weights.iter().cycle()).map(error).sum::<f64>() / (total * (x.len() / n) as f64)
}

/// The share of the variance of z that what was found accounts for: 1 − Σ‖ẑ − z‖² / Σ‖z − mean z‖²; 1 is z itself, 0 no better than the mean.
/// z, found: rows×size.
/// # Panics
/// if the shapes do not fit.
pub fn variance_explained(z: &[f32], found: &[f32], size: usize) -> f64 {
    assert!(z.len() == found.len() && z.len().is_multiple_of(size), "{} and {} numbers are no rows of {size}", z.len(), found.len());
    let rows = (z.len() / size) as f64;
    let mean: Vec<f64> = (0..size).map(|j| z.iter().skip(j).step_by(size).map(|z| f64::from(*z)).sum::<f64>() / rows).collect();
    let around: f64 = z.iter().zip(mean.iter().cycle()).map(|(z, mean)| (f64::from(*z) - mean).powi(2)).sum();
    let apart: f64 = z.iter().zip(found).map(|(z, found)| (f64::from(*z) - f64::from(*found)).powi(2)).sum();
    1.0 - apart / around
}

/// How much completions of one picture differ: the root of their mean variance, over the numbers that are hidden.   completions: one picture's after the
/// other's, `each` of them; weights: 1×n, 0 where hidden.
/// # Panics
/// if the shapes do not fit.
pub fn spread(completions: &[f32], each: usize, weights: &[f32]) -> f64 {
    let n = weights.len();
    assert!(completions.len().is_multiple_of(each * n), "{} numbers are no {each} rows of {n} each", completions.len());
    let hidden: Vec<usize> = (0..n).filter(|j| weights[*j] == 0.0).collect();
    let pictures = completions.chunks_exact(each * n);
    let count = (pictures.len() * hidden.len()) as f64;
    let variance = |picture: &[f32], j: usize| {
        let values = || picture.iter().skip(j).step_by(n).map(|x| f64::from(*x));
        let mean = values().sum::<f64>() / each as f64;
        values().map(|x| (x - mean).powi(2)).sum::<f64>() / each as f64
    };
    (pictures.flat_map(|picture| hidden.iter().map(move |j| variance(picture, *j))).sum::<f64>() / count).sqrt()
}

/// The mean training example, as a game sees it.   1×dimensions.
pub fn mean_example(dataset: &Dataset) -> Vec<f32> {
    let dimensions = dataset.dimensions() as usize;
    let mut sums = vec![0f64; dimensions];
    for first in dataset.train.clone().step_by(PIECE as usize) {
        let rows = dataset.rows(first..dataset.train.end.min(first + PIECE));
        rows.iter().enumerate().for_each(|(i, x)| sums[i % dimensions] += f64::from(*x));
    }
    sums.iter().map(|sum| (sum / dataset.train.len() as f64) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Preprocess, Shape, Values};

    #[test]
    fn errors_are_means_over_what_counts() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [0.0, 2.5, 3.0, 0.0]);
        assert_eq!(mean_squared_error(&x, &y, &[1.0, 1.0]), (1.0 + 0.25 + 16.0) / 4.0);
        assert_eq!(mean_squared_error(&x, &y, &[1.0, 0.0]), 0.5);
        assert_eq!(mean_squared_error(&x, &y, &[0.0, 1.0]), (0.25 + 16.0) / 2.0);
    }

    #[test]
    fn z_itself_explains_everything_and_its_mean_nothing() {
        let z = [1.0, 5.0, 3.0, 1.0];
        assert_eq!(variance_explained(&z, &z, 2), 1.0);
        assert_eq!(variance_explained(&z, &[2.0, 3.0, 2.0, 3.0], 2), 0.0);
        assert_eq!(variance_explained(&z, &[2.0, 5.0, 2.0, 1.0], 2), 0.8);
    }

    #[test]
    fn completions_differ_by_what_is_hidden_in_them() {
        // Two pictures of two numbers, two completions each: the second number is hidden, and is 0 and 4, then 1 and 1.
        let completions = [9.0, 0.0, 8.0, 4.0, 7.0, 1.0, 6.0, 1.0];
        assert_eq!(spread(&completions, 2, &[1.0, 0.0]), 2f64.sqrt());
    }

    #[test]
    fn the_mean_example_is_that_of_training_examples_as_they_are_seen() {
        let shape = Shape { width: 2, height: 1, channels: 1 };
        let values = Values::Bytes((0..1003).flat_map(|i| [255, if i < 1001 { (i % 2) as u8 * 255 } else { 7 }]).collect());
        let plain = Dataset {
            name: "rows".into(),
            shape,
            values,
            labels: None,
            train: 0..1001,
            valid: 1001..1001,
            test: 1001..1003,
            preprocess: None,
        };
        let plain = plain.checked().unwrap();
        assert_eq!(mean_example(&plain), [1.0, (500.0 / 1001.0) as f32]);
        // A row of two equal numbers becomes 0, (1, 0) becomes (1, -1)/√2 of the scale.
        let seen = mean_example(&Dataset { preprocess: Some(Preprocess::Gcn(2.0)), ..plain });
        let expected = 501.0 / 1001.0 * 2.0 / 2f64.sqrt();
        assert!((f64::from(seen[0]) - expected).abs() < 1e-6 && (f64::from(seen[1]) + expected).abs() < 1e-6, "{seen:?}, not {expected}");
    }
}
