//! An array of numpy's as a data set: points, or pictures of any size, without labels.
//!
//! N×D numbers are points, unless a size says that they are pictures. N×H×W are grey pictures, N×C×H×W and N×H×W×C such with C channels, 1 or 3 of them.
//! Grey pictures of one row are refused: they have the shape of points, and would be taken for such.
//! Bytes mean b/255; reals of pictures lie from 0 to 1, and those of points are taken as they are. The examples are put into an order shuffled by a fixed
//! key; then ⌊n/7⌋ of n are held out for validation and as many for test. Memory: the array, at most 2²⁸ numbers, and while it is reordered the array once more and eight bytes per example.

use std::path::Path;

use super::dataset::{Dataset, Outline, Shape, Values};
use super::images::{sevenths, shuffled};
use super::npy::{self, Numbers};
use super::own::Hint;
use super::samples::{self, Order, Range};
use crate::error::{Error, Result};

/// The data set `name` of a `.npy` file.
/// # Errors
/// if the file cannot be read, is no such array, or holds reals of pictures beyond 0 to 1.
pub fn open(path: &Path, hint: Hint, name: &str) -> Result<Dataset> {
    dataset(npy::read(path)?, hint, name).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?.checked()
}

/// The same, from the file's bytes.
/// # Errors
/// as [`open`] has them.
pub fn read_from(bytes: &[u8], hint: Hint, name: &str) -> Result<Dataset> {
    dataset(npy::read_from(bytes)?, hint, name).map_err(Error::Data)?.checked()
}

/// What the data set of a `.npy` file will be: its header alone is read.
/// # Errors
/// if the file cannot be read, or is no such array.
pub fn outline(path: &Path, hint: Hint, name: &str) -> Result<Outline> {
    let (axes, bytes) = npy::describe(path)?;
    let (shape, _) = form(&axes, hint).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?;
    let examples = axes[0] as u32;
    Ok(Outline { name: name.into(), shape, bytes, examples, train: sevenths(examples).train, preprocess: None })
}

fn dataset(npy::Array { shape: axes, numbers }: npy::Array, hint: Hint, name: &str) -> std::result::Result<Dataset, String> {
    let (shape, order) = form(&axes, hint)?;
    // An array has at most 2²⁸ numbers, and so examples.
    let examples = axes[0] as u32;
    let values = match numbers {
        Numbers::Bytes(bytes) => Values::Bytes(arranged(&bytes, shape, order, shuffled(examples))),
        Numbers::Reals(reals) => {
            let reals = if shape.is_point() { reals } else { samples::within(reals, Range { low: 0.0, high: 1.0 })? };
            Values::Reals(arranged(&reals, shape, order, shuffled(examples)))
        }
    };
    let ranges = sevenths(examples);
    let (train, valid, test) = (ranges.train, ranges.valid, ranges.test);
    Ok(Dataset { name: name.into(), shape, values, labels: None, train, valid, test, preprocess: None })
}

/// The shape of an example, and which way its numbers run.
fn form(axes: &[usize], Hint { size, channels }: Hint) -> std::result::Result<(Shape, Order), String> {
    let found = || axes.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
    let is_channels = |axis: usize| channels.map_or(axis == 1 || axis == 3, |channels| axis == channels as usize);
    let shape =
        |width: usize, height: usize, channels: usize| Shape { width: width as u32, height: height as u32, channels: channels as u32 };
    let shape = match (axes, size) {
        // Where no axis is 0, none is longer than the 2²⁸ numbers that an array may have.
        (axes, _) if axes.contains(&0) => return Err(format!("an array of {} numbers holds no examples", found())),
        (&[_, numbers], Some(size)) => {
            let (side, channels) = (size as usize, channels.unwrap_or(if numbers == (size * size) as usize { 1 } else { 3 }) as usize);
            if side * side * channels != numbers {
                return Err(format!(
                    "an example has {numbers} numbers, {size}×{size} with {channels} channels are {}",
                    side * side * channels
                ));
            }
            shape(side, side, channels)
        }
        (&[_, numbers], None) => shape(numbers, 1, 1),
        (&[_, height, width], _) => shape(width, height, 1),
        (&[_, first, height, width], _) if is_channels(first) => shape(width, height, first),
        (&[_, height, width, last], _) if is_channels(last) => shape(width, height, last),
        _ => return Err(format!("an array of {} numbers; data are N×D, N×H×W, N×C×H×W or N×H×W×C, with 1 or 3 channels C", found())),
    };
    if let Some(size) = size.filter(|size| shape.width != *size || shape.height != *size) {
        return Err(format!(
            "pictures of {}×{}, not of {size}×{size}; leave the size out: an array has its own",
            shape.width, shape.height
        ));
    }
    if let Some(channels) = channels.filter(|channels| shape.channels != *channels) {
        return Err(format!("pictures with {} channels, not {channels}; leave the channels out: an array has its own", shape.channels));
    }
    if shape.is_point() && (axes.len() > 2 || size.is_some()) {
        let width = shape.width;
        return Err(format!(
            "grey pictures of one row of {width} numbers, which are points; save x.reshape(-1, {width}), and leave the size out"
        ));
    }
    let order = samples::order(axes, shape).ok_or_else(|| format!("an array of {} numbers holds no examples", found()))?;
    Ok((shape, order))
}

