//! Data of the user's own, as a configuration names them: `folder:PATH`, a folder of pictures, and `npy:PATH`, an array of numpy's.

use std::path::{Path, PathBuf};

use super::config::DataConfig;
use super::images::{Form, MOST_SIZE};
use crate::error::{Error, Result};

/// What such names begin with, each with what stands behind it.
pub const OWN: [(&str, &str); 2] = [
    ("folder:PATH", "any folder of PNG and JPEG pictures, a class per subfolder; takes --size N, and --channels 1 for grey"),
    ("npy:PATH", "an array that numpy.save wrote: N×H×W, N×C×H×W, N×H×W×C, bytes or reals from 0 to 1; or points, N×D"),
];

/// The side and the channels of a picture, as far as a configuration says them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Pixels on each side.
    pub size: Option<u32>,
    /// 1 or 3.
    pub channels: Option<u32>,
}

/// Data of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own<'a> {
    /// A folder of pictures, and what they are made.
    Folder(&'a Path, Form),
    /// An array, and what its numbers may be.
    Array(&'a Path, Hint),
}

impl Own<'_> {
    /// The data of the user's own that a configuration names, if it names any.
    /// # Errors
    /// [`Error::Config`] when size or channels are missing, impossible, or said of a set that has its own.
    pub fn of(config: &DataConfig) -> Result<Option<Own<'_>>> {
        let DataConfig { set, size, channels, shape, .. } = config;
        if let Some([width, height, depth]) = shape.filter(|_| !set.starts_with("npy:")) {
            return Err(Error::Config(format!(
                "data.shape is {width}×{height}×{depth}, but `{set}` has its own; it is for npy:PATH, and `gander train` writes it"
            )));
        }
        if let Some(size) = size.filter(|size| !(1..=MOST_SIZE).contains(size)) {
            return Err(Error::Config(format!("data.size is {size}; it must lie from 1 to {MOST_SIZE}")));
        }
        if let Some(channels) = channels.filter(|channels| !matches!(channels, 1 | 3)) {
            return Err(Error::Config(format!("data.channels is {channels}; it must be 1 for grey or 3 for colour")));
        }
        let hint = Hint { size: *size, channels: *channels };
        let own = match (set.split_once(':'), size) {
            (Some(("folder" | "npy", "")), _) => {
                return Err(Error::Config(format!("data.set is `{set}`, and no path follows; write it like folder:PATH or npy:PATH")));
            }
            (Some(("folder", path)), Some(size)) => Own::Folder(Path::new(path), Form { size: *size, channels: channels.unwrap_or(3) }),
            (Some(("folder", path)), None) => {
                return Err(Error::Config(format!("the size of the pictures of {path} is not said; add --size N, or data.size = N")));
            }
            (Some(("npy", path)), _) => Own::Array(Path::new(path), hint),
            _ if hint != Hint::default() => {
                let (key, value) = if let Some(size) = size { ("size", *size) } else { ("channels", channels.unwrap_or(0)) };
                return Err(Error::Config(format!("data.{key} is {value}, but `{set}` has its own; it is for folder:PATH and npy:PATH")));
            }
            _ => return Ok(None),
        };
        Ok(Some(own))
    }
}

/// The name of the set that a path on the command line chooses, if it chooses one: `folder:PATH` and `npy:PATH` do, and so does a path that ends in `.npy`.
/// The path in it is absolute, so that a run finds its data from everywhere.
/// # Errors
/// [`Error::Config`] when the path is not text that a configuration can hold.
pub fn chosen(data: &Path) -> Result<Option<String>> {
    let ends_so = data.extension().is_some_and(|end| end == "npy");
    match data.to_str() {
        Some(text) => match text.split_once(':') {
            Some((kind @ ("folder" | "npy"), path)) => Ok(Some(format!("{kind}:{}", absolute(path)?))),
            _ if ends_so => Ok(Some(format!("npy:{}", absolute(text)?))),
            _ => Ok(None),
        },
        None if ends_so || data.as_os_str().as_encoded_bytes().starts_with(b"folder:") => {
            Err(Error::Config(format!("{}: a configuration is text, and this path is none; rename it", data.display())))
        }
        None => Ok(None),
    }
}

/// The absolute path, if there is any.
fn absolute(path: &str) -> Result<String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let absolute: PathBuf = std::path::absolute(path).map_err(Error::io("find", path))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|path| Error::Config(format!("{}: a configuration is text, and this path is none; rename a folder", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(set: &str, size: Option<u32>, channels: Option<u32>) -> String {
        Own::of(&DataConfig { set: set.into(), size, channels, ..DataConfig::default() }).unwrap_err().to_string()
    }

    #[test]
    fn prefixes_and_endings_choose_and_folders_do_not() {
        let here = std::env::current_dir().unwrap();
        let of = |data: &str| chosen(Path::new(data)).unwrap();
        assert_eq!(of("folder:/a/b"), Some("folder:/a/b".into()));
        assert_eq!(of("folder:a"), Some(format!("folder:{}", here.join("a").display())));
        assert_eq!(of("x.npy"), Some(format!("npy:{}", here.join("x.npy").display())));
        assert_eq!(of("npy:/x"), Some("npy:/x".into()));
        assert_eq!((of("/data/mnist"), of("C:/data")), (None, None));
    }

    #[test]
    fn a_configuration_names_its_own_data_with_their_form() {
        let config = DataConfig { set: "folder:/a".into(), size: Some(32), channels: Some(1), ..DataConfig::default() };
        assert_eq!(Own::of(&config).unwrap(), Some(Own::Folder(Path::new("/a"), Form { size: 32, channels: 1 })));
        let config = DataConfig { set: "npy:/a:b.npy".into(), ..DataConfig::default() };
        assert_eq!(Own::of(&config).unwrap(), Some(Own::Array(Path::new("/a:b.npy"), Hint::default())));
        assert_eq!(Own::of(&DataConfig::named("mnist", 1)).unwrap(), None);
    }

    #[test]
    fn a_form_that_cannot_be_is_refused() {
        assert!(refusal("folder:/a", None, Some(3)).contains("add --size N"));
        assert!(refusal("folder:/a", Some(0), None).contains("data.size is 0; it must lie from 1 to 2048"));
        assert!(refusal("folder:/a", Some(8), Some(4)).contains("data.channels is 4"));
        assert!(refusal("folder:", Some(8), None).contains("no path follows"));
        assert!(refusal("mnist", Some(32), None).contains("data.size is 32, but `mnist` has its own"));
        assert!(refusal("mnist", None, Some(3)).contains("data.channels is 3, but `mnist` has its own"));
        let shaped = DataConfig { shape: Some([2, 3, 1]), ..DataConfig::named("mnist", 1) };
        assert!(Own::of(&shaped).unwrap_err().to_string().starts_with("data.shape is 2×3×1, but `mnist` has its own"));
    }
}
