//! The data sets gander knows by name, and the folders where it looks for those that are files.

use std::path::{Path, PathBuf};

use super::config::DataConfig;
use super::dataset::{Dataset, Outline};
use super::{digits, faces, mnist, points, tfd};
use crate::error::{Error, Result};

/// The names that [`open`] knows, each with what it is.
pub const KNOWN: [(&str, &str); 6] = [
    ("mnist", "28×28 handwritten digits, 70,000; four files, `gander data fetch mnist` downloads them"),
    (
        "tfd",
        "48×48 faces, about 100,000, in five folds: the Toronto Face Database, from its authors' own file TFD_48x48.mat, which has no public address",
    ),
    ("tfd-like", "48×48 drawn faces, 36,000, in seven expressions; procedural stand-in, not the Toronto Face Database; made from the seed"),
    ("digits", "28×28 handwritten-like digits, 70,000; embedded, made from the seed"),
    ("ring", "eight Gaussians on a circle in the plane, 81,920 points; made from the seed"),
    ("gaussian-1d", "one Gaussian on a line, the setting of the paper's Figure 1, 81,920 points; made from the seed"),
];

/// Opens the data set that a configuration names. `folder` holds those that are files: without it they are looked
/// for in $GANDER_DATA, then in [`cache_folder`]. In each of these the files may lie in the folder itself or in its subfolder `mnist`.
/// # Errors
/// [`Error::Config`] for an unknown name, with the nearest known one; [`Error::Data`] when files are nowhere, with the folders that were
/// searched, or are not what they promise to be.
pub fn open(config: &DataConfig, folder: Option<&Path>) -> Result<Dataset> {
    let fold = fold(config)?;
    let dataset = match config.set.as_str() {
        "mnist" => open_mnist(&roots(folder, std::env::var_os("GANDER_DATA").map(PathBuf::from), cache_folder().ok()))?,
        "tfd" => open_tfd(&roots(folder, std::env::var_os("GANDER_DATA").map(PathBuf::from), cache_folder().ok()), fold)?,
        "tfd-like" => faces::faces(config.seed, faces::EXAMPLES),
        "digits" => digits::digits(config.seed, digits::EXAMPLES),
        "ring" => points::ring(config.seed),
        "gaussian-1d" => points::gaussian_1d(config.seed),
        unknown => return Err(stranger(unknown)),
    };
    Ok(Dataset { preprocess: config.preprocess, ..dataset })
}

/// What the data set that a configuration names will be when it is opened: enough to lay out a game without any file.
/// # Errors
/// [`Error::Config`] for an unknown name, with the nearest known one.
pub fn outline(config: &DataConfig) -> Result<Outline> {
    let (shape, bytes, examples, train) = match config.set.as_str() {
        "mnist" => (mnist::SHAPE, true, mnist::EXAMPLES, mnist::TRAIN),
        "tfd" => (tfd::SHAPE, true, tfd::EXAMPLES, tfd::TRAIN),
        "tfd-like" => (faces::SHAPE, true, faces::EXAMPLES, faces::TRAIN),
        "digits" => (digits::SHAPE, true, digits::EXAMPLES, digits::TRAIN),
        "ring" => (points::RING_SHAPE, false, points::EXAMPLES, 0..points::TRAIN),
        "gaussian-1d" => (points::GAUSSIAN_SHAPE, false, points::EXAMPLES, 0..points::TRAIN),
        unknown => return Err(stranger(unknown)),
    };
    Ok(Outline { name: config.set.clone(), shape, bytes, examples, train, preprocess: config.preprocess })
}

/// How many folds of its own a data set has, each with examples for validation and test; 0 if it is not divided so.
#[must_use]
pub fn folds(set: &str) -> u32 {
    if set == "tfd" { tfd::FOLDS } else { 0 }
}

