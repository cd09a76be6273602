//! The log-likelihood of a conditional generator, class by class: log p(x | c) by Parzen windows on the samples that were told c.
//!
//! Each class is scored by the whole protocol of [`parzen`](crate::eval::parzen), with its own samples, validation and test examples, and a σ of its own.
//! Table 1 of Mirza and Osindero (2014) is another number: "1000 samples were drawn from each 10 class and a Gaussian Parzen window was fitted to these
//! samples", so all test examples lie under the windows of all classes, log p(x). Where no windows of other classes reach an example, and σ is the same,
//! log p(x | c) is higher by the logarithm of how many classes there are.

use crate::error::Result;
use crate::eval::distances::Rows;
use crate::eval::parzen::{Estimate, Grid, Protocol, Score, VALIDATION};
use crate::plan::{Device, Recorder};
use serde::Serialize;

/// Rows, and the label of each.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    rows: Rows<'a>,
    labels: &'a [u32],
}

impl<'a> Labelled<'a> {
    /// Rows with their labels.
    /// # Panics
    /// unless there is one label per row.
    pub fn new(rows: Rows<'a>, labels: &'a [u32]) -> Labelled<'a> {
        assert!(rows.count() == labels.len(), "{} rows, {} labels", rows.count(), labels.len());
        Labelled { rows, labels }
    }

    /// The first `most` rows of a class.
    fn of_class(&self, class: u32, most: usize) -> Vec<f32> {
        let rows = self.rows.iter().zip(self.labels).filter(|(_, label)| **label == class);
        rows.take(most).flat_map(|(row, _)| row.iter().copied()).collect()
    }
}

/// What classes are scored by.
#[derive(Clone, Copy, Debug)]
pub struct Sets<'a> {
    /// What was drawn, with what it was told.
    pub samples: Labelled<'a>,
    /// Examples that the generator learnt from: what a perfect one would draw.
    pub training: Labelled<'a>,
    /// Examples by which σ is chosen.
    pub valid: Labelled<'a>,
    /// Examples that are reported on.
    pub test: Labelled<'a>,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfClass {
    /// Its label.
    pub class: u32,
    /// The score of its samples.
    pub score: Score,
    /// That of as many training examples of the class.
    pub training_examples: Score,
}

/// Log-likelihoods under windows of the example's own class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByClass {
    /// Over the test examples of all classes.
    pub test: Estimate,
    /// The same, with as many training examples in the samples' place.
    pub training_examples: Estimate,
    /// Each class by itself; those without samples or without held-out examples are left out.
    pub classes: Vec<OfClass>,
}

/// Scores every class that has samples and held-out examples; none if no class has.
/// # Errors
/// if the device refuses a tensor or a kernel, or fails.
pub async fn score(device: &mut dyn Device, rec: &mut Recorder, sets: Sets<'_>, grid: Grid) -> Result<Option<ByClass>> {
    let dimensions = sets.samples.rows.dimensions;
    let mut classes = vec![];
    let last = sets.samples.labels.iter().max().copied().unwrap_or_default();
    let mut prepared: Option<Protocol> = None;
    for class in 0..=last {
        let samples = sets.samples.of_class(class, usize::MAX);
        let training = sets.training.of_class(class, samples.len() / dimensions);
        let (valid, test) = (sets.valid.of_class(class, VALIDATION), sets.test.of_class(class, usize::MAX));
        if [&samples, &training, &valid, &test].iter().any(|rows| rows.is_empty()) {
            continue;
        }
        let [samples, training, valid, test] = [&samples, &training, &valid, &test].map(|rows| Rows::new(rows, dimensions));
        let protocol = match prepared.take() {
            Some(protocol) => protocol,
            None => Protocol::new(device, rec, valid, test, samples.count())?,
        };
        let score = protocol.score(device, samples, valid, test, grid).await?;
        // The grid widens here: a row that stands beside others says nothing when its σ was cut off.
        let training_examples = protocol.score(device, training, valid, test, Grid::Widened).await?;
        classes.push(OfClass { class, score, training_examples });
        prepared = Some(protocol);
    }
    let pooled = |of: fn(&OfClass) -> Estimate| pooled(&classes.iter().map(of).collect::<Vec<_>>());
    let (test, training_examples) = (pooled(|class| class.score.test), pooled(|class| class.training_examples.test));
    Ok((!classes.is_empty()).then_some(ByClass { test, training_examples, classes }))
}

