//! `semi.json`: what classifiers came to that were trained already, and what that depends on.

use crate::cli::log::terminal;
use crate::error::{Error, Result};
use crate::eval::semi::Outcome;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The outcomes so far, in a file that is whole after each of them.
pub(super) struct Kept {
    path: PathBuf,
    contents: Contents,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: String,
    /// Of game, data and recipe.
    sha256: String,
    outcomes: Vec<Outcome>,
}

impl Kept {
    /// Finds what was kept for the same key by the same version. What belongs to another, or cannot be read, is replaced, which is said.
    /// # Errors
    /// if the folder cannot be made.
    pub fn open(path: &Path, key: String) -> Result<Kept> {
        let sha256 = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
        let new = Contents { version: crate::VERSION.into(), sha256, outcomes: vec![] };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let there = fs::read(path).ok().map(|bytes| serde_json::from_slice::<Contents>(&bytes).ok());
        let contents = match there {
            None => new,
            Some(Some(old)) if old.version == new.version && old.sha256 == new.sha256 => old,
            Some(_) => {
                terminal(&format!(
                    "{} is of another game, other iterations, or another version; all classifiers are trained anew",
                    path.display()
                ));
                new
            }
        };
        Ok(Kept { path: path.into(), contents })
    }

    /// Whether an outcome is known.
    pub fn knows(&self, same: impl Fn(&Outcome) -> bool) -> bool {
        self.contents.outcomes.iter().any(same)
    }

    /// Keeps one more.
    /// # Errors
    /// if the file cannot be written.
    pub fn push(&mut self, outcome: Outcome) -> Result<()> {
        self.contents.outcomes.push(outcome);
        let json = serde_json::to_string_pretty(&self.contents).expect("outcomes are plain numbers and words");
        crate::atomic::write(&self.path, |file| file.write_all(json.as_bytes()))
    }

    /// Those that are asked for.
    pub fn of(&self, asked: impl Fn(&Outcome) -> bool) -> Vec<Outcome> {
        self.contents.outcomes.iter().copied().filter(|outcome| asked(outcome)).collect()
    }
}
