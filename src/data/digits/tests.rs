//! Tests of `digits`.

use super::*;

fn bytes(dataset: &Dataset) -> &[u8] {
    match &dataset.values {
        Values::Bytes(bytes) => bytes,
        Values::Reals(_) => panic!("digits are bytes"),
    }
}

#[test]
fn one_seed_gives_the_same_bytes_and_these_are_they() {
    let dataset = digits(7, 50);
    assert_eq!(dataset, digits(7, 50));
    // Arithmetic is exactly rounded, so this holds on every platform. It changes only when the styles or the pen are changed on purpose.
    assert_eq!(dataset.checksum(), "d98b4739bd6dacbcf2c478a1d3b6167e28ed43bbcffc52a1a29e21e4cdcda1a3");
}

#[test]
fn an_example_does_not_depend_on_how_many_are_made() {
    assert_eq!(bytes(&digits(7, 50))[..20 * SIDE * SIDE], *bytes(&digits(7, 20)));
}

#[test]
fn another_seed_changes_every_example() {
    let (one, other) = (digits(1, 300), digits(2, 300));
    for (i, (a, b)) in bytes(&one).chunks(SIDE * SIDE).zip(bytes(&other).chunks(SIDE * SIDE)).enumerate() {
        assert_ne!(a, b, "example {i} is the same under both seeds");
    }
}

#[test]
fn every_class_is_a_tenth_of_the_examples() {
    let n = 5000;
    let dataset = digits(3, n);
    for digit in 0..10 {
        let count = dataset.labels.as_ref().unwrap().iter().filter(|label| **label == digit).count() as f64;
        // Binomial: five standard deviations.
        let (mean, deviation) = (f64::from(n) * 0.1, (f64::from(n) * 0.1 * 0.9).sqrt());
        assert!((count - mean).abs() < 5.0 * deviation, "digit {digit}: {count} of {n}");
    }
}

#[test]
fn the_ink_is_as_much_as_mnists() {
    let dataset = digits(4, 3000);
    let mean = bytes(&dataset).iter().map(|b| f64::from(*b)).sum::<f64>() / bytes(&dataset).len() as f64 / 255.0;
    // MNIST's training pixels: mean 0.1307.
    assert!((0.115..0.145).contains(&mean), "mean pixel {mean}");
    let blank = bytes(&dataset).iter().filter(|b| **b == 0).count() as f64 / bytes(&dataset).len() as f64;
    // MNIST: 0.809 of the pixels are 0.
    assert!((0.77..0.85).contains(&blank), "share of blank pixels {blank}");
}

#[test]
fn every_digit_stays_clear_of_the_edge_and_near_the_middle() {
    let dataset = digits(5, 3000);
    for (i, picture) in bytes(&dataset).chunks(SIDE * SIDE).enumerate() {
        let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
        for (at, &pixel) in picture.iter().enumerate() {
            let (column, row, ink) = (at % SIDE, at / SIDE, f64::from(pixel) / 255.0);
            mass += ink;
            x += ink * (column as f64 + 0.5);
            y += ink * (row as f64 + 0.5);
            let edge = column == 0 || row == 0 || column == SIDE - 1 || row == SIDE - 1;
            assert!(!edge || pixel < 160, "example {i}: pixel {pixel} at column {column}, row {row}");
        }
        assert!(mass > 15.0, "example {i} has next to no ink: {mass} pixels");
        let aside = ((x / mass - 14.0).powi(2) + (y / mass - 14.0).powi(2)).sqrt();
        assert!(aside < 4.0, "example {i}: centre of mass {aside} pixels from the middle");
    }
}

#[test]
fn the_splits_are_mnists() {
    let splits = |dataset: Dataset| (dataset.train, dataset.valid, dataset.test);
    assert_eq!(splits(digits(0, 70)), (0..50, 50..60, 60..70));
    assert_eq!(splits(digits(0, 1)), (0..1, 1..1, 1..1));
    let seventh = EXAMPLES / 7;
    assert_eq!((EXAMPLES - 2 * seventh, EXAMPLES - seventh), (50_000, 60_000));
}
