//! The Parzen window log-likelihood (Breuleux et al. 2011; the paper, section 5), to the letter of the published evaluation script.
//!
//! A Gaussian window of width σ sits on each of n samples s_j. For a point x of D dimensions
//! LL(x) = log 1/n Σ_j exp(−‖x − s_j‖²/2σ²) − D·ln(σ·√(2π)), in nats.
//! σ is the one of a grid, logspace(−1, 0, 10), under which a validation set is likeliest; reported is the mean over the test set, with its standard
//! error. The measure has "somewhat high variance and does not perform well in high dimensional spaces" (ibid.); calibration says what a number is worth.

use crate::error::Result;
use crate::eval::distances::{ParzenFold, Rows, Sizes};
use crate::plan::{Device, Recorder};
use serde::{Deserialize, Serialize};

/// Samples that the paper's protocol draws.
pub const SAMPLES: u32 = 10_000;
/// Validation examples by which σ is chosen (MNIST: the first 1,000 of the validation split).
pub const VALIDATION: usize = 1_000;
/// Widths in the grid.
const WIDTHS: usize = 10;
/// Steps by which a grid is widened at most: enough for σ from 10⁻⁶ to 10⁵.
const MOST_STEPS: usize = 45;

/// A mean, and how far it may be from what more examples would give.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The standard deviation (of the population, as numpy has it) over √count.
    pub standard_error: f64,
    /// How many numbers it is the mean of.
    pub count: usize,
}

impl Estimate {
    /// The mean of numbers and its standard error.
    pub fn of(values: &[f64]) -> Estimate {
        let count = values.len();
        let n = count.max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        Estimate { mean, standard_error: (variance / n).sqrt(), count }
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} ± {:.1}", self.mean, self.standard_error)
    }
}

/// Where in its grid the chosen σ lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Between others: the best there is.
    Inside,
    /// At the lower end: a smaller one may be better.
    LowerEdge,
    /// At the upper end: a larger one may be better.
    UpperEdge,
}

/// What to do when the best σ lies at an end of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// Take it, and say so: the published protocol.
    Published,
    /// Go on beyond that end, in the same steps, until one beyond is worse.
    Widened,
}

/// A Parzen window log-likelihood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The chosen width of the window.
    pub sigma: f64,
    /// Where in the grid it lies.
    pub place: Place,
    /// The mean validation log-likelihood at that width.
    pub validation: f64,
    /// The mean test log-likelihood, in nats.
    pub test: Estimate,
    /// Samples that windows sit on.
    pub samples: usize,
    /// Every width that was tried, with its validation log-likelihood.
    pub grid: Vec<(f64, f64)>,
}

/// The grid of the published script: logspace(−1, 0, 10), 0.1 to 1.
pub fn published_grid() -> Vec<f64> {
    (0..WIDTHS).map(|i| grid_at(i as i64)).collect()
}

/// The width number `i` of the grid continued to both sides.
fn grid_at(i: i64) -> f64 {
    10f64.powf(-1.0 + i as f64 / (WIDTHS - 1) as f64)
}

/// The log-likelihoods of points under windows on samples, per σ, per point, in nats.
/// # Errors
/// if the device fails.
pub async fn log_likelihoods(
    device: &mut dyn Device,
    fold: &ParzenFold,
    points: Rows<'_>,
    samples: Rows<'_>,
    sigmas: &[f64],
) -> Result<Vec<Vec<f64>>> {
    let mut logs = fold.log_sums(device, points, samples, sigmas).await?;
    let n = samples.count() as f64;
    for (logs, sigma) in logs.iter_mut().zip(sigmas) {
        let constant = n.ln() + points.dimensions as f64 * (sigma * std::f64::consts::TAU.sqrt()).ln();
        logs.iter_mut().for_each(|log| *log -= constant);
    }
    Ok(logs)
}

/// The whole protocol, prepared once for any number of sets of samples: σ by the validation set, the mean over the test set.
pub struct Protocol {
    chooser: Chooser,
    testing: ParzenFold,
}

/// The protocol's first half: σ by the validation set.
pub struct Chooser {
    fold: ParzenFold,
}

/// The width that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// σ.
    pub sigma: f64,
    /// Where in the grid it lies.
    pub place: Place,
    /// The mean validation log-likelihood at that width.
    pub validation: f64,
    /// Every width that was tried, with its validation log-likelihood.
    pub grid: Vec<(f64, f64)>,
}

