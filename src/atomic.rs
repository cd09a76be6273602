//! Files that appear whole or not at all.
//!
//! A viewer must never see half a picture and a killed run must never leave half a checkpoint. So a file is written under a temporary name in the same
//! folder, synced, and renamed over its final name; then the folder is synced, so that the new name survives a power cut too. The temporary file gets
//! the usual mode (what the umask leaves), not the 0600 of the crate `tempfile`. A process that is killed may leave its temporary file behind;
//! [`sweep`] removes those, and belongs under a lock that keeps other writers out of the folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How the names of temporary files end; they begin with a dot.
const TEMPORARY: &str = ".gander-tmp";

/// Writes the file `path` with what `fill` writes, whole or not at all; a file of that name is replaced.
///
/// A symbolic link is followed. What is not a regular file (`/dev/stdout`, a pipe) is written straight through.
/// # Errors when the folder is missing or may not be written, when the disk is full, when `fill` fails. Nothing is left behind, and an older file stays.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if fs::metadata(&target).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let mut file = OpenOptions::new().write(true).open(&target).map_err(Error::io("open", path))?;
        return fill(&mut file).map_err(Error::io("write", path));
    }
    let (temporary, file) = Temporary::beside(&target).map_err(Error::io("create", path))?;
    fill_and_sync(file, fill).map_err(Error::io("write", path))?;
    temporary.rename_to(&target).map_err(Error::io("write", path))?;
    sync_folder(folder_of(&target)).map_err(Error::io("sync the folder of", path))
}

/// Removes the temporary files which killed writers left in `folder`, and says how many there were. A missing folder holds none.
/// # Errors when the folder cannot be listed or a leftover cannot be removed.
pub fn sweep(folder: &Path) -> Result<usize> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(Error::io("list", folder))?,
    };
    let mut swept = 0;
    for entry in entries {
        let entry = entry.map_err(Error::io("list", folder))?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(TEMPORARY)) {
            fs::remove_file(entry.path()).map_err(Error::io("remove", entry.path()))?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// A temporary file, removed when dropped unless it was renamed.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// A fresh file beside `target`, under a name that nobody has.
    fn beside(target: &Path) -> io::Result<(Temporary, File)> {
        let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path does not end in a file name"))?;
        let process = std::process::id();
        let mut attempt = 0u32;
        loop {
            let path = folder_of(target).join(format!(".{}.{process}-{attempt}{TEMPORARY}", name.to_string_lossy()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Temporary { path, renamed: false }, file)),
                // A killed process may have had our number: in a container it is often 1.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn rename_to(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // The error that brought us here says more than one about the tidying; the next sweep tries again.
            fs::remove_file(&self.path).ok();
        }
    }
}

fn fill_and_sync(file: File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = BufWriter::with_capacity(1 << 20, file);
    fill(&mut buffered)?;
    buffered.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Makes a rename in `folder` durable. Windows has no such call, and some network file systems refuse it: then the rename is all there is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, |file| file.write_all(b"old")).unwrap();
        let full = write(&path, |file| {
            file.write_all(&[b'x'; 5000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(full.unwrap_err().to_string().starts_with(&format!("cannot write {}: ", path.display())));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn the_sweep_takes_leftovers_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".000500.png.77-0.gander-tmp", "000500.png", ".hidden", "mine.gander-tmp"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(sweep(folder.path()).unwrap(), 1);
        assert_eq!(names(folder.path()), [".hidden", "000500.png", "mine.gander-tmp"]);
        assert_eq!(sweep(&folder.path().join("missing")).unwrap(), 0);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/a.txt");
        let error = write(&path, |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with(&format!("cannot create {}: ", path.display())), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_usual_mode() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, usual) = (folder.path().join("ours"), folder.path().join("usual"));
        write(&ours, |_| Ok(())).unwrap();
        fs::write(&usual, "").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(usual));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        let error = write(Path::new("/dev/full"), |file| file.write_all(b"x")).unwrap_err();
        assert!(error.to_string().contains("cannot write /dev/full: No space left on device"), "{error}");
    }
}
