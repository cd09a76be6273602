//! Which of several games learns faster: the validation log-likelihood through training, over seeds, against iterations and against seconds.
//!
//! The log-likelihood is the monitor's (the paper's protocol with a tenth of its samples), so it is to be compared with itself only. A standard error is
//! that of a mean over seeds, s/√n with the n − 1 of an unbiased variance, for seeds are few.

use crate::eval::parzen::Estimate;
use serde::{Serialize, Serializer};
use std::fmt;

/// What was read off one run at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Iterations that were complete.
    pub iteration: u64,
    /// Seconds of training until then.
    pub seconds: f64,
    /// The mean validation log-likelihood, in nats.
    pub nats: f64,
}

/// What was read off all runs of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// What sets the configuration apart.
    pub name: String,
    /// In how many of them a number was no longer finite.
    pub broken: u32,
    /// What was read of each, in the order of seeds.
    pub moments: Vec<Vec<Moment>>,
}

impl Runs {
    /// No runs yet.
    pub fn of(name: &str) -> Runs {
        Runs { name: name.into(), broken: 0, moments: vec![] }
    }
}

/// What was read at one iteration, over all seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Iterations that were complete.
    pub iteration: u64,
    /// Seconds of training until then.
    pub seconds: OverSeeds,
    /// The validation log-likelihood, in nats.
    pub nats: OverSeeds,
}

/// A mean over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverSeeds(pub Estimate);

impl OverSeeds {
    /// The mean of one number per seed, and its standard error s/√n, which one seed does not tell.
    pub fn of(values: &[f64]) -> OverSeeds {
        let estimate = Estimate::of(values);
        let n = estimate.count as f64;
        OverSeeds(Estimate { standard_error: estimate.standard_error * (n / (n - 1.0)).sqrt(), ..estimate })
    }

    /// The standard error, if there are seeds enough to tell.
    pub fn error(&self) -> Option<f64> {
        Some(self.0.standard_error).filter(|error| error.is_finite())
    }

    /// The difference to another mean, and its standard error √(a² + b²).
    fn minus(&self, other: &OverSeeds) -> OverSeeds {
        let standard_error = self.0.standard_error.hypot(other.0.standard_error);
        OverSeeds(Estimate { mean: self.0.mean - other.0.mean, standard_error, count: self.0.count.min(other.0.count) })
    }
}

impl Serialize for OverSeeds {
    /// What is not finite is `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for OverSeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error() {
            Some(error) => f.pad(&format!("{:.1} ± {error:.1}", self.0.mean)),
            None => f.pad(&format!("{:.1}", self.0.mean)),
        }
    }
}

/// One configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// What sets it apart.
    pub name: String,
    /// How many seeds it was trained with.
    pub seeds: usize,
    /// In how many of these runs a number was no longer finite.
    pub broken: u32,
    /// What was read, as far as every seed has come.
    pub points: Vec<Point>,
    /// The last of it minus the first configuration's.
    pub ahead: Option<OverSeeds>,
    /// The first moment at which it is as likely as the first configuration is in the end.
    pub reaches: Option<Point>,
}

/// All configurations, the first of which the others are compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The configurations.
    pub arms: Vec<Arm>,
}

impl Comparison {
    /// Compares configurations by what was read off their runs, one per seed.
    pub fn of(runs: Vec<Runs>) -> Comparison {
        let mut arms: Vec<Arm> = runs.into_iter().map(Arm::of).collect();
        let level = arms.first().and_then(|first| first.end().copied());
        for arm in &mut arms {
            let Some(level) = level else { break };
            // One that broke has no end to be compared.
            arm.ahead = arm.end().filter(|_| arm.broken == 0).map(|end| end.nats.minus(&level.nats));
            arm.reaches = arm.points.iter().find(|point| point.nats.0.mean >= level.nats.0.mean).copied();
        }
        Comparison { arms }
    }
}

impl Arm {
    fn of(Runs { name, broken, moments: seeds }: Runs) -> Arm {
        let readings = seeds.iter().map(Vec::len).min().unwrap_or(0);
        let over = |number: fn(&Moment) -> f64, at: usize| OverSeeds::of(&seeds.iter().map(|seed| number(&seed[at])).collect::<Vec<_>>());
        let points = (0..readings).map(|at| Point {
            iteration: seeds[0][at].iteration,
            seconds: over(|moment| moment.seconds, at),
            nats: over(|moment| moment.nats, at),
        });
        Arm { name, seeds: seeds.len(), broken, points: points.collect(), ahead: None, reaches: None }
    }

    /// The last that was read.
    pub fn end(&self) -> Option<&Point> {
        self.points.last()
    }
}

