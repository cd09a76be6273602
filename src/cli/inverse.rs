//! What `gander reconstruct` and `gander inpaint` share: the generator of a run, pictures to find again in it, and E.

use crate::checkpoint::Checkpoint;
use crate::cli::generator::Generator;
use crate::cli::log::terminal;
use crate::cli::sample::reference;
use crate::cli::wait::wait;
use crate::cli::{DataOptions, DeviceOptions};
use crate::data::{Dataset, samples};
use crate::error::{Error, Result};
use crate::eval::reconstruction::mean_example;
use crate::gan::Told;
use crate::gan::inverse::{Descent, Encoder, EncoderRecipe, Target};
use crate::report::Reference;
use crate::report::sheet::Picture;
use crate::run_folder::{At, RunView};
use clap::ValueHint;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;
use std::time::Instant;

/// Which generator, and which pictures.
#[derive(Debug, clap::Args)]
pub(super) struct Inverted {
    /// The run's folder
    #[arg(value_hint = ValueHint::DirPath)]
    run: PathBuf,
    /// Pictures to take in the place of the run's test examples: a folder of PNGs or a .npy file
    #[arg(long, value_name = "FOLDER|FILE.npy", value_hint = ValueHint::AnyPath)]
    images: Option<PathBuf>,
    /// The checkpoint of this iteration, or the one that the monitor found best
    #[arg(long, value_name = "ITERATION|best|newest", default_value = "newest")]
    at: At,
    /// The seed of the noise; the run's own if it is not given
    #[arg(long)]
    seed: Option<u32>,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

/// A generator, and pictures.
pub(super) struct Subject {
    pub view: RunView,
    pub generator: Generator,
    /// The data set of the run.
    pub dataset: Dataset,
    /// How its pictures are shown.
    pub picture: Picture,
    /// The pictures, one row each.
    pub x: Vec<f32>,
    /// What they are, in words.
    pub called: String,
    start: Instant,
}

impl Inverted {
    /// Opens the generator of the run, and at most so many pictures.
    /// # Errors
    /// if there is no such checkpoint, its generator is told labels, the run's examples are no pictures, what is given does not fit them, or the device cannot be opened.
    pub fn open(&self, count: u32) -> Result<Subject> {
        let view = RunView::open(&self.run)?;
        let generator = Generator::open_any(&view, self.at, self.seed, &self.device)?;
        if let Some(classes) = generator.config.train.conditional {
            return Err(Error::Config(format!(
                "the run's generator is told {classes} classes beside z (train.conditional): only one that is given z alone can be inverted; name such a run"
            )));
        }
        let Reference::Pictures(picture) = reference(&generator.config, None, generator.sampler.dimensions())? else {
            return Err(Error::Config(format!(
                "the examples of `{}` are points: what is found again is shown as pictures, and these are none",
                generator.config.data.set
            )));
        };
        let dataset = self.data.open(&generator.config.data)?;
        if dataset.dimensions() != generator.sampler.dimensions() {
            return Err(Error::Data(format!(
                "an example of `{}` has {} numbers, a sample of the run {}: name the data that it was trained on with --data",
                dataset.name,
                dataset.dimensions(),
                generator.sampler.dimensions()
            )));
        }
        let (x, called) = match &self.images {
            Some(path) => (given(path, &dataset)?, path.display().to_string()),
            None => (tests(&dataset, count)?, format!("test examples of `{}`", dataset.name)),
        };
        let most = count as usize * dataset.dimensions() as usize;
        let x = x[..most.min(x.len())].to_vec();
        Ok(Subject { view, generator, dataset, picture, x, called, start: Instant::now() })
    }
}

/// The first test examples.
fn tests(dataset: &Dataset, count: u32) -> Result<Vec<f32>> {
    let test = dataset.test.clone();
    if test.is_empty() {
        return Err(Error::Data(format!("data set `{}` has no test examples; name pictures with --images", dataset.name)));
    }
    Ok(dataset.rows(test.start..test.end.min(test.start.saturating_add(count))))
}

/// Pictures of the user's own, preprocessed as the data set's are.
fn given(path: &std::path::Path, dataset: &Dataset) -> Result<Vec<f32>> {
    let mut x = samples::read(path, &dataset.outline(), None)?;
    if let Some(step) = dataset.preprocess {
        x.chunks_exact_mut(dataset.dimensions() as usize).for_each(|row| step.apply(row));
    }
    Ok(x)
}

impl Subject {
    /// Pictures that there are.
    pub fn count(&self) -> usize {
        self.x.len() / self.dimensions()
    }

    /// Numbers in a picture.
    pub fn dimensions(&self) -> usize {
        self.picture.shape.dimensions() as usize
    }

    /// The mean training example, as many times as there are pictures.
    pub fn means(&self) -> Vec<f32> {
        mean_example(&self.dataset).repeat(self.count())
    }

