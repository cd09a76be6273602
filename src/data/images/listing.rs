//! The pictures of a folder: found at any depth, in the order of their paths.
//!
//! What is hidden is left alone. Symbolic links are followed, but no folder is entered twice, so that a loop of links ends.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::Form;
use crate::error::{Error, Result};

/// How the names of pictures end.
const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// The most pictures that are listed.
const MOST_FILES: usize = 1 << 24;

/// Changes whenever the same picture would be made into other pixels, so that no older ones are taken from the cache.
const EDITION: u32 = 2;

/// A picture's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Below the root.
    pub path: PathBuf,
    /// Whether there is a file: a link may lead nowhere.
    pub there: bool,
    /// The file's length.
    pub bytes: u64,
    /// Nanoseconds since 1970; 0 where that is not to be had.
    modified: u128,
}

#[cfg(test)]
impl Listed {
    /// A file that is nowhere.
    pub fn for_test(path: &str) -> Listed {
        Listed { path: path.into(), there: true, bytes: 0, modified: 0 }
    }
}

/// What there is in a folder.
pub(super) struct Listing {
    /// The pictures, in the order of their paths.
    pub files: Vec<Listed>,
    /// How many files are none by their names.
    pub others: usize,
}

/// Lists a folder and those below it.
/// # Errors
/// [`Error::Io`] when one of them cannot be listed, or something in it not be looked at; [`Error::Data`] when there are more than 2²⁴ pictures.
pub(super) fn list(root: &Path) -> Result<Listing> {
    let mut listing = Listing { files: vec![], others: 0 };
    let (mut entered, mut folders) = (HashSet::new(), vec![PathBuf::new()]);
    while let Some(below) = folders.pop() {
        let folder = root.join(&below);
        let itself = fs::canonicalize(&folder).map_err(Error::io("open", &folder))?;
        if entered.insert(itself) {
            let mut further = listing.add(&folder, &below)?;
            // The last is taken first.
            further.sort_by(|a, b| b.cmp(a));
            folders.extend(further);
        }
        if listing.files.len() > MOST_FILES {
            return Err(Error::Data(format!("{}: more than {MOST_FILES} pictures; name a smaller folder", root.display())));
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

impl Listing {
    /// Adds the pictures of one folder, and returns the folders in it.
    fn add(&mut self, folder: &Path, below: &Path) -> Result<Vec<PathBuf>> {
        let mut folders = vec![];
        for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
            let name = entry.map_err(Error::io("list", folder))?.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, metadata) = (below.join(&name), metadata(&folder.join(&name))?);
            let is_picture = Path::new(&name).extension().is_some_and(|end| EXTENSIONS.iter().any(|known| end.eq_ignore_ascii_case(known)));
            match metadata {
                Some(metadata) if metadata.is_dir() => folders.push(path),
                Some(metadata) if is_picture && metadata.is_file() => {
                    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                    let modified = since.map_or(0, |since| since.as_nanos());
                    self.files.push(Listed { path, there: true, bytes: metadata.len(), modified });
                }
                None if is_picture => self.files.push(Listed { path, there: false, bytes: 0, modified: 0 }),
                _ => self.others += 1,
            }
        }
        Ok(folders)
    }

    /// The sha256 of paths, lengths, times and form: another one when anything was changed.
    pub fn key(&self, form: Form) -> [u8; 32] {
        let mut hasher = begun(form);
        for Listed { path, there, bytes, modified } in &self.files {
            let path = path.as_os_str().as_encoded_bytes();
            hasher.update((path.len() as u64).to_le_bytes());
            hasher.update(path);
            hasher.update([u8::from(*there)]);
            hasher.update(bytes.to_le_bytes());
            hasher.update(modified.to_le_bytes());
        }
        hasher.finalize().into()
    }
}

/// What a path leads to, or nothing for a link that leads nowhere. Other failures pass, and what is behind them must not be taken for nothing.
fn metadata(path: &Path) -> Result<Option<fs::Metadata>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}

/// The sha256 of a folder's own path and of the form: one place in the cache for each.
pub(super) fn key_of_place(root: &Path, form: Form) -> [u8; 32] {
    let mut hasher = begun(form);
    hasher.update(fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()).as_os_str().as_encoded_bytes());
    hasher.finalize().into()
}

fn begun(Form { size, channels }: Form) -> Sha256 {
    let mut hasher = Sha256::new();
    [EDITION, size, channels].iter().for_each(|number| hasher.update(number.to_le_bytes()));
    hasher
}
