//! MNIST and its relatives: four IDX files in one folder, as LeCun, Cortes and Burges published them, and as anybody can make smaller ones. Fashion-MNIST
//! (Xiao, Rasul and Vollgraf 2017) and KMNIST (Clanuwat et al. 2018) have the same files under the same names, with other pictures in them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::dataset::{Dataset, Shape, Values};
use super::idx;
use crate::error::{Error, Result};

/// The four files by the names under which they were published, without `.gz`.
pub const FILES: [&str; 4] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// One picture of the published set.
pub const SHAPE: Shape = Shape { width: 28, height: 28, channels: 1 };

/// Examples of the published set.
pub const EXAMPLES: u32 = 70_000;

/// Training examples of the published set; mnist.yaml.
pub const TRAIN: Range<u32> = 0..50_000;

/// What the labels of Fashion-MNIST mean.
pub const GARMENTS: [&str; 10] = ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

/// What the labels of KMNIST mean: the syllables that its characters stand for.
pub const SYLLABLES: [&str; 10] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];

/// Reads the data set `name` from the four files of `folder`, each plain or gzip, under the name it was published by (`train-images-idx3-ubyte`) or the one that
/// some archives unpack to (`train-images.idx3-ubyte`), with `.gz` or without.
///
/// Examples are the training files' followed by the t10k files'. Of n training images the first n − ⌊n/6⌋ are for training and the
/// others for validation: 0–50,000 and 50,000–60,000 of MNIST itself, as in mnist.yaml; the test range is what t10k holds, 60,000–70,000.
/// Smaller sets, and images of another size, are read by the same rule.
/// # Errors
/// [`Error::Data`] when a file is missing or lies (see [`idx`]), images and labels differ in number, a label is above 9, or the two files
/// of images differ in size.
pub fn read(folder: &Path, name: &str) -> Result<Dataset> {
    let [train_images, train_labels, test_images, test_labels] = FILES.map(|file| find(folder, file, name));
    let (mut images, mut labels, path) = read_pair(train_images?, train_labels?)?;
    let (test_images, test_labels, test_path) = read_pair(test_images?, test_labels?)?;
    let (size, test_size) = ((images.columns, images.rows), (test_images.columns, test_images.rows));
    if size != test_size {
        return Err(Error::Data(format!(
            "{}: images of {}×{} pixels, but those of {} are {}×{}; the files belong to different sets, download them again",
            test_path.display(),
            test_size.0,
            test_size.1,
            path.display(),
            size.0,
            size.1
        )));
    }
    images.pixels.extend(test_images.pixels);
    labels.extend(test_labels);
    let trained = images.count - images.count / 6;
    Dataset {
        name: name.into(),
        shape: Shape { width: images.columns, height: images.rows, channels: 1 },
        values: Values::Bytes(images.pixels),
        labels: Some(labels),
        train: 0..trained,
        valid: trained..images.count,
        // Each file holds at most 2³⁰ images, so this cannot overflow.
        test: images.count..images.count + test_images.count,
        preprocess: None,
    }
    .checked()
}

/// Whether `folder` holds any of the four files.
#[must_use]
pub fn is_in(folder: &Path) -> bool {
    FILES.iter().any(|file| located(folder, file).is_some())
}

/// The names that a file of that published name may have.
fn names(file: &str) -> [String; 4] {
    let unpacked = file.replacen("-idx", ".idx", 1);
    [file.to_string(), format!("{file}.gz"), unpacked.clone(), format!("{unpacked}.gz")]
}

