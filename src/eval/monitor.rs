//! What is watched while a game trains: how likely held-out data are, how near samples are to training examples and to each other, how far ahead D is.
//!
//! All of it is cheap and runs on the device that trains, between iterations: a thousand samples of noise that stays the same, a thousand validation
//! examples. The log-likelihood is the paper's protocol with a tenth of its samples, so it is lower than what `gander eval` finds; compare it with itself.

use crate::data::Dataset;
use crate::error::Result;
use crate::eval::classifier::{Classifier, Recipe};
use crate::eval::distances::{NearestFold, Rows, Sizes};
use crate::eval::modes::Look;
use crate::eval::neighbours::{median, median_of, nearest_by};
use crate::eval::parzen::{Chooser, Chosen, Grid, VALIDATION};
use crate::gan::{Metrics, State, Trainer};
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
    /// Classes that samples fall into at least a tenth as often as into all alike; 0 where no classifier is at hand.
    pub classes: f64,
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
    classifier: Option<Known>,
    prepared: Option<Prepared>,
    window: Window,
}

/// What a classifier of the data's labels has learnt, and how many classes it tells apart.
pub struct Known {
    /// What it has learnt.
    pub state: State,
    /// Classes.
    pub classes: u32,
}

/// What needs the device, made at the first reading: a game that ends before costs nothing.
struct Prepared {
    chooser: Chooser,
    to_training: NearestFold,
    to_each_other: NearestFold,
    classifier: Option<Classifier>,
    /// Median distances of validation examples: to training examples, and to each other.
    of_valid: [f64; 2],
}

impl Monitor {
    /// A monitor with a data set's validation examples, and a classifier if one is at hand; none if there are no validation examples.
    pub fn new(dataset: &Dataset, classifier: Option<Known>) -> Option<Monitor> {
        let some = |range: &std::ops::Range<u32>, most: u32| dataset.rows(range.start..range.end.min(range.start + most));
        let dimensions = dataset.dimensions() as usize;
        let (valid, training) = (some(&dataset.valid, VALIDATION as u32), some(&dataset.train, TRAINING));
        (!valid.is_empty()).then(|| Monitor { dimensions, valid, training, classifier, prepared: None, window: Window::default() })
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
        let prepared = self.prepared.as_mut().expect("made above");
        let classes = match &mut prepared.classifier {
            Some(classifier) => Look::at(&classifier.predict(device, rec, &samples).await?).classes_met() as f64,
            None => 0.0,
        };
        let (samples, valid) = (Rows::new(&samples, self.dimensions), Rows::new(&self.valid, self.dimensions));
        let Chosen { sigma, validation, .. } = prepared.chooser.choose(device, samples, valid, Grid::Published).await?;
        let [to_training, to_each_other] = prepared.medians(device, samples, Rows::new(&self.training, self.dimensions)).await?;
        Ok(Reading {
            valid_parzen: validation,
            sigma,
            neighbour_ratio: to_training / prepared.of_valid[0],
            spread: to_each_other / prepared.of_valid[1],
            classes,
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
            classifier: None,
            of_valid: [0.0; 2],
        };
        if let Some(Known { state, classes }) = &self.classifier {
            let mut classifier = Classifier::new(device, rec, &Recipe::published(), self.dimensions as u32, *classes)?;
            classifier.restore(device, state)?;
            prepared.classifier = Some(classifier);
        }
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
        Ok([median(&to_training), median_of(to_each_other)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::{Config, preset};
    use crate::host::HostDevice;

    #[test]
    fn a_reading_has_everything_and_classes_where_a_classifier_is_at_hand() {
        let settings = ["train.batch=16", "generator.layers.0.units=8", "discriminator.layers.0.units=4"].map(String::from);
        let config = Config::parse(preset("ring").unwrap().toml, &settings).unwrap();
        let dataset = crate::data::open(&crate::data::DataConfig::named("ring", 1), None).unwrap();
        let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset).unwrap();
        let (mut device, mut rec, classes) = (HostDevice::<f32>::new(), Recorder::new(), dataset.classes().unwrap());
        let untrained = Classifier::new(&mut device, &mut rec, &Recipe::published(), 2, classes).unwrap();
        let known = Known { state: pollster::block_on(untrained.state(&mut device)).unwrap(), classes };
        let mut with = Monitor::new(&dataset, Some(known)).unwrap();
        let row = Metrics { real_right: 1.0, fake_right: 0.5, g_gradient: 3.0, d_gradient: 2.0, ..Metrics::default() };
        with.note(&row);
        let reading = pollster::block_on(with.read(&mut trainer, 1)).unwrap();
        assert!((1.0..=8.0).contains(&reading.classes), "{reading:?}");
        assert_eq!((reading.saturation, reading.gradient_ratio), (0.75, 1.5));
        // An untrained G makes points near the middle of the ring: far from data, near to each other.
        assert!(reading.neighbour_ratio > 10.0 && reading.valid_parzen.is_finite(), "{reading:?}");
        let without = pollster::block_on(Monitor::new(&dataset, None).unwrap().read(&mut trainer, 1)).unwrap();
        assert_eq!(without, Reading { classes: 0.0, saturation: 0.0, gradient_ratio: 0.0, ..reading });
    }
}
