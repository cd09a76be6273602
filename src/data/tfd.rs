//! The Toronto Face Database (J. Susskind, A. Anderson and G. E. Hinton, "The Toronto Face Database", UTML TR 2010-001, University of Toronto): 48×48 grey
//! faces, most without a label, in one MAT-file of the user's own. It has no public address.
//!
//! The file holds `images` (N×48×48, bytes) and `folds` (N×5), which says of each image in each of five folds whether it is unlabelled (0), for training (1),
//! validation (2) or test (3); as Pylearn2 reads it (`pylearn2/datasets/tfd.py`), rows of an image come before columns, so that faces stand upright. The
//! published games are trained on the unlabelled images and evaluated in each fold. Expressions (`labs_ex`) and persons (`labs_id`) are not read, because
//! the images that a game is trained on have none.

use std::ops::Range;
use std::path::Path;

use super::dataset::{Dataset, Shape, Values};
use super::mat;
use crate::error::{Error, Result};

/// The file, by the name its authors give it.
pub const FILE: &str = "TFD_48x48.mat";

/// One face.
pub const SHAPE: Shape = Shape { width: 48, height: 48, channels: 1 };

/// The images that are trained on, and those that a fold holds out: 98,058 without a label, and 418 and 835 of 4,178 with one, as papers on it count them.
/// Enough to lay out a game; what is read is what the file holds.
pub const EXAMPLES: u32 = 98_058 + 418 + 835;

/// The images that are trained on.
pub const TRAIN: Range<u32> = 0..98_058;

/// The folds of its authors.
pub const FOLDS: u32 = 5;

/// How one comes by it.
pub const HOW: &str = "it has no public address: its authors gave it to researchers who asked them (Susskind, Anderson and Hinton, University of Toronto, \
    UTML TR 2010-001), so ask there or a group that works with it, and put TFD_48x48.mat there; `tfd-like` is a procedural stand-in for everybody";

/// What an image is for, in one fold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Unlabelled,
    Training,
    Validation,
    Test,
}

impl Part {
    /// The part that the file means by this number.
    fn of(number: f64) -> Option<Part> {
        match number {
            0.0 => Some(Part::Unlabelled),
            1.0 => Some(Part::Training),
            2.0 => Some(Part::Validation),
            3.0 => Some(Part::Test),
            _ => None,
        }
    }
}

/// Whether `folder` holds the file.
#[must_use]
pub fn is_in(folder: &Path) -> bool {
    folder.join(FILE).is_file()
}

/// Reads the file in `folder`: the unlabelled images for training, and those that fold number `fold`, from 0, has for validation and test.
/// # Errors
/// [`Error::Data`] when the file is missing or damaged (see [`mat`]), images are no bytes, or images and
/// folds do not belong together.
/// # Panics
/// If there is no such fold.
pub fn read(folder: &Path, fold: u32) -> Result<Dataset> {
    assert!(fold < FOLDS, "there are {FOLDS} folds, no fold {fold}");
    let path = folder.join(FILE);
    let [images, folds] = <[mat::Array; 2]>::try_from(mat::read(&path, &["images", "folds"])?).expect("two were asked for");
    of(&images, &folds, fold as usize).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?.checked()
}

/// The data set of one fold, or what keeps these arrays from being one.
fn of(images: &mat::Array, folds: &mat::Array, fold: usize) -> std::result::Result<Dataset, String> {
    let [count, height, width] = images.shape() else {
        return Err(format!("`images` has {} axes; they must be three: images, rows, columns", images.shape().len()));
    };
    if folds.shape() != [*count, FOLDS as usize] {
        return Err(format!("`folds` is {}, but for {count} images it must be {count}×{FOLDS}", described(folds.shape())));
    }
    let mut parts = vec![];
    for (image, number) in folds.row_major().into_iter().skip(fold).step_by(FOLDS as usize).enumerate() {
        parts.push(Part::of(number).ok_or_else(|| format!("image {image} has {number} in `folds`, but a part is a number from 0 to 3"))?);
    }
    let chosen = |part: Part| parts.iter().enumerate().filter(move |(_, of)| **of == part).map(|(image, _)| image);
    let [train, valid, test] = [Part::Unlabelled, Part::Validation, Part::Test].map(|part| chosen(part).collect::<Vec<_>>());
    let ranges = one_after_the_other([train.len(), valid.len(), test.len()]);
    let pixels = images.examples(&[train, valid, test].concat());
    let pixels = pixels.ok_or_else(|| format!("`images` are {:?}; save them as uint8", images.kind()))?;
    let [train, valid, test] = ranges;
    let shape = Shape { width: *width as u32, height: *height as u32, channels: 1 };
    Ok(Dataset { name: "tfd".into(), shape, values: Values::Bytes(pixels), labels: None, train, valid, test, preprocess: None })
}

/// Ranges of these lengths. They fit, because no MAT-file that is read has more than 2³⁰ bytes.
fn one_after_the_other(lengths: [usize; 3]) -> [Range<u32>; 3] {
    let mut end = 0;
    lengths.map(|length| {
        let start = end;
        end += length as u32;
        start..end
    })
}

fn described(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The small set that tests/mat/make.py wrote: 60 images of 6 rows and 5 columns.
    fn small() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), include_bytes!("../../tests/mat/tfd.mat")).unwrap();
        folder
    }

    /// Image `i` of it, as its script has it: rows before columns.
    fn image(i: u32) -> Vec<f32> {
        (0..6).flat_map(|row| (0..5).map(move |column| ((i * 31 + row * 7 + column * 3) % 256) as f32 / 255.0)).collect()
    }

    #[test]
    fn the_unlabelled_images_are_trained_on_and_each_fold_holds_out_its_own() {
        let folder = small();
        for fold in 0..FOLDS {
            let dataset = read(folder.path(), fold).unwrap();
            assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..30, 30..36, 36..42));
            assert_eq!(dataset.shape, Shape { width: 5, height: 6, channels: 1 });
            assert_eq!((dataset.example(0), dataset.example(29)), (image(0), image(58)));
            // Every labelled image i is in part [train, train, train, valid, test][(i / 2 + fold) mod 5].
            let turn = |turn: u32| (1..60).step_by(2).filter(move |i| (i / 2 + fold) % 5 == turn);
            assert_eq!(dataset.rows(dataset.valid.clone()), turn(3).flat_map(image).collect::<Vec<_>>());
            assert_eq!(dataset.rows(dataset.test.clone()), turn(4).flat_map(image).collect::<Vec<_>>());
        }
    }

    #[test]
    fn arrays_that_do_not_belong_together_are_refused() {
        let of = |images: &str, folds: &str| {
            let arrays = mat::read_from(include_bytes!("../../tests/mat/plain.mat"), &[images, folds]).unwrap();
            of(&arrays[0], &arrays[1], 0).unwrap_err()
        };
        assert_eq!(of("one", "uint8"), "`images` has 2 axes; they must be three: images, rows, columns");
        assert_eq!(of("uint8", "flag"), "`folds` is 1×3, but for 2 images it must be 2×5");
    }
}
