//! Samples from elsewhere, whoever made them: a `.npy` file or a folder of PNGs becomes rows of numbers as a data set has them, so that they can be scored
//! by the same protocol as a run's own.
//!
//! What does not fit is refused with a word on what to do: a wrong size, wrong channels, or values of another range than the data set's, which would make
//! every distance meaningless without looking wrong.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use image::{DynamicImage, ImageDecoder, ImageReader, Rgba32FImage};

use super::dataset::{Outline, Shape};
use super::images::picture_limits;
use super::npy::{self, Numbers};
use crate::error::{Error, Result};

/// The most numbers that are read, over all samples.
const MOST_NUMBERS: usize = 1 << 28;

/// The most bytes that are read of one picture's file.
const MOST_BYTES: u64 = 1 << 26;

/// Values may lie so far beyond their range, as a part of it: what rounding does. They are put on its edge.
const ROUNDING: f32 = 1e-4;

/// What black and full are in somebody's files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Black.
    pub low: f32,
    /// Full.
    pub high: f32,
}

impl FromStr for Range {
    type Err = String;

    /// `-1..1`.
    fn from_str(text: &str) -> std::result::Result<Range, String> {
        let ends = text.split_once("..").and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
        match ends {
            Some((low, high)) if low < high && f32::is_finite(low) && f32::is_finite(high) => Ok(Range { low, high }),
            _ => Err(format!("`{text}` is no range; write it like -1..1")),
        }
    }
}

/// Reads samples of a data set's kind: N rows, each width × height × channels numbers, x fastest, then y, then the channel.
///
/// A `.npy` file may hold N×D, N×H×W, N×H×W×C or N×C×H×W numbers: bytes, which mean b/255, or reals from 0 to 1, or within `range`, which is then mapped to
/// 0 to 1. A folder holds one PNG per sample, taken in the order of their names. Points of the plane or the line are N×D reals, taken as they are.
/// # Errors
/// if something cannot be read, does not have the data set's size and channels, or has values out of range; the message names the file and what to do.
pub fn read(path: &Path, outline: &Outline, range: Option<Range>) -> Result<Vec<f32>> {
    let rows = match path.is_dir() {
        true => folder(path, outline.shape)?,
        false => array(npy::read(path)?, outline, range).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?,
    };
    finite(rows, outline.shape).map_err(|why| Error::Data(format!("{}: {why}", path.display())))
}

/// Reads samples from the bytes of a `.npy` file.
/// # Errors
/// as [`read`] has them.
pub fn read_from(bytes: &[u8], outline: &Outline, range: Option<Range>) -> Result<Vec<f32>> {
    let rows = array(npy::read_from(bytes)?, outline, range).map_err(Error::Data)?;
    finite(rows, outline.shape).map_err(Error::Data)
}

/// The rows, if no number in them is infinite or none at all.
fn finite(rows: Vec<f32>, shape: Shape) -> std::result::Result<Vec<f32>, String> {
    match rows.iter().position(|value| !value.is_finite()) {
        None => Ok(rows),
        Some(at) => {
            let (sample, value) = (at / shape.dimensions() as usize, rows[at]);
            Err(format!("sample {sample} holds {value}, and no distance can be measured from it; leave it out"))
        }
    }
}

/// The rows of an array.
fn array(npy::Array { shape, numbers }: npy::Array, outline: &Outline, range: Option<Range>) -> std::result::Result<Vec<f32>, String> {
    let order = order(&shape, outline.shape).ok_or_else(|| unfit(&shape, outline))?;
    let values = match numbers {
        Numbers::Bytes(bytes) if outline.bytes => {
            let range = range.unwrap_or(Range { low: 0.0, high: 255.0 });
            within(bytes.into_iter().map(f32::from).collect(), range)?
        }
        Numbers::Bytes(_) => return Err(format!("bytes, but the points of `{}` are reals; save x.astype('float32')", outline.name)),
        Numbers::Reals(reals) if outline.bytes => within(reals, range.unwrap_or(Range { low: 0.0, high: 1.0 }))?,
        Numbers::Reals(_) if range.is_some() => {
            return Err(format!("a range is for pictures, the points of `{}` are taken as they are; leave --range out", outline.name));
        }
        Numbers::Reals(reals) => reals,
    };
    Ok(match order {
        Order::Ours => values,
        Order::ChannelsLast => channels_first(&values, outline.shape),
    })
}

/// Which way the numbers of one sample run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// As in a data set: x fastest, then y, then the channel.
    Ours,
    /// The channel fastest, as pictures are in numpy.
    ChannelsLast,
}

/// How an array of that shape holds samples; `None` if it does not, or holds none.
pub(super) fn order(array: &[usize], Shape { width, height, channels }: Shape) -> Option<Order> {
    let (w, h, c) = (width as usize, height as usize, channels as usize);
    let (&count, sample) = array.split_first()?;
    let ours = sample == [w * h * c] || sample == [c, h, w] || (c == 1 && sample == [h, w]);
    match (count, sample == [h, w, c], ours) {
        (0, ..) | (_, false, false) => None,
        (_, true, _) if c > 1 => Some(Order::ChannelsLast),
        _ => Some(Order::Ours),
    }
}