impl fmt::Display for Comparison {
    /// A row for each configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.arms.iter().map(|arm| arm.name.chars().count()).max().unwrap_or(0).max(13);
        let columns = ["seeds", "iterations", "seconds", "nats", "ahead of the first", "as likely as it after"];
        let [seeds, iterations, seconds, nats, ahead, reaches] = columns;
        writeln!(f, "{:<width$}  {seeds:>5}  {iterations:>10}  {seconds:>14}  {nats:>16}  {ahead:>18}  {reaches}", "configuration")?;
        for arm in &self.arms {
            let Some(end) = arm.end() else {
                writeln!(f, "{:<width$}  {:>5}  nothing was read", arm.name, arm.seeds)?;
                continue;
            };
            let ahead = arm.ahead.filter(|_| !std::ptr::eq(arm, &self.arms[0])).map(|ahead| ahead.to_string()).unwrap_or_default();
            let reaches = match &arm.reaches {
                Some(point) => format!("{} iterations, {:.1} s", point.iteration, point.seconds.0.mean),
                None => "never".into(),
            };
            let broken = if arm.broken > 0 { format!("; {} not finite", arm.broken) } else { String::new() };
            let (name, seeds, iteration) = (&arm.name, arm.seeds, end.iteration);
            writeln!(
                f,
                "{name:<width$}  {seeds:>5}  {iteration:>10}  {:>14}  {:>16}  {ahead:>18}  {reaches}{broken}",
                end.seconds, end.nats
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs that did not break.
    fn whole(name: &str, moments: Vec<Vec<Moment>>) -> Runs {
        Runs { moments, ..Runs::of(name) }
    }

    /// A run that is read every ten iterations and every `pace` seconds.
    fn run(pace: f64, nats: &[f64]) -> Vec<Moment> {
        let moment = |(at, nats): (usize, &f64)| Moment { iteration: 10 * (at as u64 + 1), seconds: pace * (at + 1) as f64, nats: *nats };
        nats.iter().enumerate().map(moment).collect()
    }

    #[test]
    fn a_mean_over_seeds_has_the_standard_error_of_an_unbiased_variance() {
        let OverSeeds(estimate) = OverSeeds::of(&[1.0, 2.0, 6.0]);
        // s² = (4 + 1 + 9)/2 = 7.
        assert!(estimate.mean == 3.0 && (estimate.standard_error - (7.0f64 / 3.0).sqrt()).abs() < 1e-12, "{estimate:?}");
        assert_eq!(OverSeeds::of(&[4.0]).error(), None);
        assert_eq!((OverSeeds::of(&[4.0]).to_string(), OverSeeds::of(&[3.0, 5.0]).to_string()), ("4.0".into(), "4.0 ± 1.0".into()));
    }

    #[test]
    fn arms_are_compared_with_the_first_as_far_as_every_seed_has_come() {
        let slow = vec![run(1.0, &[0.0, 10.0, 20.0]), run(3.0, &[0.0, 20.0, 30.0, 99.0])];
        let fast = vec![run(0.5, &[5.0, 26.0, 34.0]), run(0.5, &[5.0, 26.0, 36.0])];
        let never = vec![run(1.0, &[f64::NEG_INFINITY, 1.0, 2.0]); 2];
        let comparison = Comparison::of(vec![whole("slow", slow), whole("fast", fast), Runs { broken: 1, ..whole("never", never) }]);
        let [slow, fast, never] = &comparison.arms[..] else { panic!("{comparison:?}") };
        let ends = [slow, fast, never].map(|arm| arm.end().unwrap().nats.0.mean);
        assert_eq!((ends, slow.points.len(), slow.points[2].seconds.0.mean), ([25.0, 35.0, 2.0], 3, 6.0));
        let ahead = fast.ahead.unwrap().0;
        // √(5² + 1²).
        assert!(ahead.mean == 10.0 && (ahead.standard_error - 26.0f64.sqrt()).abs() < 1e-12, "{ahead:?}");
        assert_eq!([slow, fast, never].map(|arm| arm.reaches.map(|point| point.iteration)), [Some(30), Some(20), None]);
        let table = comparison.to_string();
        assert!(
            table.contains("10.0 ± 5.1  20 iterations, 1.0 s") && table.contains("never; 1 not finite") && never.ahead.is_none(),
            "{table}"
        );
        assert_eq!(serde_json::to_value(&comparison).unwrap()["arms"][2]["points"][0]["nats"]["mean"], serde_json::Value::Null);
    }

    #[test]
    fn runs_of_which_nothing_was_read_are_named() {
        let table = Comparison::of(vec![whole("one", vec![vec![]]), whole("two", vec![run(1.0, &[3.0])])]).to_string();
        assert!(table.contains("one") && table.contains("nothing was read") && table.contains("3.0"), "{table}");
    }
}
