//! Mixtures of Gaussians: densities that are known, to hold D and G against.

use crate::data::draws::{Draws, Purpose};
use crate::data::points::{GAUSSIAN_DEVIATION, GAUSSIAN_MEAN};

/// One Gaussian with independent coordinates, and its share of the mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its share; those of a mixture add up to 1.
    pub share: f64,
    /// Its mean, one number per dimension.
    pub mean: Vec<f64>,
    /// Its standard deviation in each dimension.
    pub deviation: Vec<f64>,
}

/// p(x) = Σ_k share_k Π_d N(x_d; mean_kd, deviation_kd²).
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture(
    /// The Gaussians, at least one, all of one dimension.
    pub Vec<Component>,
);

impl Mixture {
    /// One Gaussian.
    pub fn gaussian(mean: &[f64], deviation: &[f64]) -> Mixture {
        Mixture(vec![Component { share: 1.0, mean: mean.into(), deviation: deviation.into() }])
    }

    /// p_data of a data set on a line, where its formula is known.
    pub fn of_line(set: &str) -> Option<Mixture> {
        (set == "gaussian-1d").then(|| Mixture::gaussian(&[GAUSSIAN_MEAN], &[GAUSSIAN_DEVIATION]))
    }

    /// Numbers in a point.
    pub fn dimensions(&self) -> usize {
        self.0[0].mean.len()
    }

    /// p(x).
    pub fn density(&self, x: &[f64]) -> f64 {
        let normal = |x: f64, mean: f64, deviation: f64| {
            let t = (x - mean) / deviation;
            (-0.5 * t * t).exp() / (deviation * std::f64::consts::TAU.sqrt())
        };
        let one = |c: &Component| (0..x.len()).map(|d| normal(x[d], c.mean[d], c.deviation[d])).product::<f64>() * c.share;
        self.0.iter().map(one).sum()
    }

    /// Where nearly all of it lies in dimension `d`: so many deviations beyond the outermost means.
    pub fn extent(&self, d: usize, deviations: f64) -> (f64, f64) {
        let low = self.0.iter().map(|c| c.mean[d] - deviations * c.deviation[d]).fold(f64::INFINITY, f64::min);
        let high = self.0.iter().map(|c| c.mean[d] + deviations * c.deviation[d]).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    }

    /// Points drawn from it, always the same for a seed.   count×dimensions, row by row.
    pub fn draw(&self, count: u32, seed: u32) -> Vec<f32> {
        (0..count).flat_map(|point| self.point(&mut Draws::new(seed, Purpose::Mixture, point))).collect()
    }

    fn point(&self, draws: &mut Draws) -> Vec<f32> {
        let mut left = f64::from(draws.uniform(0.0, 1.0));
        let chosen = self.0.iter().find(|c| {
            left -= c.share;
            left < 0.0
        });
        let c = chosen.unwrap_or(&self.0[self.0.len() - 1]);
        (0..c.mean.len()).map(|d| (c.mean[d] + c.deviation[d] * draws.normals()[0]) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_draws_what_its_density_says() {
        let component = |share, mean: [f64; 2], deviation: [f64; 2]| Component { share, mean: mean.into(), deviation: deviation.into() };
        let mixture = Mixture(vec![component(0.25, [-2.0, 0.0], [0.5, 1.0]), component(0.75, [2.0, 1.0], [0.5, 0.1])]);
        let n = 40_000;
        let points = mixture.draw(n, 3);
        let mean = |d: usize| points.chunks(2).map(|point| f64::from(point[d])).sum::<f64>() / f64::from(n);
        // Var x = 0.25 + 0.25·0.75·16 = 3.25; Var y = 0.25·1 + 0.75·0.01 + 0.25·0.75 < 0.5. Five standard errors.
        assert!((mean(0) - 1.0).abs() < 5.0 * (3.25 / f64::from(n)).sqrt(), "{}", mean(0));
        assert!((mean(1) - 0.75).abs() < 5.0 * (0.5 / f64::from(n)).sqrt(), "{}", mean(1));
        let left = points.chunks(2).filter(|point| point[0] < 0.0).count() as f64 / f64::from(n);
        assert!((left - 0.25).abs() < 5.0 * (0.25 * 0.75 / f64::from(n)).sqrt(), "{left}");
    }

    #[test]
    fn a_density_is_its_formula() {
        let p = Mixture::gaussian(&[1.0, -1.0], &[0.5, 2.0]).density(&[1.5, 1.0]);
        let expected = (-0.5f64 - 0.5).exp() / (std::f64::consts::TAU * 0.5 * 2.0);
        assert!((p - expected).abs() < 1e-15, "{p} {expected}");
        assert_eq!(Mixture::gaussian(&[1.0], &[0.5]).extent(0, 4.0), (-1.0, 3.0));
    }
}
