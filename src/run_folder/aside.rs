//! Checkpoints that nothing good came of.

use crate::error::{Error, Result};
use crate::run_folder::RunFolder;
use std::fs;

impl RunFolder {
    /// Takes a checkpoint out of the run, so that it goes on from the one before: the file stays, as `000500.safetensors.aside`.
    /// # Errors when it cannot be renamed.
    pub fn set_aside(&self, iteration: u64) -> Result<()> {
        let path = self.checkpoint_path(iteration);
        fs::rename(&path, path.with_extension("safetensors.aside")).map_err(Error::io("rename", path))
    }
}
