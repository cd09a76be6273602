//! Every number of labels, every way to learn, every subset: one classifier each, trained and judged.

use super::kept::Kept;
use super::{HeldOut, Options, Subject};
use crate::cli::adapter::{self, Opened};
use crate::cli::wait::wait;
use crate::data::{Dataset, Shape};
use crate::error::Result;
use crate::eval::semi::Outcome;
use crate::gan::semi::{Features, Learner, Recipe, SemiGame, Way, labelled};
use crate::nn::{Extent, LayerSpec};
use crate::plan::{Device, Recorder};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Instant;

/// What all classifiers share.
pub(super) struct Trials<'a> {
    options: &'a Options,
    subject: &'a Subject,
    recipe: &'a Recipe,
    dataset: &'a Dataset,
    held_out: &'a HeldOut,
    start: Instant,
}

impl<'a> Trials<'a> {
    pub fn new(options: &'a Options, subject: &'a Subject, recipe: &'a Recipe, dataset: &'a Dataset, held_out: &'a HeldOut) -> Trials<'a> {
        Trials { options, subject, recipe, dataset, held_out, start: Instant::now() }
    }

    /// The seeds of all subsets.
    fn seeds(&self) -> impl Iterator<Item = u32> + use<> {
        let first = self.options.seed;
        (0..self.options.subsets).map(move |subset| first.wrapping_add(subset))
    }

    /// Whether an outcome is among those that are asked for.
    pub fn asks_for(&self, outcome: &Outcome) -> bool {
        let Options { labels, .. } = self.options;
        labels.contains(&outcome.labels) && self.options.ways().contains(&outcome.way) && self.seeds().any(|seed| seed == outcome.seed)
    }

    /// Trains and judges all classifiers that are not known yet, one number of labels and one way after the other.
    /// # Errors
    /// if the device fails, a loss does not stay finite, or an outcome cannot be kept.
    pub fn all(&self, kept: &mut Kept) -> Result<()> {
        let mut missing = vec![];
        for (labels, way) in self.options.labels.iter().flat_map(|labels| self.options.ways().into_iter().map(|way| (*labels, way))) {
            let known = |seed: &u32| kept.knows(|known| (known.labels, known.way, known.seed) == (labels, way, *seed));
            let seeds: Vec<u32> = self.seeds().filter(|seed| !known(seed)).collect();
            if !seeds.is_empty() && !missing.iter().any(|(other, again, _)| (*other, *again) == (labels, way)) {
                missing.push((labels, way, seeds));
            }
        }
        let bar = bar(missing.iter().map(|(.., seeds)| seeds.len() as u64).sum());
        for (labels, way, seeds) in missing {
            bar.set_message(format!("{}, {labels} labels", way.name()));
            // A device for each, so that nothing of the one before takes its memory.
            let Opened { mut device, waiter, .. } = adapter::open(&self.options.run.device)?;
            let mut seen = |outcome: Outcome| {
                bar.inc(1);
                kept.push(outcome)
            };
            wait(waiter.as_ref(), self.some(&mut *device, labels, way, &seeds, &mut seen))?;
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Trains and judges the classifiers of one way with so many labels, of the subsets of these seeds.
    async fn some(
        &self,
        device: &mut dyn Device,
        labels: u32,
        way: Way,
        seeds: &[u32],
        seen: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        let mut rec = Recorder::new();
        let mut classifier = self.laid_out(device, &mut rec, labels, way).await?;
        for seed in seeds.iter().copied() {
            let error = self.error(device, &mut rec, &mut classifier, &labelled(self.dataset, labels, seed)?, seed).await?;
            seen(Outcome { way, labels, seed, error })?;
        }
        Ok(())
    }

    /// A classifier of one way, before it has learnt anything.
    async fn laid_out(&self, device: &mut dyn Device, rec: &mut Recorder, labels: u32, way: Way) -> Result<Classifier> {
        let layers = self.recipe.layers_for(self.dataset.classes().expect("labelled examples were found in it"));
        let (of_layers, state) = ((self.recipe, &layers[..]), &self.subject.state);
        let outline = labelled(self.dataset, labels, self.options.seed)?.outline();
        Ok(match way {
            Way::Alone => Classifier::Alone(self.learner(device, rec, &layers, labels)?),
            Way::Features => Classifier::Features(self.learner(device, rec, &layers, labels)?),
            Way::Frozen => {
                let mut features = Features::new(device, rec, &layers, example(self.dataset.shape), state)?;
                let x = features.of(device, rec, &self.held_out.x).await?;
                let outline = features.of_dataset(device, rec, &labelled(self.dataset, labels, self.options.seed)?).await?.outline();
                let learner = Learner::new(device, rec, self.recipe, &layers[layers.len() - 1..], features.width().into(), &outline)?;
                Classifier::Frozen(Box::new(features), learner, x)
            }
            Way::Game => Classifier::Game(Box::new(SemiGame::new(device, rec, &self.subject.config, of_layers, self.dataset, &outline)?)),
        })
    }

    fn learner(&self, device: &mut dyn Device, rec: &mut Recorder, layers: &[LayerSpec], labels: u32) -> Result<Learner> {
        let outline = labelled(self.dataset, labels, self.options.seed)?.outline();
        Learner::new(device, rec, self.recipe, layers, example(self.dataset.shape), &outline)
    }

    /// The error of a classifier on what was held out, once it has learnt from these examples.
    async fn error(
        &self,
        device: &mut dyn Device,
        rec: &mut Recorder,
        classifier: &mut Classifier,
        few: &Dataset,
        seed: u32,
    ) -> Result<f64> {
        let (state, HeldOut { x, labels, .. }) = (&self.subject.state, self.held_out);
        let now_ms = || 1e3 * self.start.elapsed().as_secs_f64();
        match classifier {
            Classifier::Alone(learner) => {
                learner.learn(device, few, seed, None, &now_ms).await?;
                learner.wrong(device, rec, x, labels).await
            }
            Classifier::Features(learner) => {
                learner.learn(device, few, seed, Some(state), &now_ms).await?;
                learner.wrong(device, rec, x, labels).await
            }
            Classifier::Frozen(features, learner, x) => {
                let few = features.of_dataset(device, rec, few).await?;
                learner.learn(device, &few, seed, None, &now_ms).await?;
                learner.wrong(device, rec, x, labels).await
            }
            Classifier::Game(game) => {
                game.learn(device, few, seed, Some(state), &now_ms).await?;
                game.wrong(device, rec, x, labels).await
            }
        }
    }
}

/// A network for each way to learn; a frozen one knows what was held out by its features.
enum Classifier {
    Alone(Learner),
    Features(Learner),
    Frozen(Box<Features>, Learner, Vec<f32>),
    Game(Box<SemiGame>),
}

/// What an example of the data is laid out as.
fn example(Shape { width, height, channels }: Shape) -> Extent {
    Extent { channels, height, width }
}

fn bar(length: u64) -> ProgressBar {
    let template = "{msg} {wide_bar} {pos}/{len} {eta}";
    let style = ProgressStyle::with_template(template).expect("the keys are indicatif's own");
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_style(style)
}
