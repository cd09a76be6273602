//! Which classes samples fall into, and how clear-cut they are, as a classifier of the data's own labels sees them.
//!
//! The score is the formula of the Inception score (Salimans et al. 2016, "Improved techniques for training GANs") with gander's own classifier in the
//! place of Inception: the two cannot be compared. Real examples under the same classifier say what a number is worth. A classifier has no class for
//! "no digit at all": a sample that looks like nothing is still counted somewhere, and may be counted with confidence.

use crate::eval::classifier::Predictions;
use serde::Serialize;
use std::fmt;

/// A class is missing if samples are in it less often than this part of how often real examples are.
pub const MISSING: f64 = 0.1;

/// What a classifier sees in rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Look {
    /// Rows that were looked at.
    pub count: usize,
    /// How many of them fall into each class.
    pub histogram: Vec<usize>,
    /// exp(mean KL(p(y|x) ‖ p(y))): from 1 to the number of classes.
    pub score: f64,
    /// Mean of the largest p(y|x).
    pub confidence: f64,
}

impl Look {
    /// Looks at predictions.
    /// # Panics
    /// if there are none.
    pub fn at(predictions: &Predictions) -> Look {
        let (count, classes) = (predictions.rows(), predictions.classes);
        assert!(count > 0, "there is nothing to look at");
        let n = count as f64;
        let rows = || predictions.probabilities.chunks_exact(classes);
        let mut histogram = vec![0; classes];
        (0..count).for_each(|row| histogram[predictions.class(row)] += 1);
        let mut marginal = vec![0.0; classes];
        rows().for_each(|p| marginal.iter_mut().zip(p).for_each(|(sum, p)| *sum += p / n));
        let divergence = |p: &[f64]| p.iter().zip(&marginal).map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum::<f64>();
        let score = (rows().map(divergence).sum::<f64>() / n).exp();
        let confidence = rows().map(|p| p.iter().copied().fold(0.0, f64::max)).sum::<f64>() / n;
        Look { count, histogram, score, confidence }
    }

    /// Classes that at least [`MISSING`] of an even share of rows fall into.
    pub fn classes_met(&self) -> usize {
        let least = MISSING * self.count as f64 / self.histogram.len() as f64;
        self.histogram.iter().filter(|count| **count as f64 >= least).count()
    }

    /// The share of rows in a class.
    fn share(&self, class: usize) -> f64 {
        self.histogram[class] as f64 / self.count as f64
    }
}

/// The classes of samples, beside those of real examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modes {
    /// The share of test examples that the classifier takes for another class than their label's.
    pub classifier_error: f64,
    /// What it sees in samples.
    pub samples: Look,
    /// What it sees in test examples.
    pub real: Look,
    /// Classes that real examples have and samples hardly: see [`MISSING`].
    pub missing: Vec<usize>,
    /// How often samples are what G was told, if it was told anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Obedience>,
}

/// How often the classifier takes samples of a conditional generator for what it was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Obedience {
    /// Of all samples.
    pub accuracy: f64,
    /// Of those that were told each class.
    pub by_class: Vec<f64>,
}

impl Obedience {
    /// Compares predictions with what was told, a label per row.
    /// # Panics
    /// if there is not one label per row.
    pub fn of(predictions: &Predictions, told: &[u32]) -> Obedience {
        assert!(predictions.rows() == told.len() && !told.is_empty(), "{} rows, {} labels", predictions.rows(), told.len());
        let classes = told.iter().max().map_or(0, |most| *most as usize + 1);
        let mut counts = vec![(0usize, 0usize); classes];
        for (row, label) in told.iter().map(|label| *label as usize).enumerate() {
            counts[label].0 += usize::from(predictions.class(row) == label);
            counts[label].1 += 1;
        }
        let right: usize = counts.iter().map(|(right, _)| right).sum();
        let share = |(right, all): &(usize, usize)| *right as f64 / (*all).max(1) as f64;
        Obedience { accuracy: right as f64 / told.len() as f64, by_class: counts.iter().map(share).collect() }
    }
}

impl Modes {
    /// Compares samples with test examples and their labels.
    /// # Panics
    /// if either is empty, or there is not one label per test example.
    pub fn of(samples: &Predictions, real: &Predictions, labels: &[u8]) -> Modes {
        let (classifier_error, samples, real) = (real.error(labels), Look::at(samples), Look::at(real));
        let missing = (0..real.histogram.len()).filter(|class| samples.share(*class) < MISSING * real.share(*class)).collect();
        Modes { classifier_error, samples, real, missing, told: None }
    }
}

