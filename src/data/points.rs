//! Two data sets that can be seen whole: `ring`, eight Gaussians in the plane, and `gaussian-1d`, the setting of the paper's Figure 1.
//! Both are drawn from a seed by Threefry, in f64, and rounded once to f32. They carry no pictures and no files.

use std::f64::consts::FRAC_1_SQRT_2;

use super::dataset::{Dataset, Shape, Values};
use super::draws::{Draws, Purpose};

/// Distance of each mode of `ring` from the origin; Metz et al. 2016, "Unrolled Generative Adversarial Networks", §3.1.
pub const RING_RADIUS: f64 = 2.0;
/// Standard deviation of a mode of `ring` in each dimension; ibid.
pub const RING_DEVIATION: f64 = 0.02;
/// Modes of `ring`; ibid. Mode k lies at the angle 2πk/8.
pub const RING_MODES: u32 = 8;

/// Mean of `gaussian-1d`. The paper gives no number for Figure 1; this one is two deviations from 0, where an untrained generator begins,
/// so that the two densities overlap and yet differ.
pub const GAUSSIAN_MEAN: f64 = 1.0;
/// Standard deviation of `gaussian-1d`; gander's choice, see [`GAUSSIAN_MEAN`].
pub const GAUSSIAN_DEVIATION: f64 = 0.5;

/// Training points of either set.
pub const TRAIN: u32 = 1 << 16;
/// Points for validation, and as many again for testing, of either set.
pub const HELD_OUT: u32 = 1 << 13;

/// All points of either set.
pub const EXAMPLES: u32 = TRAIN + 2 * HELD_OUT;

/// A point of `ring`.
pub const RING_SHAPE: Shape = Shape { width: 2, height: 1, channels: 1 };

/// A point of `gaussian-1d`.
pub const GAUSSIAN_SHAPE: Shape = Shape { width: 1, height: 1, channels: 1 };

/// Points on the unit circle at the angles 2πk/8, exact to the last bit on every platform.
const CIRCLE: [[f64; 2]; RING_MODES as usize] = {
    const S: f64 = FRAC_1_SQRT_2;
    [[1.0, 0.0], [S, S], [0.0, 1.0], [-S, S], [-1.0, 0.0], [-S, -S], [0.0, -1.0], [S, -S]]
};

/// Where the modes of `ring` lie, mode after mode.
#[must_use]
pub fn ring_modes() -> [[f32; 2]; RING_MODES as usize] {
    CIRCLE.map(|point| point.map(|x| (RING_RADIUS * x) as f32))
}

/// p(x) = 1/8 Σ_k N(x; 2·(cos 2πk/8, sin 2πk/8), 0.02²·I): 65,536 training points, 8,192 for validation, 8,192 for testing.
/// A point's label is its mode k.
#[must_use]
pub fn ring(seed: u32) -> Dataset {
    let draw = |i| {
        let mut draws = Draws::new(seed, Purpose::Ring, i);
        let mode = draws.below(RING_MODES);
        let [a, b] = draws.normals();
        let [x, y] = CIRCLE[mode as usize];
        ([(RING_RADIUS * x + RING_DEVIATION * a) as f32, (RING_RADIUS * y + RING_DEVIATION * b) as f32], mode as u8)
    };
    let (points, labels): (Vec<_>, Vec<_>) = (0..EXAMPLES).map(draw).unzip();
    assemble("ring", RING_SHAPE, points.into_flattened(), Some(labels))
}

/// p(x) = N(x; 1, 0.5²): 65,536 training points, 8,192 for validation, 8,192 for testing; no labels.
#[must_use]
pub fn gaussian_1d(seed: u32) -> Dataset {
    let draw = |i| {
        let [normal, _] = Draws::new(seed, Purpose::Gaussian, i).normals();
        (GAUSSIAN_MEAN + GAUSSIAN_DEVIATION * normal) as f32
    };
    assemble("gaussian-1d", GAUSSIAN_SHAPE, (0..EXAMPLES).map(draw).collect(), None)
}

