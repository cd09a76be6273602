//! Checkpoints: everything training goes on from, in one safetensors file.
//!
//! The tensors are the parameters and velocities, the metadata the rest: iteration, seed, configuration, data, adapter, version. Chance needs no more than seed and
//! iteration, because random numbers are counted, not drawn from a state. How the file is written and read is [`tensor_file`]'s.
//!
//! A checkpoint is either loaded as it was saved or refused: a SHA-256 over the whole content stands in the metadata. Equal content gives equal bytes.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::VERSION;
use crate::error::{Error, Result};
use crate::gan::{Array, State};
use crate::tensor_file::{self, METADATA, Tensors, little_endian};

/// The layout of the metadata; a reader refuses any that it does not know.
const FORMAT: &str = "gander checkpoint 2";

/// The layout before, in which the data were not named.
const FORMAT_1: &str = "gander checkpoint 1";

/// A moment of training, with all that is needed to go on from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// How many iterations have been trained.
    pub iteration: u64,
    /// The run's seed.
    pub seed: u32,
    /// The run's complete configuration, as TOML.
    pub config: String,
    /// The adapter that trained, in words, with its driver.
    pub device: String,
    /// The version of gander that trained, with its commit.
    pub version: String,
    /// What it was trained on, by [`Dataset::fingerprint`](crate::data::Dataset::fingerprint); none in a file of gander checkpoint 1.
    pub data: Option<String>,
    /// Parameters and velocities by name.
    pub tensors: BTreeMap<String, Array>,
}

impl Checkpoint {
    /// What was learnt, with what made it, by this version of gander.
    pub fn new(state: State, seed: u32, config: String, device: String, data: String) -> Checkpoint {
        let State { iteration, tensors } = state;
        Checkpoint { iteration, seed, config, device, version: VERSION.into(), data: Some(data), tensors }
    }

    /// The layout of its metadata.
    fn format(&self) -> &'static str {
        if self.data.is_some() { FORMAT } else { FORMAT_1 }
    }

    /// What was learnt.
    pub fn into_state(self) -> State {
        State { iteration: self.iteration, tensors: self.tensors }
    }

    /// Writes the checkpoint to `path`: whole, synced, or not at all. Equal checkpoints give equal files.
    /// # Errors when a tensor holds values that are not finite or do not fill its shape, or the file cannot be written (nothing is left behind).
    pub fn save(&self, path: &Path) -> Result<()> {
        self.check().map_err(|why| Error::Checkpoint(format!("{}: not saved: {why}", path.display())))?;
        tensor_file::save(path, &self.metadata(), &self.tensors)
    }

    /// Reads and verifies a checkpoint.
    /// # Errors when the file cannot be read, is no checkpoint of gander's, or differs in any bit of its content from what was saved.
    pub fn load(path: &Path) -> Result<Checkpoint> {
        Checkpoint::parse(&tensor_file::bytes(path)?).map_err(|why| Error::Checkpoint(format!("{}: {why}", path.display())))
    }

    /// Reads and verifies a checkpoint from its file's bytes.
    /// # Errors as [`Checkpoint::load`] has them.
    pub fn load_from(bytes: &[u8]) -> Result<Checkpoint> {
        Checkpoint::parse(bytes).map_err(Error::Checkpoint)
    }

    /// SHA-256 over all content, as hexadecimal digits. Two checkpoints with one digest are the same, bit for bit.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        field(self.format().as_bytes());
        field(&self.iteration.to_le_bytes());
        field(&self.seed.to_le_bytes());
        [&self.config, &self.device, &self.version].into_iter().chain(&self.data).for_each(|text| field(text.as_bytes()));
        field(&(self.tensors.len() as u64).to_le_bytes());
        for (name, array) in &self.tensors {
            field(name.as_bytes());
            field(&array.shape.iter().flat_map(|&n| (n as u64).to_le_bytes()).collect::<Vec<u8>>());
        }
        for array in self.tensors.values() {
            let Ok(()) = little_endian(&array.values, |bytes| {
                hash.update(bytes);
                Ok::<_, std::convert::Infallible>(())
            });
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Says what makes this no checkpoint to go on from.
    fn check(&self) -> std::result::Result<(), String> {
        for (name, Array { shape, values }) in &self.tensors {
            if name == METADATA {
                return Err(format!("no tensor may be called `{name}`: safetensors keeps the metadata there"));
            }
            if shape.iter().try_fold(1usize, |n, &by| n.checked_mul(by)) != Some(values.len()) {
                return Err(format!("tensor `{name}` has the shape {shape:?} but {} values", values.len()));
            }
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                return Err(format!("tensor `{name}` holds {} at index {index}; go on from an earlier checkpoint", values[index]));
            }
        }
        Ok(())
    }

    /// All but the tensors.
    fn metadata(&self) -> BTreeMap<&'static str, String> {
        let mut metadata = BTreeMap::from([
            ("format", self.format().into()),
            ("iteration", self.iteration.to_string()),
            ("seed", self.seed.to_string()),
            ("config", self.config.clone()),
            ("device", self.device.clone()),
            ("version", self.version.clone()),
            ("sha256", self.digest()),
        ]);
        metadata.extend(self.data.clone().map(|data| ("data", data)));
        metadata
    }

    /// The inverse of `save`; the error says what is wrong with the bytes.
    fn parse(bytes: &[u8]) -> std::result::Result<Checkpoint, String> {
        let Tensors { metadata, tensors } = tensor_file::parse(bytes)?;
        if metadata.is_empty() {
            return Err("no checkpoint of gander's: it has no metadata".into());
        }
        let entry = |key: &str| metadata.get(key).cloned().ok_or_else(|| format!("no checkpoint of gander's: `{key}` is missing"));
        let trained_on = match entry("format")?.as_str() {
            FORMAT => Some(entry("data")?),
            FORMAT_1 => None,
            other => return Err(format!("it is a `{other}`, this gander reads `{FORMAT}` and `{FORMAT_1}`")),
        };
        let checkpoint = Checkpoint {
            iteration: number(&entry("iteration")?)?,
            seed: number(&entry("seed")?)?,
            config: entry("config")?,
            device: entry("device")?,
            version: entry("version")?,
            data: trained_on,
            tensors,
        };
        if checkpoint.digest() != entry("sha256")? {
            return Err("it is damaged: its content does not have the SHA-256 that was saved with it".into());
        }
        checkpoint.check()?;
        Ok(checkpoint)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number that can stand here, so it is damaged"))
}
