//! The density of x = G(z) on a line, in two ways: estimated from samples, and by a change of variables.
//!
//! **By a change of variables**, p_g(x) = Σ over branches p_z(z)/|dG/dz| with G(z) = x. G is asked on a fine grid of z and taken as linear between: every
//! piece is monotone, so its probability spreads evenly over the x it reaches, and overlapping pieces are the branches. That is exact for the interpolated
//! G when z is uniform; where G is smooth it is off by O(step²), and a rectifier's kink is off within one step. Where G is flat its mass is a point.
//!
//! **Estimated**, by a Gaussian kernel on samples, with Silverman's bandwidth. It needs no formula, but it widens everything by its bandwidth.

use crate::error::{Error, Result};
use crate::eval::cells::Axis;
use crate::gan::Noise;

/// How far a grid of Gaussian noise reaches: 6·10⁻⁷ of it lies beyond.
const REACH: f64 = 5.0;

/// Noise numbers in even steps, and the probability between each two neighbours.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The noise, from the lowest to the highest.
    pub z: Vec<f64>,
    /// The probability between z_i and z_i+1; they add up to 1.
    pub shares: Vec<f64>,
}

impl Steps {
    /// `count` numbers over the whole range of a prior: ±√3 of the uniform one, 0 to 1 of the unit hypercube, ±5 of the Gaussian.
    /// # Errors
    /// if the prior is no density on a line.
    pub fn new(noise: Noise, count: usize) -> Result<Steps> {
        let (middle, reach, density): (f64, f64, fn(f64) -> f64) = match noise {
            Noise::Uniform => (0.0, 3f64.sqrt(), |_| 1.0),
            Noise::Hypercube => (0.5, 0.5, |_| 1.0),
            Noise::Gaussian => (0.0, REACH, |z| (-0.5 * z * z).exp()),
            Noise::Spherical => {
                return Err(Error::Config("spherical noise of one number is ±1 and has no density; set prior.noise to uniform".into()));
            }
            Noise::Mixture => {
                return Err(Error::Config(
                    "the density of mixed noise is not worked out here; set prior.noise to uniform or gaussian".into(),
                ));
            }
        };
        let z: Vec<f64> = (0..count).map(|i| middle + reach * (2.0 * i as f64 / (count - 1) as f64 - 1.0)).collect();
        let raw: Vec<f64> = z.windows(2).map(|ends| density(0.5 * (ends[0] + ends[1]))).collect();
        let sum: f64 = raw.iter().sum();
        Ok(Steps { z, shares: raw.iter().map(|share| share / sum).collect() })
    }
}

/// The probability that x = G(z) lies in each cell, by a change of variables.   x: G at every z of the steps.
pub fn by_change_of_variables(steps: &Steps, x: &[f64], axis: &Axis) -> Vec<f64> {
    let mut cells = vec![0.0; axis.count];
    for (ends, share) in x.windows(2).zip(&steps.shares) {
        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let touched = axis.touched(low, high);
        if high - low <= f64::EPSILON * high.abs() || touched.len() == 1 {
            cells[touched.start] += share;
            continue;
        }
        let width = axis.width();
        for cell in touched.clone() {
            let left = if cell == touched.start { low } else { axis.low + cell as f64 * width };
            let right = if cell + 1 == touched.end { high } else { axis.low + (cell + 1) as f64 * width };
            cells[cell] += share * (right - left) / (high - low);
        }
    }
    cells
}

/// Places where G turns from rising to falling or back: 0 if it is monotone, and p_z/|dG/dz| has one branch only.
pub fn turns(x: &[f64]) -> usize {
    let slopes: Vec<f64> = x.windows(2).map(|ends| ends[1] - ends[0]).filter(|slope| *slope != 0.0).collect();
    slopes.windows(2).filter(|two| two[0] * two[1] < 0.0).count()
}