fn unfit(found: &[usize], outline: &Outline) -> String {
    let Shape { width: w, height: h, channels: c } = outline.shape;
    let found = found.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
    let wanted = match (outline.bytes, c) {
        (false, _) => format!("N×{}", outline.dimensions()),
        (true, 1) => format!("N×{h}×{w} or N×{}", w * h),
        _ => format!("N×{h}×{w}×{c} or N×{c}×{h}×{w}"),
    };
    format!("an array of {found} numbers; samples to compare with `{}` are {wanted}, at least one of them", outline.name)
}

/// Values mapped from their range to 0 to 1.
pub(super) fn within(mut values: Vec<f32>, Range { low, high }: Range) -> std::result::Result<Vec<f32>, String> {
    let span = high - low;
    let (least, most) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), &value| (least.min(value), most.max(value)));
    if least < low - ROUNDING * span || most > high + ROUNDING * span {
        return Err(format!("values from {least} to {most}, but {low} to {high} are taken for black to full{}", advice(least, most)));
    }
    // Not a number stays so, and is found by whoever asked.
    values.iter_mut().for_each(|value| *value = ((*value - low) / span).clamp(0.0, 1.0));
    Ok(values)
}

/// What range such values look like.
fn advice(least: f32, most: f32) -> String {
    match (least, most) {
        (-1.001..0.0, ..=1.001) => "; if theirs is −1 to 1, say --range -1..1".into(),
        (0.0.., 1.0..=255.5) => "; if theirs is 0 to 255, say --range 0..255, or save x.astype('uint8')".into(),
        _ => "; say their range with --range LOW..HIGH".into(),
    }
}

/// N×H×W×C as N×C×H×W.
pub(super) fn channels_first<T: Copy>(values: &[T], shape: Shape) -> Vec<T> {
    let (pixels, channels) = ((shape.width * shape.height) as usize, shape.channels as usize);
    let sample = |sample: &[T]| (0..channels * pixels).map(|at| sample[at % pixels * channels + at / pixels]).collect::<Vec<T>>();
    values.chunks_exact(pixels * channels).flat_map(sample).collect()
}

/// The rows of a folder of PNGs.
fn folder(path: &Path, shape: Shape) -> Result<Vec<f32>> {
    let files = pictures(path)?;
    if files.len().saturating_mul(shape.dimensions() as usize) > MOST_NUMBERS {
        return Err(Error::Data(format!(
            "{}: {} pictures are more than {MOST_NUMBERS} numbers; compare fewer samples",
            path.display(),
            files.len()
        )));
    }
    let mut rows = vec![];
    for file in &files {
        let mut bytes = vec![];
        fs::File::open(file).and_then(|opened| opened.take(MOST_BYTES).read_to_end(&mut bytes)).map_err(Error::io("read", file))?;
        rows.extend(read_picture_from(&bytes, shape).map_err(|why| Error::Data(format!("{}: {why}", file.display())))?);
    }
    Ok(rows)
}

/// The PNGs of a folder in the order of their names.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        files.extend(path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")).then(|| path.clone()));
    }
    files.sort();
    match files.is_empty() {
        true => Err(Error::Data(format!("{}: no PNG in this folder; samples are a .npy file or a folder of PNGs", folder.display()))),
        false => Ok(files),
    }
}

/// The bytes of a PNG's file as a row.
/// # Errors
/// if they are no whole PNG of that shape; in words.
pub fn read_picture_from(bytes: &[u8], shape: Shape) -> std::result::Result<Vec<f32>, String> {
    let Shape { width, height, channels } = shape;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    reader.limits(picture_limits(bytes));
    let damaged = |error: image::ImageError| format!("no whole PNG: {error}");
    // The size is looked at before anything is decoded: a small file may promise a picture that fills the memory.
    let decoder = reader.into_decoder().map_err(damaged)?;
    let size = decoder.dimensions();
    if size != (width, height) {
        return Err(format!("{}×{} pixels, the data set's pictures have {width}×{height}; scale them first", size.0, size.1));
    }
    let pixels = DynamicImage::from_decoder(decoder).map_err(damaged)?.into_rgba32f();
    if pixels.pixels().any(|pixel| pixel.0[3] != 1.0) {
        return Err("it is translucent, and samples are not; save it without an alpha channel".into());
    }
    match channels {
        1 if pixels.pixels().any(|pixel| pixel.0[0] != pixel.0[1] || pixel.0[1] != pixel.0[2]) => {
            Err("it is coloured, the data set is grey; save it in grey".into())
        }
        1 | 3 => Ok(channel_by_channel(&pixels, channels)),
        other => Err(format!("the data set has {other} channels, a PNG has 1 or 3; use a .npy file")),
    }
}

fn channel_by_channel(pixels: &Rgba32FImage, channels: u32) -> Vec<f32> {
    (0..channels as usize).flat_map(|channel| pixels.pixels().map(move |pixel| pixel.0[channel])).collect()
}

#[cfg(test)]
mod tests;
