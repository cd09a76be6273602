//! Modes and quality: what samples are among real examples, by a classifier of the data's own labels, or by counting where that is possible.

use super::{Examples, Options, Part, Workbench};
use crate::classifier_cache::{Ready, ready};
use crate::cli::log::terminal;
use crate::cli::wait::wait;
use crate::data::cache_folder;
use crate::error::Result;
use crate::eval::classifier::{Predictions, Recipe};
use crate::eval::distances::Rows;
use crate::eval::frechet::Frechet;
use crate::eval::manifold::K;
use crate::eval::modes::{Modes, Obedience};
use crate::eval::plane::Plane;
use crate::eval::space::{Sets, Space};
use crate::eval::summary::Summary;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// The environment variable that names the folder of classifiers.
pub(super) const CLASSIFIERS: &str = "GANDER_CLASSIFIERS";

/// Most dimensions whose modes and divergences are counted on a grid. That tells more than balls around points do, and needs no distances between
/// points that are nearer than f32 can tell.
const COUNTED: usize = 2;

/// Finds out what is asked for of modes, and of precision, recall and support.
pub(super) fn look(options: &Options, bench: &mut Workbench, examples: &Examples, samples: Rows, summary: &mut Summary) -> Result<()> {
    let points = options.manifold as usize;
    let (modes, spaces) = (options.wants(Part::Modes), options.wants(Part::Manifold) && points > K);
    let sets = Sets { samples, training: examples.training(), valid: examples.all_valid(), test: examples.test() };
    if examples.dimensions <= COUNTED {
        summary.plane = modes.then(|| Plane::of(examples.name(), samples, sets.training, sets.test));
        return Ok(());
    }
    let spaces = spaces && [sets.samples, sets.valid, sets.test].iter().all(|rows| rows.count() > K);
    if spaces {
        summary.spaces.push(bench.space("pixels", sets, points)?);
    }
    let Some(labels) = examples.test_labels().filter(|_| modes || spaces) else {
        return Ok(());
    };
    let mut by = classifier(options, bench, examples)?;
    let [of_samples, of_valid, of_test] = [samples, sets.valid, sets.test].map(|rows| bench.predict(&mut by, rows));
    let (of_samples, of_valid, of_test) = (of_samples?, of_valid?, of_test?);
    if modes {
        let told = summary.told.as_ref().map(|told| Obedience::of(&of_samples, told));
        summary.modes = Some(Modes { told, ..Modes::of(&of_samples, &of_test, labels) });
        let enough = [&of_samples, &of_valid, &of_test].iter().all(|rows| rows.rows() > 1);
        summary.frechet = enough.then(|| Frechet::of(of_samples.features(), of_valid.features(), of_test.features()));
    }
    if spaces {
        let training = bench.predict(&mut by, sets.training)?;
        let features = [&of_samples, &training, &of_valid, &of_test].map(|predictions| predictions.features());
        let [samples, training, valid, test] = features;
        summary.spaces.push(bench.space("features of the classifier", Sets { samples, training, valid, test }, points)?);
    }
    Ok(())
}

/// Where classifiers are kept: in a folder that is named, or in the cache folder. A user without a home keeps none.
pub(in crate::cli) fn classifiers(named: Option<PathBuf>) -> Option<PathBuf> {
    let named = named.or_else(|| std::env::var_os(CLASSIFIERS).map(PathBuf::from));
    named.or_else(|| Some(cache_folder().ok()?.join("classifiers")))
}

/// The classifier of the data set: trained the first time, which is said, and kept.
fn classifier(options: &Options, bench: &mut Workbench, examples: &Examples) -> Result<Ready> {
    let folder = classifiers(options.classifiers.clone());
    let recipe = Recipe::published();
    let bar = ProgressBar::hidden();
    bar.set_length(u64::from(recipe.iterations));
    bar.set_style(
        ProgressStyle::with_template("training a classifier {wide_bar} {pos}/{len} {eta}").expect("the keys are indicatif's own"),
    );
    let mut seen = |done: u32| {
        if bar.is_hidden() {
            // Nothing is drawn unless there is something to wait for.
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        bar.set_position(u64::from(done));
    };
    let Workbench { device, rec, waiter } = bench;
    let found = ready(&mut **device, rec, &examples.dataset, &recipe, folder.as_deref(), &mut seen);
    let found = wait(waiter.as_ref(), found)?;
    bar.finish_and_clear();
    if let Some(remark) = &found.remark {
        terminal(remark);
    }
    if found.trained {
        terminal(&format!("trained a classifier of `{}`; the next evaluation will find it", examples.name()));
    }
    Ok(found)
}

impl Workbench {
    fn predict(&mut self, by: &mut Ready, rows: Rows) -> Result<Predictions> {
        wait(self.waiter.as_ref(), by.classifier.predict(&mut *self.device, &mut self.rec, rows.values))
    }

    fn space(&mut self, name: &'static str, sets: Sets, count: usize) -> Result<Space> {
        wait(self.waiter.as_ref(), Space::of(name, &mut *self.device, &mut self.rec, sets, count))
    }
}
