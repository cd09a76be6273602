//! A run's folder: `runs/<preset>-<time>/`, the one place where a run leaves things.
//!
//! ```text
//! config.toml                       complete, reproduces the run; a folder that has it holds a run
//! metrics.csv  monitor.csv  seconds.csv  losses.png  losses.svg  run.log
//! samples/000500.png                one sheet per sampling, always from the same z
//! checkpoints/000500.safetensors    the last few
//! best.safetensors                  the checkpoint that the monitor found best
//! inference.safetensors             E, which finds z again, once `gander reconstruct` has trained it
//! inference-layer-0.safetensors     the same for a hidden layer of G (`--layer 0`)
//! lock                              held by the process that trains; never deleted
//! ```
//!
//! Two ways in: [`RunFolder`] holds the lock and writes, [`RunView`] only reads and needs no lock, so `gander sample` works beside a running training.
//! Whatever moment a process is killed at, the next one finds the newest whole checkpoint.

mod aside;
mod name;
mod view;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::ops::Deref;
use std::path::Path;

use crate::atomic;
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};

pub use name::default_path;
pub use view::{At, Newest, RunView};

/// The name of the file that is locked.
const LOCK: &str = "lock";

/// A run's folder, locked against other processes for as long as this lives.
#[derive(Debug)]
pub struct RunFolder {
    view: RunView,
    lock: File,
}

impl Deref for RunFolder {
    type Target = RunView;

    fn deref(&self) -> &RunView {
        &self.view
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // Closing the file would do, were there not the moment in which a child process that another thread starts still shares it.
        self.lock.unlock().ok();
    }
}

impl RunFolder {
    /// Makes the folder of a new run, its parents too, and writes `config`, complete TOML, into it.
    /// # Errors when the folder holds a run already, another process is at work in it, or it cannot be written.
    pub fn create(path: &Path, config: &str) -> Result<RunFolder> {
        let view = RunView::at(path);
        for folder in [path, &path.join("samples"), &path.join("checkpoints")] {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let folder = RunFolder { lock: lock(path)?, view };
        folder.view.refuse_traces()?;
        folder.sweep()?;
        // Last, for it is what makes the folder a run.
        atomic::write(&folder.config_path(), |file| file.write_all(config.as_bytes()))?;
        Ok(folder)
    }

    /// Refuses a folder in which no run can begin, before anything else takes its time: [`RunFolder::create`] looks again. Nothing is made.
    /// # Errors when the folder holds a run already, or another process is at work in it.
    pub fn free(path: &Path) -> Result<()> {
        if path.join(LOCK).exists() {
            drop(lock(path)?);
        }
        RunView::at(path).refuse_traces()
    }

    /// Takes over the folder of a run that has stopped, however it stopped, and removes what a killed process left half done.
    /// # Errors when there is no run, another process is at work in it, or it cannot be written.
    pub fn open(path: &Path) -> Result<RunFolder> {
        let view = RunView::open(path)?;
        let folder = RunFolder { lock: lock(path)?, view };
        for subfolder in ["samples", "checkpoints"] {
            fs::create_dir_all(path.join(subfolder)).map_err(Error::io("create", path.join(subfolder)))?;
        }
        folder.sweep()?;
        Ok(folder)
    }

    /// Replaces the configuration: a run is to go on longer.
    /// # Errors when it cannot be written; the old one stays then.
    pub fn replace_config(&self, config: &str) -> Result<()> {
        atomic::write(&self.config_path(), |file| file.write_all(config.as_bytes()))
    }

    /// Saves a checkpoint, reads it back to be sure, and only then removes older ones, so that this one and the `keep` − 1 before it remain.
    /// # Errors when it cannot be written or does not read back as it was written: then no other is removed.
    pub fn save_checkpoint(&self, checkpoint: &Checkpoint, keep: usize) -> Result<()> {
        let path = self.checkpoint_path(checkpoint.iteration);
        checkpoint.save(&path)?;
        if Checkpoint::load(&path)?.digest() != checkpoint.digest() {
            let why = std::io::Error::new(ErrorKind::InvalidData, "it differs from what was written; check the disk");
            return Err(Error::io("read back", path)(why));
        }
        let older: Vec<u64> = self.checkpoints()?.into_iter().filter(|&iteration| iteration < checkpoint.iteration).collect();
        let surplus = older.len().saturating_sub(keep.saturating_sub(1));
        for &iteration in &older[..surplus] {
            let path = self.checkpoint_path(iteration);
            fs::remove_file(&path).map_err(Error::io("remove", path))?;
        }
        Ok(())
    }

    fn sweep(&self) -> Result<()> {
        let path = self.path();
        [path, &path.join("samples"), &path.join("checkpoints")].into_iter().try_for_each(|folder| atomic::sweep(folder).map(drop))
    }
}

/// Locks the folder; the lock ends with the file handle, so also when the process is killed. The file stays: deleting it would let two processes hold
/// locks on two files of one name. It holds the process's number, to be told to whoever comes second.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(Error::io("write", &path))?;
            write!(file, "{}", std::process::id()).map_err(Error::io("write", &path))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            // Windows keeps others from reading a locked file; then the number is left out.
            file.read_to_string(&mut process).ok();
            let process = if process.is_empty() { String::new() } else { format!(" (process {process})") };
            let next = "wait for it, stop it, or choose another folder";
            Err(Error::Config(format!("{}: another gander{process} is at work in it; {next}", folder.display())))
        }
        Err(TryLockError::Error(source)) => Err(Error::Io { action: "lock", path, source }),
    }
}
