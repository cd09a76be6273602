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

/// The most bytes that a picture's file may have.
const MOST_BYTES: u64 = 1 << 26;

/// The longest side of a picture.
const MOST_SIDE: u32 = 1 << 15;

/// The most pixels: 8192×8192.
const MOST_PIXELS: u64 = 1 << 26;

/// The most bytes that a decoder may take for itself.
const MOST_MEMORY: u64 = 1 << 30;

/// A file of more bytes, or a picture of more pixels, waits until it is the only large one.
const LARGE: u64 = 1 << 22;

/// The result of a step, or what is wrong with the picture, in words.
type Readable<T> = Result<T, String>;

/// Reads a picture's file below `root`. The large ones are read one at a time, in `turn`.
pub(super) fn read(root: &Path, file: &Listed, form: Form, turn: &Mutex<()>) -> Readable<Vec<u8>> {
    let mut large = (file.bytes > LARGE).then(|| wait(turn));
    if file.bytes > MOST_BYTES {
        return Err(too_long());
    }
    let mut bytes = vec![];
    let opened = File::open(root.join(&file.path)).map_err(|error| error.to_string())?;
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    decode(&bytes, form, |pixels| {
        if pixels > LARGE && large.is_none() {
            large = Some(wait(turn));
        }
    })
}

/// Reads a picture from its file's bytes: size × size bytes of each channel, one channel after the other.
/// # Errors
/// if the bytes are no whole PNG or JPEG, or the picture is absurdly large; in words.
pub fn read_from(bytes: &[u8], form: Form) -> Result<Vec<u8>, String> {
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
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(MOST_SIDE), Some(MOST_SIDE), Some(MOST_MEMORY));
    reader.limits(limits);
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

/// Whether a JPEG has its end (FF D9) behind the beginning of its last scan (FF DA): a decoder would fill up with grey what is missing. Inside a scan
/// FF is always followed by 00 or by a marker of restart, so that neither is there by chance.
fn ends(bytes: &[u8]) -> bool {
    let mut pairs = bytes.windows(2).rev();
    let end = pairs.by_ref().take_while(|pair| *pair != [0xff, 0xda]).any(|pair| pair == [0xff, 0xd9]);
    end && pairs.any(|pair| pair == [0xff, 0xda])
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
