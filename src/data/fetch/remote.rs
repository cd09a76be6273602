//! What can be downloaded, and from where: the tables of `assets/mirrors.toml`, or of a file that the user gives in its place.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// The embedded list.
const MIRRORS: &str = include_str!("../../../assets/mirrors.toml");

/// The most bytes that a file may be said to have, 1 GiB: what the reader of IDX takes.
const MOST_BYTES: u64 = 1 << 30;

/// A data set that can be downloaded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remote {
    /// Addresses (http or https) under which the files are found, the first to be tried first.
    pub mirrors: Vec<String>,
    /// The files, as every mirror calls them.
    pub files: Vec<RemoteFile>,
}

/// A file that can be downloaded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteFile {
    /// What mirrors, and then the folder, call it.
    pub name: String,
    /// The length of what is pinned.
    pub bytes: u64,
    /// The sha256 of what is pinned, 64 hexadecimal digits.
    pub sha256: String,
    /// What the two are those of.
    #[serde(default)]
    pub pinned: Pinned,
}

/// What of a file has the length and the sha256 that are known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pinned {
    /// Its content, inflated where it is gzip: mirrors may compress as they like.
    #[default]
    Content,
    /// The file as it was published and as it is sent.
    File,
}

impl Remote {
    /// The data set `name` in the list `mirrors`, or in the embedded one.
    /// # Errors
    /// [`Error::Io`] when the list cannot be read; [`Error::Config`] when it is no such list, lacks `name`, or says something absurd.
    pub fn named(name: &str, mirrors: Option<&Path>) -> Result<Remote> {
        match mirrors {
            None => Remote::parse(name, MIRRORS, "the embedded list of mirrors"),
            Some(path) => {
                Remote::parse(name, &std::fs::read_to_string(path).map_err(Error::io("read", path))?, &path.display().to_string())
            }
        }
    }

    fn parse(name: &str, text: &str, origin: &str) -> Result<Remote> {
        let refuse = |what: String| Err(Error::Config(format!("{origin}: {what}")));
        let mut all: BTreeMap<String, Remote> = match toml::from_str(text) {
            Ok(all) => all,
            Err(e) => {
                return refuse(format!("not a list of mirrors: {}", e.to_string().trim_end().replace('\n', "\n    ")));
            }
        };
        let Some(remote) = all.remove(name) else {
            let known = all.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            return refuse(format!("nothing to download for `{name}`; found: {}", if known.is_empty() { "nothing" } else { &known }));
        };
        match remote.absurdity() {
            None => Ok(remote),
            Some(what) => refuse(format!("{name}: {what}")),
        }
    }

    /// The first thing in it that cannot be meant, in words.
    fn absurdity(&self) -> Option<String> {
        if self.mirrors.is_empty() || self.files.is_empty() {
            return Some("at least one mirror and one file are needed".into());
        }
        if let Some(mirror) = self.mirrors.iter().find(|mirror| !mirror.starts_with("http://") && !mirror.starts_with("https://")) {
            return Some(format!("mirror `{mirror}` must begin with http:// or https://"));
        }
        self.files.iter().find_map(RemoteFile::absurdity)
    }
}

impl RemoteFile {
    fn absurdity(&self) -> Option<String> {
        let name = &self.name;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            // It becomes a path: no folders, no `..`, nothing hidden.
            return Some(format!("file `{name}` must have a plain name of letters, digits, `-`, `_` and `.`"));
        }
        if self.bytes == 0 || self.bytes > MOST_BYTES {
            return Some(format!("{name} has {} bytes; it must have from 1 to {MOST_BYTES}", self.bytes));
        }
        if self.sha256.len() != 64 || !self.sha256.chars().all(|c| c.is_ascii_hexdigit()) {
            return Some(format!("the sha256 of {name} is `{}`, but it must have 64 hexadecimal digits", self.sha256));
        }
        None
    }

    /// The most that is ever downloaded for this file: its length, and what gzip adds to bytes that it cannot shorten.
    pub(super) fn most_bytes(&self) -> u64 {
        self.bytes + self.bytes / 1000 + 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Remote::parse("mnist", text, "list.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_embedded_list_names_every_file_that_the_sets_are_read_from() {
        for name in ["mnist", "fashion-mnist", "kmnist"] {
            let remote = Remote::named(name, None).unwrap();
            let names: Vec<_> = remote.files.iter().map(|file| file.name.strip_suffix(".gz").unwrap()).collect();
            assert_eq!(names, crate::data::mnist::FILES);
        }
        assert!(Remote::named("mnist", None).unwrap().mirrors.len() >= 2);
        assert_eq!(Remote::named("cifar10", None).unwrap().files[0].name, crate::data::cifar::ARCHIVE);
    }

    #[test]
    fn a_list_that_says_something_absurd_is_refused_in_words() {
        let list = |mirror: &str, name: &str, bytes: &str, sha256: &str| {
            format!("[mnist]\nmirrors = [{mirror}]\n[[mnist.files]]\nname = {name:?}\nbytes = {bytes}\nsha256 = {sha256:?}")
        };
        let (mirror, sha) = ("\"http://a\"", "0".repeat(64));
        assert!(Remote::parse("mnist", &list(mirror, "a", "1", &sha), "list.toml").is_ok());
        assert!(refusal(&list("", "a", "1", &sha)).ends_with("at least one mirror and one file are needed"));
        assert!(refusal(&list("\"ftp://a\"", "a", "1", &sha)).contains("mirror `ftp://a` must begin with http:// or https://"));
        assert!(refusal(&list(mirror, "../../.bashrc", "1", &sha)).contains("file `../../.bashrc` must have a plain name"));
        assert!(refusal(&list(mirror, "a", "0", &sha)).contains("a has 0 bytes"));
        assert!(refusal(&list(mirror, "a", "1", "beef")).contains("the sha256 of a is `beef`"));
        assert!(refusal(&list(mirror, "a", "1\nsize = 2", &sha)).contains("unknown field `size`"));
        assert_eq!(refusal("[cifar]\nmirrors = []\nfiles = []"), "list.toml: nothing to download for `mnist`; found: `cifar`");
    }
}