impl fmt::Display for Modes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modes { classifier_error, samples, real, missing, told } = self;
        let classes = real.histogram.len();
        writeln!(f, "Classes, by gander's own classifier (error on test examples {:.2} %)", 100.0 * classifier_error)?;
        let mut row = |name: &str, look: &Look| -> fmt::Result {
            let shares: String = (0..classes).map(|class| format!(" {:5.1}", 100.0 * look.share(class))).collect();
            writeln!(f, "  {name:<15}{shares}  % of {}", look.count)
        };
        row("samples", samples)?;
        row("test examples", real)?;
        match &missing[..] {
            [] => writeln!(f, "  no class is missing: each has at least {MISSING} of its share among test examples")?,
            some => {
                let some: Vec<String> = some.iter().map(ToString::to_string).collect();
                writeln!(f, "  missing, with less than {MISSING} of their share among test examples: {}", some.join(", "))?;
            }
        }
        writeln!(
            f,
            "  classifier score {:.2}, test examples {:.2}, at most {classes} (not an Inception score)",
            samples.score, real.score
        )?;
        writeln!(f, "  mean confidence {:.3}, test examples {:.3}", samples.confidence, real.confidence)?;
        let Some(Obedience { accuracy, by_class }) = told else { return Ok(()) };
        let each: String = by_class.iter().map(|share| format!(" {:5.1}", 100.0 * share)).collect();
        writeln!(f, "  {:<15}{each}  % of samples are what G was told; {:.2} % of all", "told", 100.0 * accuracy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions(rows: &[[f64; 3]]) -> Predictions {
        Predictions { classes: 3, probabilities: rows.concat(), hidden: vec![], width: 0 }
    }

    #[test]
    fn even_and_sure_scores_the_number_of_classes_and_unsure_or_collapsed_scores_one() {
        let sure = Look::at(&predictions(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]));
        assert!((sure.score - 3.0).abs() < 1e-12 && sure.confidence == 1.0 && sure.histogram == [1, 1, 1], "{sure:?}");
        let unsure = Look::at(&predictions(&[[1.0 / 3.0; 3]; 4]));
        assert!((unsure.score - 1.0).abs() < 1e-12 && (unsure.confidence - 1.0 / 3.0).abs() < 1e-12, "{unsure:?}");
        let collapsed = Look::at(&predictions(&[[0.0, 1.0, 0.0]; 4]));
        assert!((collapsed.score - 1.0).abs() < 1e-12 && collapsed.histogram == [0, 4, 0], "{collapsed:?}");
    }

    /// p(y) = (3/4, 1/4, 0): KL of the first kind ln(4/3), of the second ln 4, in the shares 3/4 and 1/4.
    #[test]
    fn the_score_is_the_exponential_of_the_mean_divergence_from_the_marginal() {
        let look = Look::at(&predictions(&[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]));
        let expected = (0.75 * (4f64 / 3.0).ln() + 0.25 * 4f64.ln()).exp();
        assert!((look.score - expected).abs() < 1e-12, "{look:?}");
    }

    #[test]
    fn samples_are_held_against_what_was_told() {
        let seen = predictions(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let told = Obedience::of(&seen, &[0, 0, 1, 2]);
        assert_eq!((told.accuracy, &told.by_class[..]), (0.75, &[0.5, 1.0, 1.0][..]));
    }

    #[test]
    fn a_class_is_missing_below_a_tenth_of_its_real_share() {
        let real = predictions(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
        let mut rows = vec![[1.0, 0.0, 0.0]; 96];
        rows.extend([[0.0, 1.0, 0.0]; 4]);
        let modes = Modes::of(&predictions(&rows), &real, &[0, 0]);
        assert_eq!(
            (&modes.missing[..], modes.classifier_error),
            (&[1][..], 0.5),
            "4 % is less than a tenth of 50 %; nobody misses class 2"
        );
        rows[95] = [0.0, 1.0, 0.0];
        assert!(Modes::of(&predictions(&rows), &real, &[0, 1]).missing.is_empty(), "5 % is just enough");
    }
}
