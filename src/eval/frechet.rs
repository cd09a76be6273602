//! The Fréchet distance between Gaussians fitted to features, of samples and of real examples.
//!
//! d² = ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁^½ C₂ C₁^½)^½), the formula of Heusel et al. 2017 ("GANs trained by a two time-scale update rule"), there on
//! Inception's features and called FID. Here the features are those of gander's own classifier: the two cannot be compared. The distance of held-out
//! real examples to the same reference says what a number is worth; estimated from as many rows, it is what a perfect generator would get.

use crate::eval::distances::Rows;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use serde::Serialize;
use std::fmt;

/// A Gaussian fitted to rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// The mean, and the covariance Σ (x − μ)(x − μ)ᵀ/(n − 1), in f64.
    /// # Panics
    /// if there are fewer than two rows.
    pub fn fit(rows: Rows) -> Gaussian {
        let n = rows.count();
        assert!(n > 1, "{n} rows have no covariance");
        let wide = rows.values.iter().map(|value| f64::from(*value));
        // One column per row of features.
        let mut x = DMatrix::from_iterator(rows.dimensions, n, wide);
        let mean = x.column_mean();
        x.column_iter_mut().for_each(|mut column| column -= &mean);
        let covariance = &x * x.transpose() / (n - 1) as f64;
        Gaussian { mean, covariance }
    }

    /// The squared Fréchet distance to another one.
    /// # Panics
    /// if they have different dimensions.
    pub fn squared_distance(&self, other: &Gaussian) -> f64 {
        let root = square_root(&self.covariance);
        let product = &root * &other.covariance * &root;
        // What rounding has made asymmetric would not be a symmetric matrix's eigenvalues.
        let product = (&product + product.transpose()) * 0.5;
        let cross: f64 = product.symmetric_eigenvalues().iter().map(|value| value.max(0.0).sqrt()).sum();
        let squared = (&self.mean - &other.mean).norm_squared() + self.covariance.trace() + other.covariance.trace() - 2.0 * cross;
        squared.max(0.0)
    }
}

/// C^½ of a covariance; eigenvalues that rounding has made negative are zero.
fn square_root(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    let SymmetricEigen { eigenvectors, eigenvalues } = covariance.clone().symmetric_eigen();
    let roots = eigenvalues.map(|value| value.max(0.0).sqrt());
    &eigenvectors * DMatrix::from_diagonal(&roots) * eigenvectors.transpose()
}

/// Squared Fréchet distances on the features of gander's classifier, to test examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frechet {
    /// Of samples.
    pub samples: f64,
    /// Of validation examples, which neither the generator nor the classifier has learnt from.
    pub held_out: f64,
    /// Rows that each Gaussian was fitted to: samples and validation examples; test examples are all there are.
    pub count: usize,
}

impl Frechet {
    /// Compares samples and held-out examples with test examples, by their features: as many of the first as of the second.
    /// # Panics
    /// if one has fewer than two rows.
    pub fn of(samples: Rows, held_out: Rows, test: Rows) -> Frechet {
        let count = samples.count().min(held_out.count());
        let test = Gaussian::fit(test);
        let distance = |rows: Rows| test.squared_distance(&Gaussian::fit(rows.first(count)));
        Frechet { samples: distance(samples), held_out: distance(held_out), count }
    }
}

impl fmt::Display for Frechet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Frechet { samples, held_out, count } = self;
        writeln!(f, "  Fréchet distance on its features (not FID) {samples:.3}, {count} held-out examples {held_out:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(mean: &[f64], covariance: &[f64]) -> Gaussian {
        let n = mean.len();
        Gaussian { mean: DVector::from_column_slice(mean), covariance: DMatrix::from_row_slice(n, n, covariance) }
    }

    #[track_caller]
    fn assert_distance(one: &Gaussian, other: &Gaussian, expected: f64) {
        for found in [one.squared_distance(other), other.squared_distance(one)] {
            assert!((found - expected).abs() < 1e-9 * (1.0 + expected), "{found}, expected {expected}");
        }
    }

    /// d² = |μ₁ − μ₂|² + Σ (σ₁ − σ₂)² where the axes are the same.
    #[test]
    fn diagonal_covariances_give_the_differences_of_means_and_deviations() {
        let one = gaussian(&[0.0, 1.0, -2.0], &[4.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.25]);
        let other = gaussian(&[3.0, 1.0, 0.0], &[1.0, 0.0, 0.0, 0.0, 16.0, 0.0, 0.0, 0.0, 0.25]);
        assert_distance(&one, &other, 9.0 + 4.0 + 1.0 + 1.0);
        assert_distance(&one, &one, 0.0);
    }

    /// Both have the axes (1, 1) and (1, −1): deviations 2 and 1 against 3 and 5.
    #[test]
    fn commuting_covariances_are_diagonal_along_other_axes() {
        let along = |a: f64, b: f64| [(a * a + b * b) / 2.0, (a * a - b * b) / 2.0, (a * a - b * b) / 2.0, (a * a + b * b) / 2.0];
        assert_distance(&gaussian(&[0.0, 0.0], &along(2.0, 1.0)), &gaussian(&[1.0, 0.0], &along(3.0, 5.0)), 1.0 + 1.0 + 16.0);
    }

    /// In two dimensions tr (A B)^½ = √(tr(AB) + 2·√det(AB)), whatever the axes.
    #[test]
    fn covariances_that_do_not_commute_give_the_closed_form_of_two_dimensions() {
        let (a, b) = ([2.0, 0.5, 0.5, 1.0], [1.0, -0.7, -0.7, 3.0]);
        let trace = a[0] * b[0] + a[1] * b[2] + a[2] * b[1] + a[3] * b[3];
        let determinant = (a[0] * a[3] - a[1] * a[2]) * (b[0] * b[3] - b[1] * b[2]);
        let expected = a[0] + a[3] + b[0] + b[3] - 2.0 * (trace + 2.0 * f64::sqrt(determinant)).sqrt();
        assert_distance(&gaussian(&[0.0, 0.0], &a), &gaussian(&[0.0, 0.0], &b), expected);
    }

    /// A point at the mean, and a line: only what is left of the other's variance counts.
    #[test]
    fn covariances_without_full_rank_are_no_obstacle() {
        let (point, line) = (gaussian(&[0.0, 0.0], &[0.0; 4]), gaussian(&[0.0, 2.0], &[9.0, 0.0, 0.0, 0.0]));
        assert_distance(&point, &line, 4.0 + 9.0);
        assert_distance(&line, &gaussian(&[0.0, 2.0], &[1.0, 0.0, 0.0, 1.0]), 4.0 + 1.0);
        let slanted = gaussian(&[0.0, 0.0], &[1.0, 1.0, 1.0, 1.0]);
        assert_distance(&slanted, &slanted, 0.0);
    }

    #[test]
    fn a_fit_has_the_mean_and_the_covariance_of_its_rows() {
        let values = [1.0, 2.0, 3.0, 6.0, 5.0, 4.0];
        let fitted = Gaussian::fit(Rows::new(&values, 2));
        // Deviations from (3, 4): (−2, −2), (0, 2), (2, 0).
        assert_eq!(fitted, gaussian(&[3.0, 4.0], &[4.0, 2.0, 2.0, 4.0]));
    }
}
