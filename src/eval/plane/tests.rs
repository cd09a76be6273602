//! Toy sets with known answers.

use super::*;
use crate::data::points::ring;

/// Uniform on four cells against uniform on two of them: m is 3/8 twice and 1/8 twice, and
/// JSD = ½·(½ ln ⅔ + ½ ln 2) + ½·ln 4/3 = ¾·ln 4/3.
#[test]
fn uniform_and_half_uniform_are_known_divergences_apart() {
    let apart = Divergences::between(&[1000; 4], &[2000, 2000, 0, 0]);
    assert!((apart.jsd - 0.75 * (4f64 / 3.0).ln()).abs() < 1e-12, "{apart:?}");
    // With half a count more in every cell: p = ¼, q = 2000.5/4002 and 0.5/4002.
    let (many, few): (f64, f64) = (2000.5 / 4002.0, 0.5 / 4002.0);
    let expected = 0.5 * (0.25 / many).ln() + 0.5 * (0.25 / few).ln();
    assert!((apart.kl_data_model - expected).abs() < 1e-12, "{apart:?}");
    let expected = 2.0 * many * (many / 0.25).ln() + 2.0 * few * (few / 0.25).ln();
    assert!((apart.kl_model_data - expected).abs() < 1e-12, "{apart:?}");
}

#[test]
fn equal_densities_are_no_way_apart_and_disjoint_ones_as_far_as_can_be() {
    let same = Divergences::between(&[10, 20, 0], &[100, 200, 0]);
    assert!(same.jsd.abs() < 1e-15, "{same:?}");
    let disjoint = Divergences::between(&[5, 0], &[0, 7]);
    assert!((disjoint.jsd - 2f64.ln()).abs() < 1e-15, "{disjoint:?}");
}

#[test]
fn a_histogram_counts_the_ends_inside_and_all_else_outside() {
    let region = [0.0, 1.0];
    let cells = Cells::over(Rows::new(&region, 1));
    let points = [0.0, 0.005, 0.0151, 0.999, 1.0, 1.001, -0.001, f32::INFINITY];
    let counts = cells.histogram(Rows::new(&points, 1));
    assert_eq!((counts.len(), counts[0], counts[1], counts[99], counts[100]), (101, 2, 1, 2, 3), "{counts:?}");
    let flat = [2.0, 0.0, 2.0, 1.0];
    let counts = Cells::over(Rows::new(&flat, 2)).histogram(Rows::new(&[2.0, 0.5, 2.1, 0.5], 2));
    assert_eq!((counts[50], counts[10_000]), (1, 1), "a region without extent is still one cell wide");
}

#[test]
fn modes_are_captured_by_one_sample_and_covered_by_a_tenth_of_their_share() {
    let modes = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
    // 100 samples: 60 on the first mode, 3 on the second, 4 on the third, the others far away or just too far.
    let mut samples = vec![];
    for (count, x) in [(60, [0.0, 0.0]), (3, [1.0, 0.029]), (4, [0.0, 0.97]), (20, [5.0, 5.0]), (13, [1.0, 0.031])] {
        (0..count).for_each(|_| samples.extend(x));
    }
    let coverage = Coverage::of(Rows::new(&samples, 2), Rows::new(&modes, 2), 0.01001);
    assert_eq!(coverage.near, [60, 3, 4]);
    assert_eq!((coverage.captured, coverage.covered), (3, 2), "a tenth of a third of 100 is more than 3");
    assert!((coverage.high_quality - 0.67).abs() < 1e-12);
}

/// P(within three deviations in the plane) = 1 − exp(−9/2) = 0.9889.
#[test]
fn the_ring_itself_covers_all_its_modes_in_high_quality() {
    let data = ring(5);
    let (training, test) = (data.rows(data.train.clone()), data.rows(data.test.clone()));
    let plane = Plane::of("ring", Rows::new(&test, 2), Rows::new(&training, 2), Rows::new(&test, 2));
    let coverage = plane.coverage.expect("the ring has modes");
    assert_eq!((coverage.captured, coverage.covered), (8, 8));
    let expected = 1.0 - (-4.5f64).exp();
    let five = 5.0 * (expected * (1.0 - expected) / coverage.count as f64).sqrt();
    assert!((coverage.high_quality - expected).abs() < five, "{}", coverage.high_quality);
    assert_eq!(plane.samples, plane.held_out);
    assert!(plane.samples.jsd < 0.05, "two samples of one density: {:?}", plane.samples);
}
