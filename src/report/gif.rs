//! Pictures in motion, ready for a file.

use std::path::Path;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, RgbImage};

use crate::atomic;
use crate::error::Result;

/// How hard the encoder looks for the best 256 colours of a frame: 1 is best, 30 fastest. Few colours, as in charts and grey pictures, are found at once.
const HASTE: i32 = 10;

/// The bytes of an animated GIF, which begins anew when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gif(Vec<u8>);

impl Gif {
    /// Encodes frames of one size, each shown for so many milliseconds (in hundredths of a second, as the format counts); the last for five times as long.
    pub fn new(frames: Vec<RgbImage>, delay_ms: u32) -> Gif {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, HASTE);
        encoder.set_repeat(Repeat::Infinite).expect("a vector takes every byte");
        let count = frames.len();
        for (number, frame) in frames.into_iter().enumerate() {
            let delay = if number + 1 == count { 5 * delay_ms } else { delay_ms };
            let frame = DynamicImage::ImageRgb8(frame).into_rgba8();
            let frame = Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(delay, 1));
            encoder.encode_frame(frame).expect("a vector takes every byte, and a picture has fewer than 65,536 columns");
        }
        drop(encoder);
        Gif(bytes)
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes the file `path`, whole or not at all.
    /// # Errors when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        atomic::write(path, |file| file.write_all(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifDecoder;
    use image::{AnimationDecoder, Rgb};

    #[test]
    fn frames_come_back_in_their_order_with_their_colours_and_delays() {
        let colours = [[0, 0, 0], [255, 255, 255], [232, 112, 42]];
        let frames = colours.map(|colour| RgbImage::from_pixel(8, 5, Rgb(colour))).to_vec();
        let gif = Gif::new(frames, 80);
        let decoded = GifDecoder::new(std::io::Cursor::new(gif.bytes())).unwrap().into_frames().collect_frames().unwrap();
        let seen: Vec<_> = decoded.iter().map(|frame| (frame.delay().numer_denom_ms().0, frame.buffer().get_pixel(7, 4).0)).collect();
        assert_eq!(seen, [(80, [0, 0, 0, 255]), (80, [255, 255, 255, 255]), (400, [232, 112, 42, 255])]);
    }
}