impl Protocol {
    /// Prepares the protocol for these sets and so many samples; it serves others too, best when they are of about these sizes.
    /// # Errors
    /// if the device refuses a tensor or a kernel.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, valid: Rows<'_>, test: Rows<'_>, samples: usize) -> Result<Protocol> {
        let chooser = Chooser::new(device, rec, valid, samples)?;
        let sizes = Sizes { points: test.count(), references: samples, dimensions: test.dimensions };
        Ok(Protocol { chooser, testing: ParzenFold::new(device, rec, sizes, 1)? })
    }

    /// Scores samples.
    /// # Errors
    /// if the device fails.
    pub async fn score(&self, device: &mut dyn Device, samples: Rows<'_>, valid: Rows<'_>, test: Rows<'_>, grid: Grid) -> Result<Score> {
        let Chosen { sigma, place, validation, grid } = self.chooser.choose(device, samples, valid, grid).await?;
        let logs = log_likelihoods(device, &self.testing, test, samples, &[sigma]).await?;
        Ok(Score { sigma, place, validation, test: Estimate::of(&logs[0]), samples: samples.count(), grid })
    }

    /// Scores samples as the paper scores those of the Toronto Face Database: σ is chosen in each fold by its whole validation part, and the standard error
    /// is that of the folds' means.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// unless every fold has an example of either kind.
    pub async fn score_folds(&self, device: &mut dyn Device, samples: Rows<'_>, folds: &[HeldOut<'_>], grid: Grid) -> Result<Folds> {
        let mut scores = vec![];
        for fold in folds {
            scores.push(self.score(device, samples, fold.valid, fold.test, grid).await?);
        }
        let means: Vec<f64> = scores.iter().map(|score| score.test.mean).collect();
        Ok(Folds { test: Estimate::of(&means), scores })
    }
}

/// What one fold holds out.
#[derive(Clone, Copy, Debug)]
pub struct HeldOut<'a> {
    /// The examples by which σ is chosen.
    pub valid: Rows<'a>,
    /// The examples that are reported on.
    pub test: Rows<'a>,
}

impl Chooser {
    /// Prepares the choice for such a validation set and so many samples.
    /// # Errors
    /// if the device refuses a tensor or a kernel.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, valid: Rows<'_>, samples: usize) -> Result<Chooser> {
        let sizes = Sizes { points: valid.count(), references: samples, dimensions: valid.dimensions };
        Ok(Chooser { fold: ParzenFold::new(device, rec, sizes, WIDTHS)? })
    }

    /// The width under which the validation set is likeliest.
    /// # Errors
    /// if the device fails.
    pub async fn choose(&self, device: &mut dyn Device, samples: Rows<'_>, valid: Rows<'_>, grid: Grid) -> Result<Chosen> {
        let mut tried: Vec<(i64, f64)> = vec![];
        let mut first = 0;
        loop {
            let steps: Vec<i64> = (first..first + WIDTHS as i64).collect();
            let sigmas: Vec<f64> = steps.iter().map(|step| grid_at(*step)).collect();
            let logs = log_likelihoods(device, &self.fold, valid, samples, &sigmas).await?;
            tried.extend(steps.into_iter().zip(logs.iter().map(|logs| Estimate::of(logs).mean)));
            tried.sort_by_key(|(step, _)| *step);
            let best = best(&tried);
            let place = match best {
                0 => Place::LowerEdge,
                best if best + 1 == tried.len() => Place::UpperEdge,
                _ => Place::Inside,
            };
            if place == Place::Inside || grid == Grid::Published || tried.len() > MOST_STEPS {
                let (step, validation) = tried[best];
                let grid = tried.iter().map(|(step, mean)| (grid_at(*step), *mean)).collect();
                return Ok(Chosen { sigma: grid_at(step), place, validation, grid });
            }
            first = if place == Place::LowerEdge { tried[0].0 - WIDTHS as i64 } else { tried[best].0 + 1 };
        }
    }
}

/// Parzen window log-likelihoods, fold by fold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Folds {
    /// The mean over folds, with the standard error across them.
    pub test: Estimate,
    /// Each fold's own.
    pub scores: Vec<Score>,
}

/// The place of the largest number; of equal ones the first.
fn best(tried: &[(i64, f64)]) -> usize {
    let better = |best: usize, at: usize| if tried[at].1 > tried[best].1 { at } else { best };
    (0..tried.len()).fold(0, better)
}