    /// G(z).
    /// # Errors
    /// if the device fails.
    pub fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        let Generator { sampler, waiter, .. } = &mut self.generator;
        wait(waiter.as_ref(), sampler.generate(z))
    }

    /// Noise of the prior.
    /// # Errors
    /// if the device fails.
    pub fn noise(&mut self, count: u32) -> Result<Vec<f32>> {
        let Generator { sampler, waiter, seed, .. } = &mut self.generator;
        wait(waiter.as_ref(), sampler.noise(count, *seed, Told::All))
    }

    /// Where so many steps lead from z towards x.
    /// # Errors
    /// if the device fails.
    pub fn descend(&mut self, descent: &mut Descent, z: &[f32], x: &[f32], weights: &[f32], steps: u32) -> Result<Vec<f32>> {
        let Generator { sampler, waiter, .. } = &mut self.generator;
        let start = self.start;
        wait(waiter.as_ref(), descent.run(sampler, z, x, weights, steps, &|| 1e3 * start.elapsed().as_secs_f64()))
    }

    /// What G makes of the target that E infers from rows.
    /// # Errors
    /// if the device fails.
    pub fn reconstruct(&mut self, encoder: &mut Encoder, x: &[f32]) -> Result<Vec<f32>> {
        let Generator { sampler, waiter, .. } = &mut self.generator;
        wait(waiter.as_ref(), encoder.reconstruct(sampler, x))
    }

    /// The z of rows, as E infers it.
    /// # Errors
    /// if the device fails.
    pub fn infer(&mut self, encoder: &mut Encoder, x: &[f32]) -> Result<Vec<f32>> {
        let Generator { sampler, waiter, .. } = &mut self.generator;
        wait(waiter.as_ref(), encoder.infer(sampler, x))
    }

    /// The E that has played the run's game with this generator (`train.inference`); none where the game has none.
    /// # Errors
    /// if the device fails.
    pub fn encoder_of_game(&mut self) -> Result<Option<Encoder>> {
        let Generator { sampler, config, state, .. } = &mut self.generator;
        let encoder = Encoder::of_game(sampler, config, state)?;
        if encoder.is_some() {
            terminal(&format!("E is the run's own, which learnt in the game up to iteration {} (train.inference)", state.iteration));
        }
        Ok(encoder)
    }

    /// E for this generator, trained afterwards: the one that the run's folder keeps, or one that is trained now and put there.
    /// # Errors
    /// if G has no such hidden layer, or the device fails. A file that cannot be read or written is no error, but said.
    pub fn encoder(&mut self, recipe: &EncoderRecipe, target: Target) -> Result<Encoder> {
        let path = self.view.encoder_path(target);
        let Generator { sampler, waiter, state, trained, .. } = &mut self.generator;
        let of = Checkpoint {
            iteration: state.iteration,
            seed: trained.seed,
            config: trained.config.clone(),
            device: trained.device.clone(),
            version: trained.version.clone(),
            data: trained.data.clone(),
            tensors: std::mem::take(&mut state.tensors),
        };
        let generator = of.digest();
        state.tensors = of.tensors;
        let mut encoder = Encoder::new(sampler, recipe, target)?;
        if path.exists() {
            match Checkpoint::load(&path) {
                Ok(kept) if kept.config == recipe.to_toml() && kept.data.as_ref() == Some(&generator) => {
                    encoder.restore(sampler, &kept.into_state())?;
                    return Ok(encoder);
                }
                Ok(_) => terminal(&format!("{} is of another generator or another recipe; E is trained anew", path.display())),
                Err(error) => terminal(&format!("{error}; E is trained anew")),
            }
        }
        let (bar, start) = (bar(recipe.iterations), self.start);
        let now_ms = || 1e3 * start.elapsed().as_secs_f64();
        wait(waiter.as_ref(), encoder.train(sampler, &now_ms, &mut |done| bar.set_position(done.into())))?;
        bar.finish_and_clear();
        let (learnt, device) = (wait(waiter.as_ref(), encoder.state(sampler))?, sampler.identity());
        match Checkpoint::new(learnt, recipe.seed, recipe.to_toml(), device, generator).save(&path) {
            Ok(()) => terminal(&format!("trained E for {} iterations; {} keeps it", recipe.iterations, path.display())),
            Err(error) => terminal(&format!("{error}; E was not kept")),
        }
        Ok(encoder)
    }
}

fn bar(length: u32) -> ProgressBar {
    let template = "training E {wide_bar} {pos}/{len} {eta}";
    let style = ProgressStyle::with_template(template).expect("the keys are indicatif's own");
    ProgressBar::with_draw_target(Some(length.into()), ProgressDrawTarget::stderr()).with_style(style)
}
