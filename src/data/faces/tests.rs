//! Tests of `faces`.

use super::*;

const PIXELS: usize = SIDE * SIDE;

fn bytes(dataset: &Dataset) -> &[u8] {
    match &dataset.values {
        Values::Bytes(bytes) => bytes,
        Values::Reals(_) => panic!("faces are bytes"),
    }
}

#[test]
fn one_seed_gives_the_same_bytes_and_these_are_they() {
    let dataset = faces(7, 50);
    assert_eq!(dataset, faces(7, 50));
    // Arithmetic is exactly rounded, so this holds on every platform. It changes only when faces are drawn otherwise on purpose.
    assert_eq!(dataset.checksum(), "5595814c829a1ec1dab26a6c6571bcafb21679612399bc3fc6a77a1462d84ff6");
}

#[test]
fn an_example_does_not_depend_on_how_many_are_made() {
    assert_eq!(bytes(&faces(7, 50))[..20 * PIXELS], *bytes(&faces(7, 20)));
}

#[test]
fn another_seed_changes_every_example() {
    let (one, other) = (faces(1, 100), faces(2, 100));
    for (i, (a, b)) in bytes(&one).chunks(PIXELS).zip(bytes(&other).chunks(PIXELS)).enumerate() {
        assert_ne!(a, b, "example {i} is the same under both seeds");
    }
}

#[test]
fn every_expression_is_a_seventh_of_the_examples() {
    let n = 2100;
    let dataset = faces(3, n);
    for class in 0..7 {
        let count = dataset.labels.as_ref().unwrap().iter().filter(|label| **label == class).count() as f64;
        // Binomial: five standard deviations.
        let (mean, deviation) = (f64::from(n) / 7.0, (f64::from(n) * 6.0 / 49.0).sqrt());
        assert!((count - mean).abs() < 5.0 * deviation, "class {class}: {count} of {n}");
    }
}

#[test]
fn expressions_can_be_told_from_the_pixels() {
    // Each test face, its mean and contrast set to 0 and 1, is said to have the expression of the mean training face that it is most like.
    let dataset = faces(4, 2400);
    let labels = dataset.labels.as_ref().unwrap();
    let normed: Vec<Vec<f64>> = bytes(&dataset)
        .chunks(PIXELS)
        .map(|face| {
            let mean = face.iter().map(|b| f64::from(*b)).sum::<f64>() / PIXELS as f64;
            let deviation = (face.iter().map(|b| (f64::from(*b) - mean).powi(2)).sum::<f64>() / PIXELS as f64).sqrt();
            face.iter().map(|b| (f64::from(*b) - mean) / deviation).collect()
        })
        .collect();
    let (train, test) = (dataset.train.start as usize..dataset.train.end as usize, dataset.test.start as usize..dataset.test.end as usize);
    let mut means = vec![vec![0.0; PIXELS]; 7];
    for i in train.clone() {
        let of = train.clone().filter(|j| labels[*j] == labels[i]).count() as f64;
        means[labels[i] as usize].iter_mut().zip(&normed[i]).for_each(|(mean, x)| *mean += x / of);
    }
    let distance = |i: usize, class: usize| means[class].iter().zip(&normed[i]).map(|(mean, x)| (mean - x).powi(2)).sum::<f64>();
    let right = test.clone().filter(|&i| (0..7).min_by(|a, b| distance(i, *a).total_cmp(&distance(i, *b))) == Some(labels[i] as usize));
    let share = right.count() as f64 / test.len() as f64;
    // Chance is 1/7, with a standard deviation of √(1/7·6/7/200) = 0.025.
    assert!(share > 1.0 / 7.0 + 5.0 * 0.025, "right in {share}");
}

#[test]
fn faces_are_neither_blank_nor_drowned() {
    let dataset = faces(5, 1000);
    for (i, face) in bytes(&dataset).chunks(PIXELS).enumerate() {
        let mean = face.iter().map(|b| f64::from(*b)).sum::<f64>() / PIXELS as f64;
        let deviation = (face.iter().map(|b| (f64::from(*b) - mean).powi(2)).sum::<f64>() / PIXELS as f64).sqrt();
        let clipped = face.iter().filter(|b| **b == 0 || **b == 255).count() as f64 / PIXELS as f64;
        assert!(
            deviation > 12.0 && clipped < 0.75,
            "example {i}: standard deviation {deviation}, {clipped} of the pixels at an end of the range"
        );
    }
}

#[test]
fn the_splits_keep_their_proportions() {
    let splits = |dataset: Dataset| (dataset.train, dataset.valid, dataset.test);
    assert_eq!(splits(faces(0, 24)), (0..20, 20..22, 22..24));
    assert_eq!(splits(faces(0, 1)), (0..1, 1..1, 1..1));
    let twelfth = EXAMPLES / 12;
    assert_eq!((EXAMPLES - 2 * twelfth, EXAMPLES - twelfth), (TRAIN.end, 33_000));
}