/// The estimate over the numbers of all parts, out of theirs.
fn pooled(parts: &[Estimate]) -> Estimate {
    let count: usize = parts.iter().map(|part| part.count).sum();
    let n = count.max(1) as f64;
    let mean = parts.iter().map(|part| part.count as f64 * part.mean).sum::<f64>() / n;
    // Σ (x - mean)² of a part: count times its variance, which is count times its squared standard error, and count times its own distance.
    let squares = |part: &Estimate| {
        let count = part.count as f64;
        (count * part.standard_error).powi(2) + count * (part.mean - mean).powi(2)
    };
    let variance = parts.iter().map(squares).sum::<f64>() / n;
    Estimate { mean, standard_error: (variance / n).sqrt(), count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_over_parts_is_that_over_all_their_numbers() {
        let numbers = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0, 6.0];
        let (all, parts) = (Estimate::of(&numbers), pooled(&[&numbers[..3], &numbers[3..4], &numbers[4..]].map(Estimate::of)));
        assert_eq!(parts.count, 8);
        assert!((parts.mean - all.mean).abs() < 1e-12 && (parts.standard_error - all.standard_error).abs() < 1e-12, "{parts:?}, {all:?}");
    }

    #[cfg(feature = "native")]
    #[test]
    fn a_class_is_scored_by_the_protocol_with_its_own_rows_alone() {
        use crate::host::HostDevice;

        // Points on a line near 0 and near 5, and a class that nothing is held out of.
        let values = |shift: f32| (0..12).map(|i| shift + 0.1 * i as f32 + if i % 3 == 1 { 5.0 } else { 0.0 }).collect::<Vec<f32>>();
        let [samples, training, valid, test] = [0.0, 0.03, 0.05, -0.02].map(values);
        let told: Vec<u32> = (0..12).map(|i| i % 3).collect();
        let held: Vec<u32> = (0..12).map(|i| if i % 3 == 2 { 0 } else { i % 3 }).collect();
        let of = |values, labels| Labelled::new(Rows::new(values, 1), labels);
        let sets = Sets { samples: of(&samples, &told), training: of(&training, &told), valid: of(&valid, &held), test: of(&test, &held) };
        let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
        let found = pollster::block_on(score(&mut device, &mut rec, sets, Grid::Published)).unwrap().unwrap();
        assert_eq!(found.classes.iter().map(|class| class.class).collect::<Vec<_>>(), [0, 1]);
        for OfClass { class, score, training_examples } in &found.classes {
            let pick = |values: &[f32], labels: &[u32]| -> Vec<f32> {
                values.iter().zip(labels).filter(|(_, label)| *label == class).map(|(value, _)| *value).collect()
            };
            let [samples, training] = [&samples, &training].map(|values| pick(values, &told));
            let [valid, test] = [&valid, &test].map(|values| pick(values, &held));
            let [samples, training, valid, test] = [&samples, &training, &valid, &test].map(|values| Rows::new(values, 1));
            let protocol = Protocol::new(&mut device, &mut rec, valid, test, samples.count()).unwrap();
            let alone = pollster::block_on(protocol.score(&mut device, samples, valid, test, Grid::Published)).unwrap();
            assert_eq!(*score, alone, "class {class}");
            let alone = pollster::block_on(protocol.score(&mut device, training, valid, test, Grid::Widened)).unwrap();
            assert_eq!(*training_examples, alone, "training examples of class {class}");
        }
        assert_eq!(found.test.count, 12);
        let none = Sets { samples: of(&samples[2..3], &told[2..3]), ..sets };
        assert_eq!(pollster::block_on(score(&mut device, &mut rec, none, Grid::Published)).unwrap(), None);
    }
}
