//! Pictures through training as frames of a film: each with a strip below that says how far training has come.
//!
//! The strip's digits are drawn from their own five rows of three pixels: a film needs ten of them and no fonts.

use image::{Rgb, RgbImage};

/// Rows of pixels below the picture.
const STRIP: u32 = 28;

/// Pixels from the strip's edges to what is on it.
const EDGE: u32 = 8;

/// A digit's pixel is a square of so many.
const DOT: u32 = 2;

/// Places of the digits before the bar: iterations below ten billions.
const PLACES: u32 = 10;

const PAPER: Rgb<u8> = Rgb([24, 26, 30]);
const INK: Rgb<u8> = Rgb([235, 238, 242]);
const TRACK: Rgb<u8> = Rgb([62, 66, 74]);
const PROGRESS: Rgb<u8> = Rgb([232, 112, 42]);

/// The digits 0 to 9, five rows each; the highest of three bits is the left pixel.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 3, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 2, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// The picture over its strip: the iteration, and a bar that is full at iteration `last`.
pub fn frame(picture: &RgbImage, iteration: u64, last: u64) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut frame = RgbImage::from_pixel(width, height + STRIP, PAPER);
    image::imageops::replace(&mut frame, picture, 0, 0);
    let top = height + (STRIP - 5 * DOT) / 2;
    let mut left = EDGE;
    for digit in iteration.to_string().bytes().map(|byte| usize::from(byte - b'0')) {
        for (y, row) in (0u32..).zip(DIGITS[digit]) {
            (0..3).filter(|x| row & (4 >> x) != 0).for_each(|x| fill(&mut frame, (left + x * DOT, top + y * DOT), (DOT, DOT), INK));
        }
        left += 4 * DOT;
    }
    let begin = EDGE + 4 * DOT * (last.to_string().len() as u32).min(PLACES) + EDGE;
    let length = width.saturating_sub(begin + EDGE);
    let reached = (u64::from(length) * iteration.min(last) / last.max(1)) as u32;
    let middle = height + STRIP / 2 - DOT;
    fill(&mut frame, (begin, middle), (length, 2 * DOT), TRACK);
    fill(&mut frame, (begin, middle), (reached, 2 * DOT), PROGRESS);
    frame
}

/// Fills a rectangle, as far as it is inside.
fn fill(frame: &mut RgbImage, (left, top): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
    for (y, x) in (top..top + height).flat_map(|y| (left..left + width).map(move |x| (y, x))) {
        if x < frame.width() && y < frame.height() {
            frame.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_keeps_its_picture_and_says_how_far_it_is() {
        let picture = RgbImage::from_fn(100, 40, |x, y| Rgb([x as u8, y as u8, 7]));
        let count = |frame: &RgbImage, colour: Rgb<u8>| frame.pixels().filter(|pixel| **pixel == colour).count();
        let [begin, half, end] = [0, 50, 100].map(|iteration| frame(&picture, iteration, 100));
        assert_eq!(half.dimensions(), (100, 40 + STRIP));
        assert!(picture.enumerate_pixels().all(|(x, y, pixel)| half.get_pixel(x, y) == pixel));
        // The bar is 52 pixels long: 100 − 8 − 3 digits of 8 − 8 − 8.
        assert_eq!([count(&begin, PROGRESS), count(&half, PROGRESS), count(&end, PROGRESS)], [0, 26 * 4, 52 * 4]);
        assert_eq!((count(&begin, INK), count(&end, INK)), (12 * 4, (8 + 2 * 12) * 4), "a 0 has twelve dots, a 1 eight");
    }

    #[test]
    fn a_picture_that_is_too_small_for_its_strip_is_no_error() {
        assert_eq!(frame(&RgbImage::new(1, 1), u64::MAX, 0).dimensions(), (1, 1 + STRIP));
    }
}
