//! What a run says: on the terminal as far as it is wanted, and in `run.log` always.

use crate::cli::Verbosity;
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// A run's log.
pub(super) struct Log {
    file: File,
    start: Instant,
    verbosity: Verbosity,
}

impl Log {
    /// Opens the log, at its end.
    /// # Errors
    /// if the file cannot be written.
    pub fn open(path: &Path, verbosity: Verbosity) -> Result<Log> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(Error::io("open", path))?;
        Ok(Log { file, start: Instant::now(), verbosity })
    }

    /// Says something that every user wants to know.
    pub fn say(&mut self, line: &str) {
        self.write(line);
        if !self.verbosity.quiet {
            terminal(line);
        }
    }

    /// Says something that only a curious user wants to know.
    pub fn detail(&mut self, line: &str) {
        self.write(line);
        if self.verbosity.verbose {
            terminal(line);
        }
    }

    /// Whether the user wants progress on the terminal.
    pub fn wants_progress(&self) -> bool {
        !self.verbosity.quiet
    }

    fn write(&mut self, line: &str) {
        // A log that cannot be written (a full disk) must not end a training that still runs; saving will say so.
        drop(writeln!(self.file, "[{:9.2} s] {line}", self.start.elapsed().as_secs_f64()));
    }
}

/// One line on standard error; whoever closed it wants no more.
pub(super) fn terminal(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
