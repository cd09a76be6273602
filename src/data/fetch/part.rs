//! A download in progress: `NAME.part` beside the place where the file will be. It survives an interruption, and only a file that has
//! the pinned content ever leaves it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::remote::{Pinned, RemoteFile};
use crate::data::dataset::hexadecimal;
use crate::data::inflate;
use crate::error::{Error, Result};

/// The part file of one download, locked against other processes while it is open.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    /// How much has arrived.
    pub(super) bytes: u64,
}

impl Part {
    /// Opens what an earlier download left of `name` in `folder`, or begins with nothing.
    pub(super) fn open(folder: &Path, name: &str) -> Result<Part> {
        let path = folder.join(format!("{name}.part"));
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(Error::io("create", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let busy = format!("{}: another process is downloading it; wait until it has ended", path.display());
                return Err(Error::Data(busy));
            }
            // A file system without locks: go on, the hash still guards the result.
            Err(TryLockError::Error(_)) => {}
        }
        let bytes = file.seek(SeekFrom::End(0)).map_err(Error::io("read", &path))?;
        Ok(Part { path, file, bytes })
    }

    /// Adds bytes at the end.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(Error::io("write", &self.path))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Throws away all that has arrived.
    pub(super) fn clear(&mut self) -> Result<()> {
        self.file.set_len(0).and_then(|()| self.file.rewind()).map_err(Error::io("empty", &self.path))?;
        self.bytes = 0;
        Ok(())
    }

    /// What is wrong with what has arrived, if anything.
    pub(super) fn fault(&mut self, wanted: &RemoteFile) -> Result<Option<String>> {
        let fault = fault(&self.file, wanted);
        self.file.seek(SeekFrom::End(0)).map_err(Error::io("read", &self.path))?;
        Ok(fault)
    }

    /// Puts the whole file at `place`: its bytes reach the disk before its name does.
    pub(super) fn install(self, place: &Path) -> Result<()> {
        self.file.sync_all().map_err(Error::io("sync", &self.path))?;
        std::fs::rename(&self.path, place).map_err(Error::io("rename", &self.path))?;
        sync_folder(place)
    }

    /// Removes the part file.
    pub(super) fn discard(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(Error::io("remove", &self.path))
    }
}

/// Makes a rename last through a power cut.
#[cfg(unix)]
fn sync_folder(place: &Path) -> Result<()> {
    let folder = place.parent().expect("a file in a folder has a parent");
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", folder))
}

/// Elsewhere a folder cannot be opened as a file; the file system's journal has to do.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<()> {
    Ok(())
}

/// How what is pinned of `file` differs from what is `wanted`: in words, or not at all.
/// Never inflates more than one byte beyond the wanted length.
pub(super) fn fault(file: &File, wanted: &RemoteFile) -> Option<String> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0u64);
    let mut hash = || -> std::io::Result<()> {
        let content: Box<dyn Read> = match wanted.pinned {
            Pinned::Content => inflate::content(file)?.1,
            Pinned::File => {
                let mut file = file;
                file.rewind()?;
                Box::new(file)
            }
        };
        let mut content = content.take(wanted.bytes + 1);
        let mut buffer = vec![0; 1 << 16];
        loop {
            match content.read(&mut buffer)? {
                0 => return Ok(()),
                read => {
                    hasher.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
    };
    if let Err(e) = hash() {
        return Some(format!("damaged after {bytes} of {} bytes ({e})", wanted.bytes));
    }
    if bytes != wanted.bytes {
        let bytes = if bytes > wanted.bytes { "more".to_string() } else { bytes.to_string() };
        let how = if wanted.pinned == Pinned::Content { " uncompressed" } else { "" };
        return Some(format!("{bytes} bytes{how}, {} are wanted", wanted.bytes));
    }
    let found = hexadecimal(&hasher.finalize());
    (!found.eq_ignore_ascii_case(&wanted.sha256)).then(|| format!("its sha256 is {found}, {} is wanted", wanted.sha256))
}
