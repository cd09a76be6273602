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