/// The density at every point, estimated by a Gaussian kernel: 1/n Σ_j N(x; s_j, h²).
///
/// h = 0.9·min(deviation, interquartile range/1.34)·n^(−1/5) (Silverman 1986, "Density estimation", equation 3.31).
pub fn estimate(samples: &[f32], points: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = samples.iter().map(|s| f64::from(*s)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let bandwidth = silverman(&sorted).max(f64::MIN_POSITIVE.sqrt());
    let scale = 1.0 / (sorted.len() as f64 * bandwidth * std::f64::consts::TAU.sqrt());
    // Beyond 8 bandwidths the kernel is below 2·10⁻¹⁴.
    let within = |x: f64| {
        let first = sorted.partition_point(|s| *s < x - 8.0 * bandwidth);
        let last = sorted.partition_point(|s| *s <= x + 8.0 * bandwidth);
        &sorted[first..last]
    };
    let density = |x: f64| within(x).iter().map(|s| (-0.5 * ((x - s) / bandwidth).powi(2)).exp()).sum::<f64>() * scale;
    points.iter().map(|x| density(*x)).collect()
}

fn silverman(sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    let deviation = (sorted.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
    let quartiles = sorted[sorted.len() * 3 / 4] - sorted[sorted.len() / 4];
    0.9 * deviation.min(quartiles / 1.34) * n.powf(-0.2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::mixture::Mixture;

    const AXIS: Axis = Axis { low: -4.0, high: 8.0, count: 600 };

    /// The probability of a cell from the cumulative distribution of x, for z uniform on ±√3.
    fn compare(what: &str, map: fn(f64) -> f64, cumulative: impl Fn(f64) -> f64, tolerance: f64) {
        let steps = Steps::new(Noise::Uniform, 4000).unwrap();
        let x: Vec<f64> = steps.z.iter().map(|z| map(*z)).collect();
        let found = by_change_of_variables(&steps, &x, &AXIS);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{what}: probabilities add up to 1");
        for (cell, found) in found.iter().enumerate() {
            let left = AXIS.low + cell as f64 * AXIS.width();
            let expected = cumulative(left + AXIS.width()) - cumulative(left);
            assert!((found - expected).abs() < tolerance, "{what}: cell at {left}: {found}, formula {expected}");
        }
    }

    const SPAN: f64 = 3.464_101_615_137_754_6;
    const END: f64 = SPAN / 2.0;

    #[test]
    fn a_monotone_map_has_the_density_of_its_formula() {
        compare("2z + 1", |z| 2.0 * z + 1.0, |x| ((x - 1.0) / 2.0).clamp(-END, END) / SPAN, 1e-12);
        // p(x) = p_z(log x)/x. The step is 9e-4; the chord of e^z is off by step²/8·e^z, here below 1e-6 of a cell's 0.02.
        compare("e^z", f64::exp, |x| if x > 0.0 { x.ln().clamp(-END, END) / SPAN } else { -END / SPAN }, 1e-5);
    }

    #[test]
    fn two_branches_add_up() {
        // z²: both ±√x lead to x. At the turn itself, x = 0, one step of z decides: √cell is 0.14, the step 9e-4.
        compare("z²", |z| z * z, |x| 2.0 * x.max(0.0).sqrt().min(END) / SPAN, 1e-5);
        assert_eq!(turns(&[1.0, 0.5, 0.5, 0.0, 0.7, 2.0]), 1);
        assert_eq!(turns(&[0.0, 1.0, 1.0, 2.0]), 0);
    }

    #[test]
    fn a_flat_map_is_a_point_mass() {
        // The point lies in the middle of a cell: on an edge it would belong to either.
        compare("max(z, 0) + 0.01", |z| z.max(0.0) + 0.01, |x| if x < 0.01 { 0.0 } else { 0.5 + (x - 0.01).min(END) / SPAN }, 1e-3);
    }

    #[test]
    fn gaussian_noise_through_a_line_stays_gaussian() {
        let steps = Steps::new(Noise::Gaussian, 4000).unwrap();
        let x: Vec<f64> = steps.z.iter().map(|z| 0.5 * z + 1.0).collect();
        let found = by_change_of_variables(&steps, &x, &AXIS);
        let p = Mixture::gaussian(&[1.0], &[0.5]);
        for (x, found) in AXIS.middles().iter().zip(found) {
            // The middle stands for the cell: width²/24·p'' is below 1e-4 of the density 0.8.
            assert!((found / AXIS.width() - p.density(&[*x])).abs() < 1e-3, "at {x}");
        }
        assert!(Steps::new(Noise::Spherical, 9).unwrap_err().to_string().contains("±1"));
    }

    #[test]
    fn the_unit_hypercube_of_one_number_is_the_line_from_0_to_1() {
        let steps = Steps::new(Noise::Hypercube, 5).unwrap();
        assert_eq!((steps.z, steps.shares), (vec![0.0, 0.25, 0.5, 0.75, 1.0], vec![0.25; 4]));
    }

    /// The estimate of N(1, 0.5²) is N(1, 0.5² + h²) on average; its standard error at the peak is √(p/(2√π·n·h)).
    #[test]
    fn an_estimate_is_the_density_widened_by_its_bandwidth() {
        let n = 20_000u32;
        let samples = Mixture::gaussian(&[1.0], &[0.5]).draw(n, 9);
        let h = 0.9 * 0.5 * f64::from(n).powf(-0.2);
        let widened = Mixture::gaussian(&[1.0], &[(0.25 + h * h).sqrt()]);
        let points = [0.0, 0.5, 1.0, 1.5, 2.0];
        for (x, found) in points.iter().zip(estimate(&samples, &points)) {
            let expected = widened.density(&[*x]);
            let error = (expected / (2.0 * std::f64::consts::PI.sqrt() * f64::from(n) * h)).sqrt();
            assert!((found - expected).abs() < 5.0 * error, "at {x}: {found}, expected {expected}, standard error {error}");
        }
    }
}
