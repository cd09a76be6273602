//! What a file of ours says of where it comes from, as keys and values: metadata of both formats.

use crate::checkpoint::Checkpoint;
use crate::export::Sequential;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The run that networks come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Its complete configuration, as TOML.
    pub config: String,
    /// The iteration after which they were like this.
    pub iteration: u64,
    /// The version of gander that trained them.
    pub version: String,
}

/// The keys.
const CONFIG: &str = "config";
const ITERATION: &str = "iteration";
const VERSION: &str = "gander";

impl Origin {
    /// The run that a checkpoint is of.
    pub fn of(checkpoint: &Checkpoint) -> Origin {
        let Checkpoint { config, iteration, version, .. } = checkpoint;
        Origin { config: config.clone(), iteration: *iteration, version: version.clone() }
    }

    /// As metadata.
    pub fn metadata(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([(CONFIG, self.config.clone()), (ITERATION, self.iteration.to_string()), (VERSION, self.version.clone())])
    }

    /// Out of metadata; none if they are not ours.
    pub fn read(metadata: &BTreeMap<String, String>) -> Option<Origin> {
        let entry = |key| metadata.get(key).cloned();
        Some(Origin { config: entry(CONFIG)?, iteration: entry(ITERATION)?.parse::<u32>().ok()?.into(), version: entry(VERSION)? })
    }

    /// As metadata, for PyTorch: with the modules that the networks are made of, and the word by which its files are known.
    pub fn metadata_with(&self, networks: &[Sequential]) -> BTreeMap<&'static str, String> {
        let modules: Map<String, Value> =
            networks.iter().map(|network| (network.player.key().to_string(), network.description())).collect();
        let mut metadata = self.metadata();
        metadata.extend([("modules", Value::Object(modules).to_string()), ("format", "pt".into())]);
        metadata
    }
}
