//! One picture: from a file's bytes to the bytes of an example.
//!
//! Turned as its EXIF data say, cut to the square in its middle, laid on white where it is translucent, made grey (0.2126 R + 0.7152 G + 0.0722 B) or
//! coloured, and scaled with Lanczos' filter of three lobes; pixels of the right size are kept as they are. Numbers stand for what the file says they do:
//! sixteen bits are rounded to eight, gamma is left alone.
//!
//! What a file is is seen in its content, never in its name.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::Form;
use super::listing::Listed;
use crate::error::{Error, Result};

/// The most bytes that a picture's file may have.
const MOST_BYTES: u64 = 1 << 26;

/// The longest side of a picture.
const MOST_SIDE: u32 = 1 << 15;

/// The most pixels: 8192×8192.
const MOST_PIXELS: u64 = 1 << 26;

/// Bytes that a decoder of PNG may take beside the pixels, and beside what its file may ask for: a row of the widest picture is 256 KiB.
const BESIDE: u64 = 1 << 20;

/// A file of more bytes, or a picture of more pixels, waits until it is the only large one.
const LARGE: u64 = 1 << 22;

/// The result of a step, or what is wrong with the picture, in words.
type Readable<T> = std::result::Result<T, String>;

/// Reads a picture's file below `root`. The large ones are read one at a time, in `turn`.
/// # Errors
/// [`Error::Io`] when the file cannot be read. That says nothing of the picture: the next time it may be whole.
pub(super) fn read(root: &Path, file: &Listed, form: Form, turn: &Mutex<()>) -> Result<Readable<Vec<u8>>> {
    if !file.there {
        return Ok(Err("a link that leads nowhere".into()));
    }
    let mut large = (file.bytes > LARGE).then(|| wait(turn));
    if file.bytes > MOST_BYTES {
        return Ok(Err(too_long()));
    }
    let (path, mut bytes) = (root.join(&file.path), vec![]);
    let opened = File::open(&path).map_err(Error::io("open", &path))?;
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io("read", &path))?;
    Ok(decode(&bytes, form, |pixels| {
        if pixels > LARGE && large.is_none() {
            large = Some(wait(turn));
        }
    }))
}

/// Reads a picture from its file's bytes: size × size bytes of each channel, one channel after the other.
/// # Errors
/// if the bytes are no whole PNG or JPEG, or the picture is absurdly large; in words.
pub fn read_from(bytes: &[u8], form: Form) -> std::result::Result<Vec<u8>, String> {
    decode(bytes, form, |_| ())
}

fn wait(turn: &Mutex<()>) -> MutexGuard<'_, ()> {
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

fn too_long() -> String {
    format!("its file has more than {MOST_BYTES} bytes")
}

/// Decodes a picture, once `begin` has heard how many pixels it has.
fn decode(bytes: &[u8], form: Form, begin: impl FnOnce(u64)) -> Readable<Vec<u8>> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_long());
    }
    let damaged = |error: image::ImageError| format!("damaged ({error})");
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    match reader.format() {
        Some(ImageFormat::Png) => {}
        Some(ImageFormat::Jpeg) if ends(bytes) => {}
        Some(ImageFormat::Jpeg) => return Err("damaged (the JPEG breaks off)".into()),
        Some(other) => return Err(format!("it is neither PNG nor JPEG, but {other:?}")),
        None => return Err("it is neither PNG nor JPEG".into()),
    }
    reader.limits(limits(bytes));
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MOST_PIXELS {
        return Err(format!("{width}×{height} pixels; a picture has from 1 to {MOST_PIXELS}"));
    }
    begin(pixels);
    // A picture whose EXIF data cannot be read is not broken for that.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(formed(&picture, form))
}

/// What a decoder is held to. The bytes of the pixels are not among it: [`MOST_PIXELS`] bounds them. What else a PNG holds is kept as it stands in the file,
/// but for a colour profile, which is inflated: one that grows beyond four times the file is a bomb, and the picture is read without it.
pub(in crate::data) fn limits(bytes: &[u8]) -> Limits {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_SIDE), Some(MOST_SIDE));
    limits.max_alloc = Some(4 * bytes.len() as u64 + BESIDE);
    limits
}

/// Whether a JPEG has its end (FF D9) behind a scan (FF DA): a decoder would fill up with grey what is missing. What comes behind the end is not looked at:
/// phones put films and further pictures there.
fn ends(bytes: &[u8]) -> bool {
    let (mut at, mut scans) = (2, false);
    loop {
        // Inside a scan, FF is followed by 00 or by a marker of restart. Between segments, what is no marker is passed over, as decoders do.
        let Some(marker) =
            bytes.get(at..).and_then(|rest| rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff)))
        else {
            return false;
        };
        let kind = bytes[at + marker + 1];
        at += marker + 2;
        match kind {
            0xd9 => return scans,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let Some(length) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
                scans |= kind == 0xda;
            }
        }
    }
}

/// The picture, of the form that is wanted.
fn formed(picture: &DynamicImage, Form { size, channels }: Form) -> Vec<u8> {
    let side = picture.width().min(picture.height());
    let square = picture.crop_imm((picture.width() - side) / 2, (picture.height() - side) / 2, side, side);
    let opaque = if square.color().has_alpha() { on_white(square) } else { square };
    match channels {
        1 => scaled_grey(opaque.into_luma8(), size),
        _ => scaled_colour(opaque.into_rgb8(), size),
    }
}

/// A translucent picture on a white ground: c·a + 255·(1 − a).
fn on_white(picture: DynamicImage) -> DynamicImage {
    let picture = picture.into_rgba8();
    let laid = |colour: u8, alpha: u8| ((u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8;
    DynamicImage::ImageRgb8(RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|colour| laid(colour, alpha)))
    }))
}

fn scaled_grey(picture: GrayImage, size: u32) -> Vec<u8> {
    if picture.width() == size { picture.into_raw() } else { imageops::resize(&picture, size, size, FilterType::Lanczos3).into_raw() }
}

fn scaled_colour(picture: RgbImage, size: u32) -> Vec<u8> {
    let picture = if picture.width() == size { picture } else { imageops::resize(&picture, size, size, FilterType::Lanczos3) };
    (0..3).flat_map(|channel| picture.pixels().map(move |pixel| pixel.0[channel])).collect()
}

#[cfg(test)]
mod tests;