/// The file of that published name in `folder`, under whichever of its names it has there.
pub(crate) fn located(folder: &Path, file: &str) -> Option<PathBuf> {
    names(file).iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The same, or what to do about it for the data set `set`.
fn find(folder: &Path, file: &str, set: &str) -> Result<PathBuf> {
    located(folder, file).ok_or_else(|| {
        let (folder, others) = (folder.display(), names(file)[1..].join(", "));
        Error::Data(format!("{folder}: no {file}, nor {others}; run `gander data fetch {set}`, or name the folder with --data DIR"))
    })
}

/// A file of images, the labels that go with them, and the path of the images.
fn read_pair(images: PathBuf, labels: PathBuf) -> Result<(idx::Images, Vec<u8>, PathBuf)> {
    let (read_images, read_labels) = (idx::read_images(&images)?, idx::read_labels(&labels)?);
    if read_images.count as usize != read_labels.len() {
        let (count, path) = (read_images.count, images.display());
        let message = format!("{}: {} labels, but {path} has {count} images; download both again", labels.display(), read_labels.len());
        return Err(Error::Data(message));
    }
    if let Some(at) = read_labels.iter().position(|label| *label > 9) {
        let (label, path) = (read_labels[at], labels.display());
        return Err(Error::Data(format!("{path}: label {at} is {label}, but there are ten classes, 0 to 9; download it again")));
    }
    Ok((read_images, read_labels, images))
}

#[cfg(test)]
mod tests {
    use super::super::idx::tests::{gzip, idx};
    use super::*;

    /// A tiny MNIST: 13 training and 3 test images of 2×2 pixels, image i filled with i; labels i mod 10.
    fn tiny() -> [(String, Vec<u8>); 4] {
        let images = |range: std::ops::Range<u8>| idx(2051, &[range.len() as u32, 2, 2], &range.flat_map(|i| [i; 4]).collect::<Vec<_>>());
        let labels = |range: std::ops::Range<u8>| idx(2049, &[range.len() as u32], &range.map(|i| i % 10).collect::<Vec<_>>());
        let contents = [images(0..13), labels(0..13), images(13..16), labels(13..16)];
        let mut contents = contents.into_iter();
        FILES.map(|name| (name.to_string(), contents.next().unwrap()))
    }

    /// What becomes of the tiny MNIST once `change` has been at its files.
    fn read_changed(change: impl FnOnce(&mut [(String, Vec<u8>); 4])) -> Result<Dataset> {
        let folder = tempfile::tempdir().unwrap();
        let mut files = tiny();
        change(&mut files);
        files.iter().for_each(|(name, content)| std::fs::write(folder.path().join(name), content).unwrap());
        read(folder.path(), "mnist")
    }

    fn refusal(change: impl FnOnce(&mut [(String, Vec<u8>); 4])) -> String {
        read_changed(change).unwrap_err().to_string()
    }

    #[test]
    fn a_tiny_mnist_is_split_as_the_real_one() {
        let dataset = read_changed(|_| ()).unwrap();
        assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..11, 11..13, 13..16));
        assert_eq!(dataset.example(14), [14.0 / 255.0; 4]);
        assert_eq!(dataset.labels.as_ref().unwrap()[14], 4);
        let n = 60_000u32;
        assert_eq!(n - n / 6, 50_000);
    }

    #[test]
    fn all_names_of_a_file_are_found() {
        let dataset = read_changed(|files| {
            files[0] = ("train-images.idx3-ubyte".into(), files[0].1.clone());
            files[1] = ("train-labels-idx1-ubyte.gz".into(), gzip(&files[1].1));
            files[2] = ("t10k-images.idx3-ubyte.gz".into(), gzip(&files[2].1));
        });
        assert_eq!(dataset.unwrap(), read_changed(|_| ()).unwrap());
    }

    #[test]
    fn a_missing_file_is_named_with_what_to_do() {
        let message = refusal(|files| files[3].0 = "elsewhere".into());
        assert!(message.contains("no t10k-labels-idx1-ubyte, nor t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte"), "{message}");
        assert!(message.ends_with("run `gander data fetch mnist`, or name the folder with --data DIR"), "{message}");
    }

    #[test]
    fn images_and_labels_that_differ_in_number_are_refused() {
        let message = refusal(|files| files[1].1 = idx(2049, &[12], &[0; 12]));
        assert!(message.contains("train-labels-idx1-ubyte: 12 labels, but "), "{message}");
        assert!(message.contains("train-images-idx3-ubyte has 13 images"), "{message}");
    }

    #[test]
    fn a_label_that_is_no_digit_is_refused() {
        let message = refusal(|files| files[3].1 = idx(2049, &[3], &[0, 10, 2]));
        assert!(
            message.ends_with("t10k-labels-idx1-ubyte: label 1 is 10, but there are ten classes, 0 to 9; download it again"),
            "{message}"
        );
    }

    #[test]
    fn images_of_two_sizes_are_refused() {
        let message = refusal(|files| files[2].1 = idx(2051, &[3, 2, 1], &[0; 6]));
        assert!(message.contains("t10k-images-idx3-ubyte: images of 1×2 pixels, but those of "), "{message}");
    }
}
