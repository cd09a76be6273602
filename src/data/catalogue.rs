//! The data sets gander knows by name, and the folders where it looks for those that are files. One row of [`KNOWN`] says all that is to be said of one.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::config::DataConfig;
use super::dataset::{Dataset, Outline, Shape};
use super::images::{Folder, Notice};
use super::own::{OWN, Own};
use super::{arrays, cifar, digits, faces, mnist, points, tfd};
use crate::error::{Error, Result};

/// A data set that gander knows by name.
pub struct Known {
    /// The name that a configuration has.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What its labels mean, where that is more than a number.
    pub classes: &'static [&'static str],
    sketch: Sketch,
    source: Source,
}

/// What an opened set will be, as long as nobody has made another one in its place.
struct Sketch {
    shape: Shape,
    bytes: bool,
    examples: u32,
    train: Range<u32>,
}

/// Where a set comes from.
enum Source {
    /// It is made from a seed.
    Made(fn(u32) -> Dataset),
    /// It is read from files.
    Files(Files),
}

/// How the files of a set are found and read.
struct Files {
    /// Whether a place has any of them.
    is_in: fn(&Path) -> bool,
    /// Reads them all, holding out what this fold does.
    read: fn(&Path, u32) -> Result<Dataset>,
    /// How many folds of its own the set has; 0 if it is not divided so.
    folds: u32,
    /// Whose names they have.
    names: Names,
    /// How one gets them.
    how: How,
}

/// How one gets the files of a set.
#[derive(Clone, Copy)]
enum How {
    /// `gander data fetch` downloads them.
    Download,
    /// In another way, in words.
    Ask(&'static str),
}

/// Whose names a set's files have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Nobody else's: they are known wherever they lie.
    Own,
    /// Another set's too: they are this one's in a folder of its name, or in one that the user named.
    Shared,
}

/// Pictures of MNIST's form.
const OF_MNIST: Sketch = Sketch { shape: mnist::SHAPE, bytes: true, examples: mnist::EXAMPLES, train: mnist::TRAIN };

/// Points in the plane or on the line.
const fn points_of(shape: Shape) -> Sketch {
    Sketch { shape, bytes: false, examples: points::EXAMPLES, train: 0..points::TRAIN }
}

/// All of them.
pub static KNOWN: [Known; 9] = [
    Known {
        name: "mnist",
        what: "28×28 handwritten digits, 70,000, in ten classes",
        classes: &[],
        sketch: OF_MNIST,
        source: Source::Files(Files {
            is_in: mnist::is_in,
            folds: 0,
            read: |folder, _| mnist::read(folder, "mnist"),
            names: Names::Own,
            how: How::Download,
        }),
    },
    Known {
        name: "fashion-mnist",
        what: "28×28 pictures of clothes, 70,000, in ten classes",
        classes: &mnist::GARMENTS,
        sketch: OF_MNIST,
        source: Source::Files(Files {
            is_in: mnist::is_in,
            folds: 0,
            read: |folder, _| mnist::read(folder, "fashion-mnist"),
            names: Names::Shared,
            how: How::Download,
        }),
    },
    Known {
        name: "kmnist",
        what: "28×28 handwritten Japanese characters, 70,000, in ten classes",
        classes: &mnist::SYLLABLES,
        sketch: OF_MNIST,
        source: Source::Files(Files {
            is_in: mnist::is_in,
            folds: 0,
            read: |folder, _| mnist::read(folder, "kmnist"),
            names: Names::Shared,
            how: How::Download,
        }),
    },
    Known {
        name: "cifar10",
        what: "32×32 colour photographs, 60,000, in ten classes",
        classes: &cifar::CLASSES,
        sketch: Sketch { shape: cifar::SHAPE, bytes: true, examples: cifar::EXAMPLES, train: cifar::TRAIN },
        source: Source::Files(Files {
            is_in: cifar::is_in,
            folds: 0,
            read: |place, _| cifar::read(place),
            names: Names::Own,
            how: How::Download,
        }),
    },
    Known {
        name: "tfd",
        what: "48×48 grey faces, about 100,000, in five folds: the Toronto Face Database, read from its authors' own TFD_48x48.mat; it has no public address",
        classes: &[],
        sketch: Sketch { shape: tfd::SHAPE, bytes: true, examples: tfd::EXAMPLES, train: tfd::TRAIN },
        source: Source::Files(Files { is_in: tfd::is_in, folds: tfd::FOLDS, read: tfd::read, names: Names::Own, how: How::Ask(tfd::HOW) }),
    },
    Known {
        name: "tfd-like",
        what: "48×48 drawn faces, 36,000, in seven expressions; a procedural stand-in, not the Toronto Face Database; made from the seed",
        classes: &faces::CLASSES,
        sketch: Sketch { shape: faces::SHAPE, bytes: true, examples: faces::EXAMPLES, train: faces::TRAIN },
        source: Source::Made(|seed| faces::faces(seed, faces::EXAMPLES)),
    },
    Known {
        name: "digits",
        what: "28×28 handwritten-like digits, 70,000; embedded, made from the seed",
        classes: &[],
        sketch: Sketch { shape: digits::SHAPE, bytes: true, examples: digits::EXAMPLES, train: digits::TRAIN },
        source: Source::Made(|seed| digits::digits(seed, digits::EXAMPLES)),
    },
    Known {
        name: "ring",
        what: "eight Gaussians on a circle in the plane, 81,920 points; made from the seed",
        classes: &[],
        sketch: points_of(points::RING_SHAPE),
        source: Source::Made(points::ring),
    },
    Known {
        name: "gaussian-1d",
        what: "one Gaussian on a line, the setting of the paper's Figure 1, 81,920 points; made from the seed",
        classes: &[],
        sketch: points_of(points::GAUSSIAN_SHAPE),
        source: Source::Made(points::gaussian_1d),
    },
];

