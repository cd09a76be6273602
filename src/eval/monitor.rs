//! What is watched while a game trains: how likely held-out data are, how near samples are to training examples and to each other, how far ahead D is.
//!
//! All of it is cheap and runs on the device that trains, between iterations: a thousand samples of noise that stays the same, a thousand validation
//! examples. The log-likelihood is the paper's protocol with a tenth of its samples, so it is lower than what `gander eval` finds; compare it with itself.

use crate::data::Dataset;
use crate::error::Result;
use crate::eval::distances::{NearestFold, Rows, Sizes};
use crate::eval::neighbours::{median_distance, nearest_by};
use crate::eval::parzen::{Chooser, Chosen, Grid, VALIDATION};
use crate::gan::{Metrics, Trainer};
use crate::plan::{Device, Recorder};

/// Samples that are drawn for each reading.
const SAMPLES: u32 = 1000;
/// Samples whose neighbours are looked for.
const LOOKED_FOR: usize = 200;
/// Training examples among which they are looked for.
const TRAINING: u32 = 10_000;

/// What was read off a game at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Iterations that were complete.
    pub iteration: u64,
    /// The mean Parzen window log-likelihood of validation examples, in nats; infinitely low where samples are not finite.
    pub valid_parzen: f64,
    /// The width of its windows.
    pub sigma: f64,
    /// The median distance of samples to their nearest training example, over that of validation examples.
    pub neighbour_ratio: f64,
    /// The median distance of samples to their nearest other sample, over that of validation examples: near 0 where G always makes the same.
    pub spread: f64,
    /// D's saturation: the share of examples, real and forged, that D judged right since the reading before.
    pub saturation: f64,
    /// The mean norm of G's gradient over that of D's since the reading before.
    pub gradient_ratio: f64,
}

/// Sums over the iterations between two readings.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    rows: f64,
    right: f64,
    gradient_ratio: f64,
}

impl Window {
    fn add(&mut self, row: &Metrics) {
        self.rows += 1.0;
        self.right += f64::from(row.real_right + row.fake_right) / 2.0;
        self.gradient_ratio += f64::from(row.g_gradient) / f64::from(row.d_gradient).max(f64::MIN_POSITIVE);
    }

    fn mean(&self, sum: f64) -> f64 {
        if self.rows > 0.0 { sum / self.rows } else { 0.0 }
    }
}

/// Reads a game again and again.
pub struct Monitor {
    dimensions: usize,
    valid: Vec<f32>,
    training: Vec<f32>,
    prepared: Option<Prepared>,
    window: Window,
}

/// What needs the device, made at the first reading: a game that ends before costs nothing.
struct Prepared {
    chooser: Chooser,
    to_training: NearestFold,
    to_each_other: NearestFold,
    /// Median distances of validation examples: to training examples, and to each other.
    of_valid: [f64; 2],
}

impl Monitor {
    /// A monitor with a data set's validation examples; none if it has no validation examples.
    pub fn new(dataset: &Dataset) -> Option<Monitor> {
        let some = |range: &std::ops::Range<u32>, most: u32| dataset.rows(range.start..range.end.min(range.start + most));
        let dimensions = dataset.dimensions() as usize;
        let (valid, training) = (some(&dataset.valid, VALIDATION as u32), some(&dataset.train, TRAINING));
        (!valid.is_empty()).then(|| Monitor { dimensions, valid, training, prepared: None, window: Window::default() })
    }

    /// Takes note of an iteration's metrics.
    pub fn note(&mut self, row: &Metrics) {
        self.window.add(row);
    }

    /// Reads the game as it is now. Samples are those of the first noise vectors of `seed`.
    /// # Errors
    /// if the device refuses a tensor or a kernel, or fails.
    pub async fn read(&mut self, trainer: &mut Trainer, seed: u32) -> Result<Reading> {
        let samples = trainer.samples(SAMPLES, seed).await?;
        let window = std::mem::take(&mut self.window);
        let so_far = Reading {
            iteration: trainer.iteration(),
            saturation: window.mean(window.right),
            gradient_ratio: window.mean(window.gradient_ratio),
            ..Reading::default()
        };
        if samples.iter().any(|value| !value.is_finite()) {
            return Ok(Reading { valid_parzen: f64::NEG_INFINITY, ..so_far });
        }
        let (device, rec) = trainer.workbench();
        if self.prepared.is_none() {
            self.prepared = Some(self.prepare(device, rec).await?);
        }
        let prepared = self.prepared.as_ref().expect("made above");
        let (samples, valid) = (Rows::new(&samples, self.dimensions), Rows::new(&self.valid, self.dimensions));
        let Chosen { sigma, validation, .. } = prepared.chooser.choose(device, samples, valid, Grid::Published).await?;
        let [to_training, to_each_other] = prepared.medians(device, samples, Rows::new(&self.training, self.dimensions)).await?;
        Ok(Reading {
            valid_parzen: validation,
            sigma,
            neighbour_ratio: to_training / prepared.of_valid[0],
            spread: to_each_other / prepared.of_valid[1],
            ..so_far
        })
    }

    async fn prepare(&self, device: &mut dyn Device, rec: &mut Recorder) -> Result<Prepared> {
        let (valid, training) = (Rows::new(&self.valid, self.dimensions), Rows::new(&self.training, self.dimensions));
        let sizes = |points, references| Sizes { points, references, dimensions: self.dimensions };
        let mut prepared = Prepared {
            chooser: Chooser::new(device, rec, valid, SAMPLES as usize)?,
            to_training: NearestFold::new(device, rec, sizes(LOOKED_FOR, training.count()))?,
            to_each_other: NearestFold::new(device, rec, sizes(LOOKED_FOR, valid.count().max(SAMPLES as usize)))?,
            of_valid: [0.0; 2],
        };
        prepared.of_valid = prepared.medians(device, valid, training).await?;
        Ok(prepared)
    }
}

impl Prepared {
    /// The median distance of the first points to their nearest training example, and to their nearest other point.
    async fn medians(&self, device: &mut dyn Device, points: Rows<'_>, training: Rows<'_>) -> Result<[f64; 2]> {
        let first = points.first(LOOKED_FOR);
        let to_training = nearest_by(device, &self.to_training, first, training).await?;
        let near = self.to_each_other.nearest(device, first, points).await?;
        let others = near.iter().enumerate().filter_map(|(i, near)| near.iter().find(|near| near.reference != i));
        let to_each_other: Vec<f64> = others.map(|near| near.squared.sqrt()).collect();
        Ok([median_distance(to_training.iter().map(|near| near.distance).collect()), median_distance(to_each_other)])
    }
}