/// The fold that a configuration names, or the first.
fn fold(config: &DataConfig) -> Result<u32> {
    match (config.fold, folds(&config.set)) {
        (Some(fold), 0) => {
            Err(Error::Config(format!("data.fold is {fold}, but `{}` has no folds of its own, only `tfd` has; leave it out", config.set)))
        }
        (Some(fold), folds) if fold >= folds => {
            Err(Error::Config(format!("data.fold is {fold}, but `{}` has the folds 0 to {}", config.set, folds - 1)))
        }
        (fold, _) => Ok(fold.unwrap_or(0)),
    }
}

fn stranger(unknown: &str) -> Error {
    Error::Config(format!("there is no data set `{unknown}`{}; known: {}", suggestion(unknown), names()))
}

/// Where `gander data fetch` puts its files, one subfolder per data set: `gander` in the user's cache folder (`~/.cache` on Linux,
/// `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows).
/// # Errors
/// [`Error::Config`] when this user has no home.
pub fn cache_folder() -> Result<PathBuf> {
    let folders = directories::BaseDirs::new().ok_or_else(|| {
        Error::Config("this user has no home folder, and so no cache; name a folder with --data DIR or $GANDER_DATA".into())
    })?;
    Ok(folders.cache_dir().join("gander"))
}

/// The folders that files may lie under, the first to be looked into first. One that was named on the command line stands alone, so that
/// a misspelt one is not quietly replaced.
fn roots(named: Option<&Path>, variable: Option<PathBuf>, cache: Option<PathBuf>) -> Vec<PathBuf> {
    match named {
        Some(folder) => vec![folder.to_path_buf()],
        None => variable.filter(|folder| !folder.as_os_str().is_empty()).into_iter().chain(cache).collect(),
    }
}

/// Reads the Toronto Face Database from the first of the `roots`, or of their subfolders `tfd`, that has its file.
fn open_tfd(roots: &[PathBuf], fold: u32) -> Result<Dataset> {
    let folders: Vec<_> = roots.iter().flat_map(|root| [root.clone(), root.join("tfd")]).collect();
    if let Some(folder) = folders.iter().find(|folder| tfd::is_in(folder)) {
        return tfd::read(folder, fold);
    }
    let searched = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Error::Data(format!("tfd is nowhere: searched {searched}; {}", tfd::HOW)))
}

