//! Everything that `gander eval` finds out, as it is printed and as `eval.json` holds it.

use crate::eval::by_class::{ByClass, OfClass};
use crate::eval::calibration::Calibration;
use crate::eval::critic::Bound;
use crate::eval::frechet::Frechet;
use crate::eval::modes::Modes;
use crate::eval::neighbours::Audit;
use crate::eval::parzen::{Folds, Place, Score};
use crate::eval::plane::Plane;
use crate::eval::space::Space;
use crate::eval::table1;
use serde::Serialize;
use std::fmt;

/// What was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subject {
    /// Where the samples come from: a run's folder, or a file.
    pub samples_of: String,
    /// The iteration of the generator, if it is a run's.
    pub iteration: Option<u64>,
    /// The seed of the noise, if samples were drawn.
    pub seed: Option<u32>,
    /// What trained the generator, if it is a run's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained: Option<Trained>,
    /// The data set.
    pub data: String,
    /// Its checksum.
    pub sha256: String,
    /// The device that evaluated.
    pub device: String,
    /// gander's version.
    pub version: &'static str,
}

/// What a generator comes of, as its checkpoint has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trained {
    /// The run's seed.
    pub seed: u32,
    /// The complete configuration, as TOML.
    pub config: String,
    /// The adapter, with its driver.
    pub device: String,
    /// gander's version, with its commit.
    pub version: String,
    /// What the data are known by; none in checkpoints that do not say so.
    pub data: Option<String>,
}

/// The findings, those that were asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// What was evaluated.
    pub subject: Subject,
    /// The label that each sample was told, if G is told any.
    #[serde(skip)]
    pub told: Option<Vec<u32>>,
    /// The Parzen window log-likelihood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parzen: Option<Score>,
    /// The same under the windows of each example's own class, if G is told classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_class: Option<ByClass>,
    /// The same across folds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folds: Option<Folds>,
    /// What such numbers are worth.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<Calibration>,
    /// Whether training examples are repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
    /// Classes, by gander's own classifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modes: Option<Modes>,
    /// The Fréchet distance on that classifier's features; no FID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frechet: Option<Frechet>,
    /// Modes and divergences of points in a plane or on a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plane: Option<Plane>,
    /// Precision, recall and support, in every space where they were looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spaces: Vec<Space>,
    /// How far apart a fresh critic finds the data and the generator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic: Option<Bound>,
}

impl Summary {
    /// Nothing found out yet.
    pub fn new(subject: Subject) -> Summary {
        let (parzen, folds, calibration, audit) = (None, None, vec![], None);
        Summary {
            subject,
            told: None,
            parzen,
            by_class: None,
            folds,
            calibration,
            audit,
            modes: None,
            frechet: None,
            plane: None,
            spaces: vec![],
            critic: None,
        }
    }
}

/// Width of the names in tables.
const NAMES: usize = 32;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { samples_of, iteration, data, device, .. } = &self.subject;
        let iteration = iteration.map_or(String::new(), |iteration| format!(", iteration {iteration}"));
        writeln!(f, "{samples_of}{iteration}, against `{data}`, on {device}")?;
        if let Some(score) = &self.parzen {
            self.table(f, score)?;
        }
        if let Some(by_class) = &self.by_class {
            write!(f, "\n{by_class}")?;
        }
        if let Some(folds) = &self.folds {
            writeln!(f, "\n  across {} folds, σ chosen in each: {} nats", folds.scores.len(), folds.test)?;
        }
        if let Some(audit) = &self.audit {
            write!(f, "\n{audit}")?;
        }
        if let Some(modes) = &self.modes {
            write!(f, "\n{modes}")?;
        }
        if let Some(frechet) = &self.frechet {
            write!(f, "{frechet}")?;
        }
        if let Some(plane) = &self.plane {
            write!(f, "\n{plane}")?;
        }
        self.spaces.iter().try_for_each(|space| write!(f, "\n{space}"))?;
        if let Some(critic) = &self.critic {
            write!(f, "\n{critic}")?;
        }
        Ok(())
    }
}