fn assemble(name: &str, shape: Shape, values: Vec<f32>, labels: Option<Vec<u8>>) -> Dataset {
    Dataset {
        name: name.into(),
        shape,
        values: Values::Reals(values),
        labels,
        train: 0..TRAIN,
        valid: TRAIN..TRAIN + HELD_OUT,
        test: TRAIN + HELD_OUT..EXAMPLES,
        preprocess: None,
    }
    .checked()
    .expect("draws of 32 bits are finite, and the ranges divide it")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and standard deviation, in f64.
    fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        (mean, (values.map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
    }

    /// Five standard errors: of a mean, σ/√n; of a deviation, σ/√(2n).
    fn assert_normal(values: impl Iterator<Item = f64> + Clone, mean: f64, deviation: f64, what: &str) {
        let n = values.clone().count() as f64;
        let (m, d) = moments(values);
        assert!((m - mean).abs() < 5.0 * deviation / n.sqrt(), "{what}: mean {m}, expected {mean}");
        assert!((d - deviation).abs() < 5.0 * deviation / (2.0 * n).sqrt(), "{what}: deviation {d}, expected {deviation}");
    }

    #[test]
    fn each_mode_of_the_ring_is_a_gaussian_of_its_label() {
        let dataset = ring(1);
        let points: Vec<_> = (0..dataset.examples()).map(|i| dataset.example(i)).collect();
        for (k, [x, y]) in CIRCLE.into_iter().enumerate() {
            let of_mode = points.iter().zip(dataset.labels.as_ref().unwrap()).filter(|(_, label)| usize::from(**label) == k);
            assert_normal(of_mode.clone().map(|(p, _)| f64::from(p[0])), 2.0 * x, 0.02, "x");
            assert_normal(of_mode.clone().map(|(p, _)| f64::from(p[1])), 2.0 * y, 0.02, "y");
            let share = of_mode.count() as f64 / points.len() as f64;
            assert!((share - 0.125).abs() < 5.0 * (0.125 * 0.875 / points.len() as f64).sqrt(), "mode {k}: share {share}");
        }
    }

    #[test]
    fn the_circle_is_where_the_angles_say() {
        for (k, [x, y]) in CIRCLE.into_iter().enumerate() {
            let angle = std::f64::consts::TAU * k as f64 / 8.0;
            assert!((x - angle.cos()).abs() < 1e-15 && (y - angle.sin()).abs() < 1e-15, "mode {k}");
        }
    }

    #[test]
    fn the_gaussian_has_its_mean_its_deviation_and_its_tails() {
        let dataset = gaussian_1d(2);
        let Values::Reals(values) = &dataset.values else { panic!("points are reals") };
        assert_normal(values.iter().map(|x| f64::from(*x)), GAUSSIAN_MEAN, GAUSSIAN_DEVIATION, "gaussian-1d");
        // P(|x − μ| > 2σ) = 0.0455.
        let far = values.iter().filter(|x| (f64::from(**x) - GAUSSIAN_MEAN).abs() > 2.0 * GAUSSIAN_DEVIATION).count() as f64;
        let n = values.len() as f64;
        assert!((far / n - 0.0455).abs() < 5.0 * (0.0455 * 0.9545 / n).sqrt(), "share beyond two deviations: {}", far / n);
    }

    #[test]
    fn a_seed_repeats_itself_and_another_differs() {
        assert_eq!(ring(3), ring(3));
        let (one, other) = (gaussian_1d(3), gaussian_1d(4));
        let (Values::Reals(one), Values::Reals(other)) = (&one.values, &other.values) else { panic!("points are reals") };
        let same = one.iter().zip(other).filter(|(a, b)| a == b).count();
        assert!(same < 20, "{same} points are the same under two seeds");
    }
}
