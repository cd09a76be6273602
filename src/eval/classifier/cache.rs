//! Classifiers that are trained already: one file each, in the format of checkpoints, found by what they were trained on and how.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Classifier, Recipe};
use crate::checkpoint::Checkpoint;
use crate::data::Dataset;
use crate::error::{Error, Result};
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
        if let Err(error) = save(&path, Checkpoint::new(state, recipe.seed, recipe.to_toml(), device)) {
            remark = Some(format!("{error}; the classifier was not kept"));
        }
    }
    Ok(Ready { classifier, trained: true, remark })
}

fn save(path: &Path, checkpoint: Checkpoint) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    checkpoint.save(path)
}

/// `NAME-KEY.safetensors`; the key is of the values, the labels, which of them are for training, and the recipe.
pub fn file_name(dataset: &Dataset, recipe: &Recipe) -> String {
    let mut hash = Sha256::new();
    hash.update(dataset.checksum());
    hash.update(dataset.labels.as_deref().unwrap_or_default());
    hash.update(dataset.train.start.to_le_bytes());
    hash.update(dataset.train.end.to_le_bytes());
    hash.update(recipe.to_toml());
    let key: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{key}.safetensors", dataset.name)
}
