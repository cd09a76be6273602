//! Tests of `dataset`.

use super::*;

fn four_points() -> Dataset {
    Dataset {
        name: "four".into(),
        shape: Shape { width: 2, height: 1, channels: 1 },
        values: Values::Reals(vec![1.0, -1.0, 3.0, 0.5, 100.0, 100.0, -7.0, 2.0]),
        labels: Some(vec![0, 1, 2, 3]),
        train: 0..2,
        valid: 2..3,
        test: 3..4,
        preprocess: None,
    }
}

fn refusal(dataset: Dataset) -> String {
    match dataset.checked() {
        Err(Error::Data(message)) => message,
        other => panic!("expected a data error, got {other:?}"),
    }
}

#[test]
fn a_consistent_data_set_passes_and_counts_its_examples() {
    let dataset = four_points().checked().unwrap();
    assert_eq!((dataset.examples(), dataset.dimensions()), (4, 2));
    assert_eq!(dataset.example(3), [-7.0, 2.0]);
}

#[test]
fn the_training_mean_sees_the_training_range_alone() {
    assert_eq!(four_points().training_mean(), [2.0, -0.25]);
}

#[test]
fn a_byte_means_itself_over_255() {
    let values = Values::Bytes(vec![0, 255, 51, 255, 0, 0, 0, 0]);
    let dataset = Dataset { values, ..four_points() }.checked().unwrap();
    assert_eq!(dataset.example(1), [51.0 / 255.0, 1.0]);
    assert_eq!(dataset.training_mean(), [25.5 / 255.0, 1.0]);
}

#[test]
fn the_checksum_is_the_sha256_of_the_values() {
    // sha256 of the bytes 00 01 … 07, by sha256sum.
    let bytes = Dataset { values: Values::Bytes((0..8).collect()), ..four_points() };
    assert_eq!(bytes.checksum(), "8a851ff82ee7048ad09ec3847f1ddf44944104d2cbd17ef4e3db22c6785a0d45");
    let mut changed = four_points();
    changed.values = Values::Reals(vec![1.0, -1.0, 3.0, 0.5, 100.0, 100.0, -7.0, 2.000_000_2]);
    assert_ne!(changed.checksum(), four_points().checksum());
}

#[test]
fn parts_that_disagree_are_refused_with_both_facts() {
    let ragged = Dataset { values: Values::Reals(vec![0.0; 7]), ..four_points() };
    assert_eq!(refusal(ragged), "data set `four`: 7 numbers are not a whole number of examples of 2");

    let labels = Dataset { labels: Some(vec![0; 3]), ..four_points() };
    assert_eq!(refusal(labels), "data set `four`: 3 labels for 4 examples");

    let beyond = Dataset { test: 3..5, ..four_points() };
    assert_eq!(refusal(beyond), "data set `four`: test is 3..5, but there are 4 examples");

    let leak = Dataset { valid: 1..3, ..four_points() };
    assert_eq!(refusal(leak), "data set `four`: train 0..2 overlaps valid 1..3");

    let idle = Dataset { train: 0..0, ..four_points() };
    assert_eq!(refusal(idle), "data set `four`: nothing to train on among 4 examples");

    let hollow = Dataset { shape: Shape { width: 2, height: 0, channels: 1 }, ..four_points() };
    assert!(refusal(hollow).contains("an example of 2×0×1 numbers"));

    let infinite = Dataset { values: Values::Reals(vec![0.0, 0.0, 0.0, f32::NAN]), labels: None, valid: 0..0, test: 0..0, ..four_points() };
    assert_eq!(refusal(infinite), "data set `four`: example 1 holds NaN; every number must be finite");
}
