//! What few labels are worth with the help of a game: the test error of classifiers by the way they learn and the number of labels, over labelled subsets.
//!
//! A standard error is that of a mean over subsets, s/√n with the n − 1 of an unbiased variance. The difference to labels alone is taken subset by subset:
//! both ways have seen the same labelled examples, and their chance is that of the same seed.

use crate::eval::comparison::OverSeeds;
use crate::gan::semi::Way;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What one classifier came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it learnt.
    pub way: Way,
    /// Labelled examples.
    pub labels: u32,
    /// The seed of the labelled subset, and of the classifier's own chance.
    pub seed: u32,
    /// The share of held-out examples that it takes for another class than theirs.
    pub error: f64,
}

/// One way with one number of labels, over subsets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// How the classifiers learnt.
    pub way: Way,
    /// Labelled examples.
    pub labels: u32,
    /// The error in per cent.
    pub error: OverSeeds,
    /// By how much the same subsets alone are worse, in per cent of the examples.
    pub gain: Option<OverSeeds>,
}

/// All ways, by the number of labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FewLabels {
    /// The rows, in the order of labels and ways.
    pub rows: Vec<Row>,
}

impl FewLabels {
    /// The rows of these outcomes.
    pub fn of(outcomes: &[Outcome]) -> FewLabels {
        let mut keys: Vec<(u32, Way)> = outcomes.iter().map(|outcome| (outcome.labels, outcome.way)).collect();
        keys.sort_unstable();
        keys.dedup();
        FewLabels { rows: keys.into_iter().map(|(labels, way)| row(outcomes, labels, way)).collect() }
    }

    /// The rows of one way.
    pub fn of_way(&self, way: Way) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.way == way)
    }
}

fn row(outcomes: &[Outcome], labels: u32, way: Way) -> Row {
    let of = |way: Way| outcomes.iter().filter(move |outcome| outcome.labels == labels && outcome.way == way);
    let per_cent = |outcome: &Outcome| 100.0 * outcome.error;
    let alone = |seed: u32| of(Way::Alone).find(|outcome| outcome.seed == seed).map(per_cent);
    let gains: Vec<f64> = of(way).filter_map(|outcome| Some(alone(outcome.seed)? - per_cent(outcome))).collect();
    let gain = (way != Way::Alone && !gains.is_empty()).then(|| OverSeeds::of(&gains));
    Row { way, labels, error: OverSeeds::of(&of(way).map(per_cent).collect::<Vec<_>>()), gain }
}

impl fmt::Display for FewLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = Way::ALL.map(|way| way.name().len()).into_iter().max().unwrap_or_default();
        writeln!(f, "{:>6}  {:width$}  subsets  {:>12}  {:>24}", "labels", "", "error in %", "less than labels alone")?;
        for Row { way, labels, error, gain } in &self.rows {
            let gain = gain.map(|gain| gain.to_string()).unwrap_or_default();
            let line = format!("{labels:>6}  {:width$}  {:>7}  {error:>12}  {gain:>24}", way.name(), error.0.count);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(way: Way, labels: u32, errors: &[f64]) -> Vec<Outcome> {
        errors.iter().zip(1..).map(|(error, seed)| Outcome { way, labels, seed, error: *error }).collect()
    }

    #[test]
    fn errors_have_standard_errors_and_differences_are_those_of_the_same_subsets() {
        let mut all = outcomes(Way::Features, 100, &[0.10, 0.15, 0.20]);
        all.extend(outcomes(Way::Alone, 100, &[0.12, 0.17, 0.22]));
        all.extend(outcomes(Way::Alone, 20, &[0.5]));
        let table = FewLabels::of(&all);
        let keys: Vec<(u32, Way)> = table.rows.iter().map(|row| (row.labels, row.way)).collect();
        assert_eq!(keys, [(20, Way::Alone), (100, Way::Alone), (100, Way::Features)]);
        let Row { error, gain, .. } = table.rows[2];
        // Errors of 10, 15 and 20 %: s = 5.
        assert!((error.0.mean - 15.0).abs() < 1e-9 && (error.error().unwrap() - 5.0 / 3f64.sqrt()).abs() < 1e-9, "{error:?}");
        // Each subset alone is worse by 2 of 100.
        let gain = gain.unwrap();
        assert!((gain.0.mean - 2.0).abs() < 1e-9 && gain.error().unwrap() < 1e-9, "{gain:?}");
        assert!(table.rows[1].gain.is_none() && table.rows[0].error.error().is_none());
        let text = table.to_string();
        let last = text.lines().last().unwrap();
        assert!(last.starts_with("   100  D's features") && last.contains("15.0 ± 2.9") && last.ends_with("2.0 ± 0.0"), "{text}");
        assert_eq!(table.of_way(Way::Alone).map(|row| row.labels).collect::<Vec<_>>(), [20, 100]);
    }

    #[test]
    fn a_way_without_the_same_subsets_alone_has_no_difference() {
        let mut all = outcomes(Way::Game, 10, &[0.3, 0.4]);
        assert_eq!(FewLabels::of(&all).rows[0].gain, None);
        all.extend(outcomes(Way::Alone, 10, &[0.5]));
        assert_eq!(FewLabels::of(&all).rows[1].gain.unwrap().0.count, 1);
    }
}
