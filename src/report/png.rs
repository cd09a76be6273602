//! A finished picture, ready for a file.

use std::path::Path;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::atomic;
use crate::error::Result;

/// The bytes of a PNG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png(Vec<u8>);

impl Png {
    /// Encodes 8-bit RGB pixels.
    pub fn encode(pixels: &RgbImage) -> Png {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes)
            .write_image(pixels.as_raw(), pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
            .expect("a vector takes every byte, and the pixels fill their width and height");
        Png(bytes)
    }

    /// Takes what another encoder has made.
    pub(super) fn from_encoded(bytes: Vec<u8>) -> Png {
        Png(bytes)
    }

    /// Columns and rows of pixels.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = (&self.0[16..20], &self.0[20..24]);
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
        // The first chunk of every PNG, after the signature's 8 bytes and its own length and name.
        (number(width), number(height))
    }

    /// The pixels again.
    pub fn pixels(&self) -> RgbImage {
        image::load_from_memory_with_format(&self.0, image::ImageFormat::Png).expect("an encoder has made it").to_rgb8()
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes the file `path`, whole or not at all: a viewer never sees half a picture.
    /// # Errors when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        atomic::write(path, |file| file.write_all(&self.0))
    }
}