/// Opens the data set that a configuration names. `folder` holds those that are files: without it they are looked
/// for in $GANDER_DATA, then in [`cache_folder`]; in each of these in the subfolder of the set's name, then in the folder itself.
/// # Errors
/// [`Error::Config`] for an unknown name, with the nearest known one, or a folder for a set that is made from a seed; [`Error::Data`] when files are nowhere,
/// with the folders that were searched, or are not what they promise to be.
pub fn open(config: &DataConfig, folder: Option<&Path>) -> Result<Dataset> {
    open_watched(config, folder, &mut |_| ())
}

/// The same, for somebody who wants to hear what happens while a folder of pictures is decoded.
/// # Errors
/// as [`open`] has them.
pub fn open_watched(config: &DataConfig, folder: Option<&Path>, notice: &mut dyn FnMut(Notice)) -> Result<Dataset> {
    let fold = fold(config)?;
    let dataset = match Own::of(config)? {
        Some(Own::Folder(root, form)) => Folder::list(root, form)?.open(&config.set, cache_folder().ok().as_deref(), notice)?,
        Some(Own::Array(path, hint)) => arrays::open(path, hint, &config.set)?,
        None => Known::named(&config.set)?.open(config.seed, fold, folder)?,
    };
    Ok(Dataset { preprocess: config.preprocess, ..dataset })
}

/// What the data set that a configuration names will be when it is opened: enough to lay out a game without any of the known files. Of a folder of the user's
/// own the pictures are counted, of an array the header is read.
/// # Errors
/// [`Error::Config`] for an unknown name, with the nearest known one; [`Error::Io`] or [`Error::Data`] when the user's own data are not there.
pub fn outline(config: &DataConfig) -> Result<Outline> {
    let outline = match Own::of(config)? {
        Some(Own::Folder(root, form)) => Folder::list(root, form)?.outline(&config.set),
        Some(Own::Array(path, hint)) => arrays::outline(path, hint, &config.set)?,
        None => Known::named(&config.set)?.outline(),
    };
    Ok(Outline { preprocess: config.preprocess, ..outline })
}

/// The shape of an example of the data set that a configuration names. Nothing is read but the header of an array, where the configuration does not have it.
/// # Errors
/// as [`outline`] has them.
pub fn shape(config: &DataConfig) -> Result<Shape> {
    match (Own::of(config)?, config.shape) {
        (Some(Own::Folder(_, form)), _) => Ok(form.shape()),
        (Some(Own::Array(..)), Some([width, height, channels])) => Ok(Shape { width, height, channels }),
        _ => Ok(outline(config)?.shape),
    }
}

/// What the labels of the data set that a configuration names mean, where that is more than a number.
/// # Errors
/// as [`outline`] has them.
pub fn classes(config: &DataConfig) -> Result<Vec<String>> {
    Ok(match Own::of(config)? {
        Some(Own::Folder(root, form)) => Folder::list(root, form)?.classes().to_vec(),
        Some(Own::Array(..)) => vec![],
        None => Known::named(&config.set)?.classes.iter().map(|class| class.to_string()).collect(),
    })
}

