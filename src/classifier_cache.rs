//! Classifiers that are trained already: one file each, in the format of checkpoints, found by what they were trained on and how.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::checkpoint::Checkpoint;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::eval::classifier::{Classifier, Recipe};
use crate::gan::State;
use crate::plan::{Device, Recorder};

/// A classifier that is ready, and how it came to be.
pub struct Ready {
    /// The classifier.
    pub classifier: Classifier,
    /// Whether it was trained just now, or had been before.
    pub trained: bool,
    /// Why the cache could not serve, if it could not: a damaged file, a folder that takes none.
    pub remark: Option<String>,
}

/// The classifier of a data set: the one in `folder`, or one that is trained now and put there. `seen` hears how many iterations are complete.
/// # Errors
/// if the data have no labels, or the device fails. A cache that cannot be read or written is no error, but a remark.
pub async fn ready(
    device: &mut dyn Device,
    rec: &mut Recorder,
    dataset: &Dataset,
    recipe: &Recipe,
    folder: Option<&Path>,
    seen: &mut dyn FnMut(u32),
) -> Result<Ready> {
    let Some(classes) = dataset.classes() else {
        return Err(Error::Data(format!("data set `{}` has no labels: there are no classes to tell apart", dataset.name)));
    };
    let mut classifier = Classifier::new(device, rec, recipe, dataset.dimensions(), classes)?;
    let path = folder.map(|folder| folder.join(file_name(dataset, recipe)));
    let mut remark = None;
    if let Some(path) = path.as_deref().filter(|path| path.exists()) {
        match Checkpoint::load(path).and_then(|checkpoint| classifier.restore(device, &checkpoint.into_state())) {
            Ok(()) => return Ok(Ready { classifier, trained: false, remark }),
            Err(error) => remark = Some(format!("{error}; the classifier is trained anew")),
        }
    }
    classifier.train(device, rec, dataset, seen).await?;
    if let Some(path) = path {
        let (state, device) = (classifier.state(device).await?, device.identity());
        if let Err(error) = save(&path, Checkpoint::new(state, recipe.seed, recipe.to_toml(), device, dataset.fingerprint())) {
            remark = Some(format!("{error}; the classifier was not kept"));
        }
    }
    Ok(Ready { classifier, trained: true, remark })
}

/// What the classifier of a data set has learnt, if one is at hand: nothing is trained for it, and what cannot be read is passed over.
pub fn at_hand(dataset: &Dataset, recipe: &Recipe, folder: &Path) -> Option<State> {
    let belongs = |name: &str| name.strip_prefix(&stem(dataset)).is_some_and(|rest| rest.starts_with('-'));
    // To hash a data set takes a while: not unless there is something to be found.
    let any = std::fs::read_dir(folder).ok()?.flatten().any(|entry| entry.file_name().to_str().is_some_and(belongs));
    let path = folder.join(file_name(dataset, recipe));
    (any && path.exists()).then(|| Checkpoint::load(&path).ok()).flatten().map(Checkpoint::into_state)
}

fn save(path: &Path, checkpoint: Checkpoint) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    checkpoint.save(path)
}

/// `NAME-KEY.safetensors`; the key is of the data set as it is seen, and of the recipe.
pub fn file_name(dataset: &Dataset, recipe: &Recipe) -> String {
    let mut hash = Sha256::new();
    hash.update(dataset.fingerprint());
    hash.update(recipe.to_toml());
    let key: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{key}.safetensors", stem(dataset))
}

/// The data set's name as a file's: that of one's own data is a path.
fn stem(dataset: &Dataset) -> String {
    let plain: Vec<char> = dataset.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    plain[plain.len().saturating_sub(60)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Shape, Values};
    use crate::host::HostDevice;

    /// Two classes on a line, told apart by a sign.
    fn signs() -> Dataset {
        let values = Values::Reals((0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect());
        let labels = Some((0..40).map(|i| i % 2).collect());
        let shape = Shape { width: 1, height: 1, channels: 1 };
        Dataset { name: "signs".into(), shape, values, labels, train: 0..40, valid: 40..40, test: 40..40, preprocess: None }
            .checked()
            .unwrap()
    }

    fn small() -> Recipe {
        let mut recipe = Recipe { iterations: 15, batch: 4, ..Recipe::published() };
        recipe.layers.iter_mut().for_each(|layer| layer.units = Some(3));
        recipe
    }

    /// What it makes of two rows, and how it came to be.
    fn made(dataset: &Dataset, folder: Option<&Path>) -> (Vec<f64>, bool, Option<String>) {
        let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
        let mut found = pollster::block_on(ready(&mut device, &mut rec, dataset, &small(), folder, &mut |_| ())).unwrap();
        let seen = pollster::block_on(found.classifier.predict(&mut device, &mut rec, &[1.0, -1.0])).unwrap();
        (seen.probabilities, found.trained, found.remark)
    }

    #[test]
    fn a_classifier_is_trained_once_and_found_again_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("not/there/yet");
        let (first, trained, remark) = made(&signs(), Some(&place));
        assert!(trained && remark.is_none(), "{remark:?}");
        assert!(at_hand(&signs(), &small(), &place).is_some(), "it was just put there");
        assert_eq!(at_hand(&signs(), &Recipe::published(), &place), None, "another recipe is another classifier");
        assert_eq!(at_hand(&Dataset { name: "sig".into(), ..signs() }, &small(), &place), None);
        assert_eq!(made(&signs(), Some(&place)), (first, false, None));
        let others = Dataset { labels: signs().labels.map(|labels| labels.iter().map(|label| 1 - label).collect()), ..signs() };
        assert!(made(&others, Some(&place)).1, "other labels are another classifier");
    }

    #[test]
    fn a_damaged_file_is_replaced_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file_name(&signs(), &small()));
        std::fs::write(&path, "no checkpoint").unwrap();
        let (_, trained, remark) = made(&signs(), Some(folder.path()));
        assert!(trained && remark.is_some_and(|remark| remark.contains("trained anew")));
        assert!(!made(&signs(), Some(folder.path())).1, "now it is whole");
    }

    #[test]
    fn a_folder_that_takes_no_files_costs_only_the_keeping() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "in the way").unwrap();
        let (_, trained, remark) = made(&signs(), Some(&file.join("below")));
        assert!(trained && remark.is_some_and(|remark| remark.contains("not kept")));
        assert!(made(&signs(), None).2.is_none(), "nowhere is no trouble");
    }

    #[test]
    fn data_without_labels_are_refused() {
        let blind = Dataset { labels: None, ..signs() };
        let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
        let Err(error) = pollster::block_on(ready(&mut device, &mut rec, &blind, &small(), None, &mut |_| ())) else {
            panic!("there is nothing to learn");
        };
        assert!(error.to_string().contains("`signs` has no labels"), "{error}");
    }

    #[test]
    fn what_an_example_is_seen_by_is_part_of_the_name_and_a_path_is_no_folder() {
        let name = |dataset: &Dataset| file_name(dataset, &small());
        let plain = signs();
        let others = [
            Dataset { train: 0..38, test: 38..40, valid: 38..38, ..plain.clone() },
            Dataset { preprocess: Some(crate::data::Preprocess::Gcn(5.0)), ..plain.clone() },
            Dataset { labels: None, ..plain.clone() },
        ];
        others.iter().for_each(|other| assert_ne!(name(other), name(&plain)));
        let own = Dataset { name: "folder:/a/../b".into(), ..plain };
        assert!(name(&own).starts_with("folder__a____b-"), "{}", name(&own));
    }
}
