//! The folder of packs in the cache: how much of it is kept, and what goes first.
//!
//! A pack that is read is marked as used, by its file's time. When a new one was written, those that were not used for longest are removed until the others
//! take at most [`MOST_BYTES`]. Whatever fails here costs time or room, never truth, and is passed over.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The most bytes that all packs together take: two of the largest data sets.
pub(super) const MOST_BYTES: u64 = 1 << 33;

/// What is no pack and older than this was left behind by a writer that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Marks a pack as used now.
pub(super) fn used(pack: &Path) {
    drop(File::options().append(true).open(pack).and_then(|file| file.set_modified(SystemTime::now())));
}

/// Removes what was left behind beside a pack, and the packs that were not used for longest until all take at most so many bytes; never the pack itself.
pub(super) fn sweep(pack: &Path, most: u64) {
    let (mut packs, mut total) = (vec![], 0);
    for (path, metadata) in beside(pack) {
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if path.extension().is_some_and(|end| end == "pack") {
            total += metadata.len();
            packs.push((modified, path, metadata.len()));
        } else if modified.elapsed().is_ok_and(|age| age > ABANDONED) {
            drop(fs::remove_file(path));
        }
    }
    packs.sort();
    for (_, path, bytes) in packs.iter().filter(|(_, path, _)| path != pack) {
        if total > most && fs::remove_file(path).is_ok() {
            total -= bytes;
        }
    }
}

/// The files in a pack's folder.
fn beside(pack: &Path) -> impl Iterator<Item = (PathBuf, fs::Metadata)> {
    let folder = pack.parent().expect("the place of a pack is in a folder");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok().filter(fs::Metadata::is_file)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that was used so many seconds ago.
    fn put(folder: &Path, name: &str, bytes: usize, seconds: u64) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, vec![0; bytes]).unwrap();
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        path
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_packs_that_were_not_used_for_longest_go_first_and_the_new_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        put(folder, "a.pack", 100, 300);
        put(folder, "b.pack", 100, 400);
        put(folder, "c.pack", 100, 100);
        // Its clock may be behind all others'.
        let new = put(folder, "new.pack", 100, 9999);
        sweep(&new, 400);
        assert_eq!(names(folder), ["a.pack", "b.pack", "c.pack", "new.pack"]);
        used(&folder.join("b.pack"));
        sweep(&new, 399);
        assert_eq!(names(folder), ["b.pack", "c.pack", "new.pack"]);
        sweep(&new, 200);
        assert_eq!(names(folder), ["b.pack", "new.pack"]);
        sweep(&new, 0);
        assert_eq!(names(folder), ["new.pack"]);
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        put(folder, ".x.pack.7-0.gander-tmp", 100, 60 * 60);
        put(folder, ".y.pack.8-0.gander-tmp", 100, 25 * 60 * 60);
        fs::create_dir(folder.join("a folder.pack")).unwrap();
        let new = put(folder, "new.pack", 100, 0);
        sweep(&new, 0);
        assert_eq!(names(folder), [".x.pack.7-0.gander-tmp", "a folder.pack", "new.pack"]);
    }
}
