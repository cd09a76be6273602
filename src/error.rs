//! What cannot go on, and what to do about it.
//!
//! Library calls that meet the outside world (adapters, files, downloads, configurations) return [`Result`]. A message is one lower-case sentence that
//! names the thing, both facts, and the next step. Mistakes made while *recording* a plan are programming errors and panic instead.

use std::path::PathBuf;

/// The result of a call that meets the outside world.
pub type Result<T> = std::result::Result<T, Error>;

/// Why gander cannot go on. The variant says where the fault lies, and so decides the exit code of the command line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command or its configuration asks for something impossible.
    #[error("{0}")]
    Config(String),
    /// A data set is missing, damaged, or not what it promises to be.
    #[error("{0}")]
    Data(String),
    /// No adapter fits, or a device refuses or fails.
    #[error("{0}")]
    Device(String),
    /// A device that was at work is lost, or hangs: what it held is gone, what was saved is whole, and another device can go on from there.
    #[error("{0}; resume from the last checkpoint, or use --adapter host")]
    Lost(String),
    /// A checkpoint is damaged or belongs to another game.
    #[error("{0}")]
    Checkpoint(String),
    /// The operating system refused a file operation.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `create`, `rename`.
        action: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Error {
    /// Wraps an operating system's error with the action and the path it belongs to; for `map_err`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }
}