/// How many folds of its own a data set has, each with examples for validation and test; 0 if it is not divided so.
#[must_use]
pub fn folds(set: &str) -> u32 {
    let source = KNOWN.iter().find(|known| known.name == set).map(|known| &known.source);
    if let Some(Source::Files(files)) = source { files.folds } else { 0 }
}

/// The fold that a configuration names, or the first.
fn fold(config: &DataConfig) -> Result<u32> {
    let DataConfig { set, fold, .. } = config;
    match (*fold, folds(set)) {
        (None, _) => Ok(0),
        (Some(fold), folds) if fold < folds => Ok(fold),
        (Some(fold), 0) => {
            Err(Error::Config(format!("data.fold is {fold}, but `{set}` has no folds of its own, only `tfd` has; leave it out")))
        }
        (Some(fold), folds) => Err(Error::Config(format!("data.fold is {fold}, but `{set}` has the folds 0 to {}", folds - 1))),
    }
}

impl Known {
    /// The data set of that name.
    /// # Errors
    /// [`Error::Config`] if there is none, with the nearest and all.
    pub fn named(name: &str) -> Result<&'static Known> {
        let unknown = || Error::Config(format!("there is no data set `{name}`{}; known: {}", suggestion(name), names()));
        KNOWN.iter().find(|known| known.name == name).ok_or_else(unknown)
    }

    /// Where its files lie, if it has files, and they lie anywhere; under `folder`, if one is named.
    #[must_use]
    pub fn place(&self, folder: Option<&Path>) -> Option<PathBuf> {
        match &self.source {
            Source::Files(files) => self.find(files, folder).ok(),
            Source::Made(_) => None,
        }
    }

    /// How one gets its files; `None` if it is made from a seed.
    #[must_use]
    pub fn how(&self) -> Option<String> {
        match &self.source {
            Source::Files(Files { how: How::Download, .. }) => Some(format!("run `gander data fetch {}`", self.name)),
            Source::Files(Files { how: How::Ask(how), .. }) => Some((*how).into()),
            Source::Made(_) => None,
        }
    }

    /// How one gets it, where that is no download.
    #[must_use]
    pub fn no_download(&self) -> Option<String> {
        match &self.source {
            Source::Files(Files { how: How::Download, .. }) => None,
            Source::Files(_) => self.how(),
            Source::Made(_) => Some("it is made from its seed, and nothing has to be downloaded".into()),
        }
    }

    fn open(&self, seed: u32, fold: u32, folder: Option<&Path>) -> Result<Dataset> {
        match (&self.source, folder) {
            (Source::Made(make), None) => Ok(make(seed)),
            (Source::Made(_), Some(folder)) => Err(self.unread(folder)),
            (Source::Files(files), _) => (files.read)(&self.find(files, folder)?, fold),
        }
    }

    /// That a folder was named for a set that has no files: whoever named it meant another set.
    fn unread(&self, folder: &Path) -> Error {
        Error::Config(format!(
            "`{}` is made from its seed, and nothing is read from {}; leave --data out, or name the data that are meant: a set that has files, as in \
             --set data.set=mnist, or --data folder:PATH or FILE.npy",
            self.name,
            folder.display()
        ))
    }

    fn outline(&self) -> Outline {
        let Sketch { shape, bytes, examples, train } = &self.sketch;
        let (name, train) = (self.name.into(), train.clone());
        Outline { name, shape: *shape, bytes: *bytes, examples: *examples, train, preprocess: None }
    }

    /// The first place that has any of its files.
    fn find(&self, files: &Files, named: Option<&Path>) -> Result<PathBuf> {
        let roots = roots(named, std::env::var_os("GANDER_DATA").map(PathBuf::from), cache_folder().ok());
        let itself = named.is_some() || files.names == Names::Own;
        let places: Vec<PathBuf> = roots.into_iter().flat_map(|root| places(root, self.name, itself)).collect();
        if let Some(place) = places.iter().find(|place| (files.is_in)(place)) {
            return Ok(place.clone());
        }
        let searched = match &places[..] {
            [] => "no folder to search".to_string(),
            _ => format!("searched {}", places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")),
        };
        let how = self.how().unwrap_or_default();
        Err(Error::Data(format!("{} is nowhere: {searched}; {how}, or name its folder with --data DIR", self.name)))
    }
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

/// Where the files of a set may lie under a root: in the subfolder of its name, and, where that is unmistakable, in the root `itself`.
fn places(root: PathBuf, name: &str, itself: bool) -> Vec<PathBuf> {
    [Some(root.join(name)), itself.then_some(root)].into_iter().flatten().collect()
}

/// ` (did you mean …?)`, when a known name is near: at most half of it would have to be typed anew.
fn suggestion(unknown: &str) -> String {
    let near = |name: &str| strsim::normalized_damerau_levenshtein(unknown, name);
    let nearest = KNOWN.iter().map(|known| known.name).max_by(|a, b| near(a).total_cmp(&near(b)));
    nearest.filter(|name| near(name) >= 0.5).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The known names in one line.
fn names() -> String {
    KNOWN.iter().map(|known| known.name).chain(OWN.map(|(name, _)| name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_but_those_of_files_opens_to_the_set_of_that_name() {
        // `digits` and `tfd-like` too would open, but all of them take long in a debug build; their own tests make fewer.
        for name in
            KNOWN.iter().filter(|known| known.how().is_none() && !["digits", "tfd-like"].contains(&known.name)).map(|known| known.name)
        {
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
        assert_eq!(
            message,
            "there is no data set `mnits` (did you mean `mnist`?); known: mnist, fashion-mnist, kmnist, cifar10, tfd, tfd-like, digits, ring, gaussian-1d, folder:PATH, npy:PATH"
        );
        let message = open(&DataConfig::named("imagenet-22k", 1), None).unwrap_err().to_string();
        assert_eq!(
            message,
            "there is no data set `imagenet-22k`; known: mnist, fashion-mnist, kmnist, cifar10, tfd, tfd-like, digits, ring, gaussian-1d, folder:PATH, npy:PATH"
        );
    }

    #[test]
    fn a_named_folder_stands_alone_and_the_variable_comes_before_the_cache() {
        let (variable, cache) = (Some(PathBuf::from("/variable")), Some(PathBuf::from("/cache")));
        assert_eq!(roots(Some(Path::new("/named")), variable.clone(), cache.clone()), [Path::new("/named")]);
        assert_eq!(roots(None, variable, cache.clone()), [Path::new("/variable"), Path::new("/cache")]);
        assert_eq!(roots(None, Some(PathBuf::new()), cache), [Path::new("/cache")]);
    }

    #[test]
    fn files_of_mnist_are_not_taken_for_those_of_a_set_with_the_same_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_path_buf();
        std::fs::write(root.join(mnist::FILES[0]), "of whichever set").unwrap();
        let found = |name: &str, named: bool| {
            let Source::Files(files) = &Known::named(name).unwrap().source else { panic!("it has files") };
            let itself = named || files.names == Names::Own;
            places(root.clone(), name, itself).into_iter().any(|place| (files.is_in)(&place))
        };
        // Only whoever names the folder says that it is Fashion-MNIST that lies there.
        assert_eq!((found("mnist", false), found("fashion-mnist", false), found("kmnist", false)), (true, false, false));
        assert_eq!((found("mnist", true), found("fashion-mnist", true)), (true, true));
    }

    #[test]
    fn a_folder_for_a_set_without_files_is_refused() {
        let message = open(&DataConfig::named("ring", 1), Some(Path::new("/mnist"))).unwrap_err().to_string();
        assert!(message.starts_with("`ring` is made from its seed, and nothing is read from /mnist; leave --data out"), "{message}");
        assert!(message.contains("--set data.set=mnist"), "{message}");
    }

    #[test]
    fn the_shape_of_an_array_that_is_gone_is_the_one_written_down() {
        let config = DataConfig { shape: Some([5, 3, 1]), ..DataConfig::named("npy:/nowhere/x.npy", 0) };
        assert_eq!(shape(&config).unwrap(), Shape { width: 5, height: 3, channels: 1 });
        assert!(shape(&DataConfig { shape: None, ..config }).is_err());
    }

    #[test]
    fn mnist_that_is_nowhere_is_answered_with_the_folders_and_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let message = open(&DataConfig::named("mnist", 1), Some(folder.path())).unwrap_err().to_string();
        let (direct, below) = (folder.path().display().to_string(), folder.path().join("mnist").display().to_string());
        assert!(message.starts_with(&format!("mnist is nowhere: searched {below}, {direct}; ")), "{message}");
        assert!(message.contains("`gander data fetch mnist`") && message.contains("--data DIR"), "{message}");
    }

    #[test]
    fn faces_that_are_nowhere_are_answered_with_how_one_comes_by_them() {
        let folder = tempfile::tempdir().unwrap();
        let message = open(&DataConfig::named("tfd", 1), Some(folder.path())).unwrap_err().to_string();
        assert!(message.starts_with(&format!("tfd is nowhere: searched {}", folder.path().join("tfd").display())), "{message}");
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