/// The examples of an array in another order, each with its channels one after the other.
fn arranged<T: Copy>(values: &[T], shape: Shape, order: Order, shuffle: impl Iterator<Item = usize>) -> Vec<T> {
    let dimensions = shape.dimensions() as usize;
    let mut arranged = Vec::with_capacity(values.len());
    for at in shuffle {
        let example = &values[at * dimensions..][..dimensions];
        match order {
            Order::Ours => arranged.extend_from_slice(example),
            Order::ChannelsLast => arranged.extend(samples::channels_first(example, shape)),
        }
    }
    arranged
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Hint = Hint { size: None, channels: None };

    fn saved(axes: &[usize], values: &[f32]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        npy::write(&path, axes, values).unwrap();
        (folder, path)
    }

    #[test]
    fn every_row_of_an_array_of_points_is_an_example_once() {
        let values: Vec<f32> = (0..60).map(|i| i as f32 - 7.5).collect();
        let (_folder, path) = saved(&[20, 3], &values);
        let dataset = open(&path, NONE, "npy:x").unwrap();
        assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..16, 16..18, 18..20));
        let mut rows: Vec<Vec<f32>> = (0..20).map(|i| dataset.example(i)).collect();
        assert_ne!(rows[0], values[..3], "the examples are shuffled");
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert_eq!(rows.concat(), values);
        assert_eq!(outline(&path, NONE, "npy:x").unwrap(), dataset.outline());
        assert_eq!(read_from(&std::fs::read(&path).unwrap(), NONE, "npy:x").unwrap(), dataset);
    }

    #[test]
    fn both_orders_of_channels_and_a_flat_one_are_the_same_pictures() {
        let (count, side) = (7, 4);
        // Channel c of pixel p of example e.
        let value = |e: usize, p: usize, c: usize| ((e * 48 + p * 3 + c) % 251) as f32 / 255.0;
        let examples = || (0..count).flat_map(|e| (0..side * side * 3).map(move |at| (e, at)));
        let first: Vec<f32> = examples().map(|(e, at)| value(e, at % 16, at / 16)).collect();
        let last: Vec<f32> = examples().map(|(e, at)| value(e, at / 3, at % 3)).collect();
        let hint = Hint { size: Some(4), channels: Some(3) };
        let of = |axes: &[usize], values: &[f32], hint| {
            let (_folder, path) = saved(axes, values);
            open(&path, hint, "x").unwrap()
        };
        let wanted = of(&[7, 3, 4, 4], &first, NONE);
        assert_eq!(wanted.shape, Shape { width: 4, height: 4, channels: 3 });
        assert_eq!(of(&[7, 4, 4, 3], &last, NONE), wanted);
        assert_eq!(of(&[7, 48], &first, hint), wanted);
    }

    #[test]
    fn what_is_no_data_is_named() {
        let refusal = |axes: &[usize], value: f32, hint| {
            let (_folder, path) = saved(axes, &vec![value; axes.iter().product()]);
            open(&path, hint, "x").unwrap_err().to_string()
        };
        assert!(refusal(&[5], 0.0, NONE).contains("an array of 5 numbers; data are N×D"));
        assert!(refusal(&[0, 5], 0.0, NONE).contains("holds no examples"));
        for axes in [&[2, 0][..], &[2, 0, 4], &[2, 4, 0, 3], &[2, 0, 4, 4], &[2, 3, 0, 0]] {
            assert!(refusal(axes, 0.0, NONE).contains("holds no examples"), "{axes:?}");
        }
        assert!(refusal(&[2, 5, 4, 4], 0.0, NONE).contains("with 1 or 3 channels"));
        assert!(refusal(&[2, 4, 4], 1.5, NONE).contains("values from 1.5 to 1.5"));
        assert!(refusal(&[2, 4], f32::NAN, NONE).contains("every number must be finite"));
        assert!(refusal(&[2, 4, 5], 0.0, Hint { size: Some(4), channels: None }).contains("pictures of 5×4, not of 4×4"));
        assert!(refusal(&[2, 50], 0.0, Hint { size: Some(4), channels: None }).contains("4×4 with 3 channels are 48"));
        assert!(refusal(&[2, 1, 5], 0.0, NONE).contains("grey pictures of one row of 5 numbers, which are points; save x.reshape(-1, 5)"));
        assert!(refusal(&[2, 1, 1, 5], 0.0, NONE).contains("one row of 5"));
        assert!(refusal(&[2, 1], 0.0, Hint { size: Some(1), channels: None }).contains("leave the size out"));
        assert!(refusal(&[2, 4, 4], 0.0, Hint { size: None, channels: Some(3) }).contains("with 1 channels, not 3"));
    }
}