/// Reads MNIST from the first of the `roots`, or of their subfolders `mnist`, that has any of its files.
fn open_mnist(roots: &[PathBuf]) -> Result<Dataset> {
    let folders: Vec<_> = roots.iter().flat_map(|root| [root.clone(), root.join("mnist")]).collect();
    if let Some(folder) = folders.iter().find(|folder| mnist::is_in(folder)) {
        return mnist::read(folder);
    }
    let searched = match &folders[..] {
        [] => "no folder to search".to_string(),
        _ => format!("searched {}", folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")),
    };
    Err(Error::Data(format!("mnist is nowhere: {searched}; run `gander data fetch mnist`, or name its folder with --data DIR")))
}

/// ` (did you mean …?)`, when a known name is near: at most half of it would have to be typed anew.
fn suggestion(unknown: &str) -> String {
    let near = |name: &str| strsim::normalized_damerau_levenshtein(unknown, name);
    let nearest = KNOWN.iter().map(|(name, _)| *name).max_by(|a, b| near(a).total_cmp(&near(b)));
    nearest.filter(|name| near(name) >= 0.5).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The known names in one line.
fn names() -> String {
    KNOWN.map(|(name, _)| name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_but_those_of_files_opens_to_the_set_of_that_name() {
        // `digits` and `tfd-like` too would open, but all of them take long in a debug build; their own tests make fewer.
        for (name, _) in KNOWN.into_iter().filter(|(name, _)| !["mnist", "tfd", "tfd-like", "digits"].contains(name)) {
            assert_eq!(open(&DataConfig::named(name, 1), None).unwrap().name, name);
        }
    }

    #[test]
    fn an_outline_is_what_the_opened_set_has() {
        for name in ["ring", "gaussian-1d"] {
            assert_eq!(outline(&DataConfig::named(name, 1)).unwrap(), open(&DataConfig::named(name, 1), None).unwrap().outline());
        }
        let (few, all) = (digits::digits(1, 14).outline(), outline(&DataConfig::named("digits", 1)).unwrap());
        assert_eq!((few.shape, few.bytes), (all.shape, all.bytes));
        let (few, all) = (faces::faces(1, 12).outline(), outline(&DataConfig::named("tfd-like", 1)).unwrap());
        assert_eq!((few.shape, few.bytes), (all.shape, all.bytes));
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_and_all() {
        let message = open(&DataConfig::named("mnits", 1), None).unwrap_err().to_string();
        assert_eq!(message, "there is no data set `mnits` (did you mean `mnist`?); known: mnist, tfd, tfd-like, digits, ring, gaussian-1d");
        let message = open(&DataConfig::named("imagenet-22k", 1), None).unwrap_err().to_string();
        assert_eq!(message, "there is no data set `imagenet-22k`; known: mnist, tfd, tfd-like, digits, ring, gaussian-1d");
    }

    #[test]
    fn a_named_folder_stands_alone_and_the_variable_comes_before_the_cache() {
        let (variable, cache) = (Some(PathBuf::from("/variable")), Some(PathBuf::from("/cache")));
        assert_eq!(roots(Some(Path::new("/named")), variable.clone(), cache.clone()), [Path::new("/named")]);
        assert_eq!(roots(None, variable, cache.clone()), [Path::new("/variable"), Path::new("/cache")]);
        assert_eq!(roots(None, Some(PathBuf::new()), cache), [Path::new("/cache")]);
    }

    #[test]
    fn mnist_that_is_nowhere_is_answered_with_the_folders_and_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let message = open(&DataConfig::named("mnist", 1), Some(folder.path())).unwrap_err().to_string();
        let (direct, below) = (folder.path().display().to_string(), folder.path().join("mnist").display().to_string());
        assert!(message.starts_with(&format!("mnist is nowhere: searched {direct}, {below}; ")), "{message}");
        assert!(message.contains("`gander data fetch mnist`") && message.contains("--data DIR"), "{message}");
    }

    #[test]
    fn faces_that_are_nowhere_are_answered_with_how_one_comes_by_them() {
        let folder = tempfile::tempdir().unwrap();
        let message = open(&DataConfig::named("tfd", 1), Some(folder.path())).unwrap_err().to_string();
        assert!(message.starts_with(&format!("tfd is nowhere: searched {}", folder.path().display())), "{message}");
        assert!(
            message.contains("University of Toronto") && message.contains("TFD_48x48.mat") && message.contains("`tfd-like`"),
            "{message}"
        );
    }

    #[test]
    fn a_fold_is_refused_where_there_is_none() {
        let refusal = |set: &str, fold| open(&DataConfig { fold: Some(fold), ..DataConfig::named(set, 1) }, None).unwrap_err().to_string();
        assert_eq!(refusal("ring", 0), "data.fold is 0, but `ring` has no folds of its own, only `tfd` has; leave it out");
        assert_eq!(refusal("tfd", 5), "data.fold is 5, but `tfd` has the folds 0 to 4");
    }

    #[test]
    fn mnist_is_found_in_the_subfolder_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mnist")).unwrap();
        std::fs::write(folder.path().join("mnist").join(mnist::FILES[0]), "not an IDX file, but there").unwrap();
        // One file is there, so this is the folder; and the other three are missed by name.
        let message = open(&DataConfig::named("mnist", 1), Some(folder.path())).unwrap_err().to_string();
        assert!(message.contains(&format!("{}: no {}", folder.path().join("mnist").display(), mnist::FILES[1])), "{message}");
    }
}