impl Summary {
    /// The log-likelihood among the paper's rows, and those that calibrate it.
    fn table(&self, f: &mut fmt::Formatter<'_>, score: &Score) -> fmt::Result {
        let Score { test, validation, samples, .. } = score;
        writeln!(f, "\nParzen window log-likelihood of {} test examples, in nats, windows on {samples} samples", test.count)?;
        let mut row = |name: &str, mean: f64, error: f64, remark: String| writeln!(f, "  {name:<NAMES$} {mean:8.1} ± {error:<5.1}{remark}");
        for (model, mean, error) in table1::rows(&self.subject.data) {
            row(model, mean, error, "  Table 1".into())?;
        }
        if let Some((model, mean, error)) = self.told.as_ref().and(table1::conditional_row(&self.subject.data)) {
            row(model, mean, error, "  Mirza and Osindero 2014".into())?;
        }
        row("these samples", test.mean, test.standard_error, format!("  {}, validation {validation:.1}", width(score)))?;
        for Calibration { stand_in, score } in &self.calibration {
            row(stand_in, score.test.mean, score.test.standard_error, format!("  {}", width(score)))?;
        }
        if let Some(ByClass { test, training_examples, .. }) = &self.by_class {
            row("these, by the example's class", test.mean, test.standard_error, "  log p(x | class), σ of each".into())?;
            row("training examples, by class", training_examples.mean, training_examples.standard_error, String::new())?;
        }
        if score.place != Place::Inside {
            writeln!(f, "  note: σ {:.4} lies at the edge of the grid, a better one may lie beyond; --widen looks there", score.sigma)?;
        }
        Ok(())
    }
}

impl fmt::Display for ByClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Test examples under the windows of their own class, in nats; in brackets: of as many training examples of the class")?;
        for OfClass { class, score, training_examples } in &self.classes {
            let Score { test, samples, .. } = score;
            let (width, count) = (width(score), test.count);
            writeln!(
                f,
                "  class {class:<3} {:>16}  ({training_examples})  {width}, {count} test examples, {samples} samples",
                test.to_string(),
                training_examples = training_examples.test
            )?;
        }
        Ok(())
    }
}

/// The chosen width, marked where it is the last of its grid.
fn width(score: &Score) -> String {
    let mark = match score.place {
        Place::Inside => "",
        Place::LowerEdge | Place::UpperEdge => " (edge of the grid)",
    };
    format!("σ {:.3}{mark}", score.sigma)
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Audit { samples, held_out, sample_median, held_out_median, ratio, threshold, close, flagged } = self;
        writeln!(
            f,
            "Distance to the nearest training example, median: {samples} samples {sample_median:.3}, {held_out} held-out examples {held_out_median:.3} (ratio {ratio:.2})"
        )?;
        let share = 100.0 * close.len() as f64 / *samples as f64;
        let verdict = match flagged {
            true => "more than chance explains: the generator may repeat training examples",
            false => "no more than chance explains",
        };
        writeln!(
            f,
            "  {} samples ({share:.1} %) lie closer than 1 % of held-out examples do (below {threshold:.3}): {verdict}",
            close.len()
        )?;
        if *flagged {
            let closest = close.iter().take(5).map(|(sample, near)| format!("{sample} at {:.3} from {}", near.distance, near.reference));
            writeln!(f, "  closest, as sample at distance from training example: {}", closest.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bound { iterations, count, value, standard_error, jsd_at_least } = self;
        writeln!(
            f,
            "A fresh critic, trained for {iterations} iterations, is worth V = {value:.4} ± {standard_error:.4} on {count} test examples and as many samples"
        )?;
        writeln!(
            f,
            "  so JSD(p_data ‖ p_g) is at least {jsd_at_least:.4} nats (± {:.4}; 0.693 is the most there can be)",
            standard_error / 2.0
        )
    }
}
