//! Writing `metrics.csv`, and going on with the file of a run that has stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{HEADER, body};
use crate::atomic;
use crate::error::{Error, Result};
use crate::gan::Metrics;

/// Rows are handed over to the operating system when so many bytes of them have come together.
const HANDED_OVER: usize = 8 << 10;

/// Appends rows to `metrics.csv`.
///
/// Rows that cannot be written, to a full disk, are kept and written later: none is lost while this lives, and none is written twice.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
    /// What is not written yet.
    pending: Vec<u8>,
}

/// What [`Writer::resume`] left out of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Rows of iterations after the one the run goes on from.
    pub later: usize,
    /// Lines that are no rows: torn by a kill, or damaged.
    pub unreadable: usize,
}

impl Writer {
    /// Starts a new file: the header, then whatever is appended.
    /// # Errors when the file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Writer> {
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(Error::io("create", path))?;
        let mut writer = Writer { path: path.into(), file, pending: format!("{HEADER}\n").into_bytes() };
        writer.flush()?;
        Ok(writer)
    }

    /// Goes on with the file of a run that is resumed at `iteration`: later rows and unreadable lines are dropped first, all at once.
    /// A file that is missing is started anew.
    /// # Errors when the file has other columns than this gander writes, or cannot be read or written.
    pub fn resume(path: &Path, iteration: u64) -> Result<(Writer, Dropped)> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Writer::create(path)?, Dropped::default())),
            bytes => bytes.map_err(Error::io("read", path))?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut dropped = Dropped::default();
        let mut kept = format!("{HEADER}\n");
        for line in body(path, &text)? {
            match Metrics::parse(line) {
                Some(row) if row.iteration <= iteration => kept += line,
                Some(_) => dropped.later += 1,
                None => dropped.unreadable += 1,
            }
        }
        if kept.as_bytes() != bytes {
            atomic::write(path, |file| file.write_all(kept.as_bytes()))?;
        }
        let file = OpenOptions::new().append(true).open(path).map_err(Error::io("open", path))?;
        Ok((Writer { path: path.into(), file, pending: vec![] }, dropped))
    }

    /// Appends one row. Whether it can be written shows at the next [`Writer::flush`].
    pub fn append(&mut self, row: Metrics) {
        self.pending.extend_from_slice(row.line().as_bytes());
        if self.pending.len() >= HANDED_OVER {
            self.flush().ok();
        }
    }

    /// Hands all rows to the operating system, where other programs see them.
    /// # Errors when the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let mut written = 0;
        let mut outcome = Ok(());
        while outcome.is_ok() && written < self.pending.len() {
            match self.file.write(&self.pending[written..]) {
                Ok(0) => outcome = Err(io::ErrorKind::WriteZero.into()),
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => outcome = Err(error),
            }
        }
        self.pending.drain(..written);
        outcome.map_err(Error::io("write", &self.path))
    }

    /// Flushes, and waits until the rows are on the disk. Due before each checkpoint: what a run resumes from must have its rows.
    /// # Errors when the file cannot be written.
    pub fn sync(&mut self) -> Result<()> {
        self.flush()?;
        self.file.sync_data().map_err(Error::io("sync", &self.path))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Rows behind the last checkpoint: a run that failed is told about by them, and does without.
        self.flush().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::row;
    use super::*;
    use crate::report::metrics::read;

    fn written(path: &Path, iterations: impl IntoIterator<Item = u64>) {
        let mut writer = Writer::create(path).unwrap();
        iterations.into_iter().for_each(|iteration| writer.append(row(iteration)));
        writer.sync().unwrap();
    }

    #[test]
    fn resume_drops_later_rows_and_the_torn_line_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        written(&path, 1..=9);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"10,0.3,1.").unwrap();
        assert_eq!(read(&path).unwrap().len(), 9, "a torn last line is no error while reading");
        let (mut writer, dropped) = Writer::resume(&path, 5).unwrap();
        assert_eq!(dropped, Dropped { later: 4, unreadable: 1 });
        writer.append(row(6));
        writer.flush().unwrap();
        assert_eq!(read(&path).unwrap(), (1..=6).map(row).collect::<Vec<_>>());
    }

    #[test]
    fn every_torn_end_is_survived() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        written(&path, 1..=3);
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let before = read(&path).unwrap();
            let (mut writer, _) = Writer::resume(&path, 2).unwrap();
            writer.append(row(3));
            writer.flush().unwrap();
            let rows = read(&path).unwrap();
            assert_eq!(rows.len(), before.len().min(2) + 1, "cut at {length}");
            assert_eq!(rows.last(), Some(&row(3)));
        }
    }

    #[test]
    fn other_columns_and_damaged_lines_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, "step,loss\n1,2\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("its columns are `step,loss`"));
        assert!(Writer::resume(&path, 5).is_err());
        fs::write(&path, format!("{HEADER}\nbroken\n{}", row(2).line())).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("line 2 is no row of metrics: `broken`"));
        let (_, dropped) = Writer::resume(&path, 5).unwrap();
        assert_eq!((dropped, read(&path).unwrap()), (Dropped { later: 0, unreadable: 1 }, vec![row(2)]));
    }
}
