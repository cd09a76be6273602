//! Small files that ask for much: what a reader takes grows with the file, and not with what the file says of itself.

use std::io::Read;
use std::sync::PoisonError;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gander::data::images::{Form, read_picture_from};
use gander::data::own::Hint;
use gander::data::{Shape, arrays, samples};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use crate::{ALONE, MEMORY};

/// What a call returns, and the most bytes that it held meanwhile.
fn measured<T>(call: impl FnOnce() -> T) -> (T, usize) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = MEMORY.begin();
    let returned = call();
    (returned, MEMORY.peak() - before)
}

/// A grey PNG of 4×4 pixels with one more chunk behind its header.
fn png_with(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut png = std::io::Cursor::new(vec![]);
    DynamicImage::from(GrayImage::from_pixel(4, 4, Luma([77]))).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(content);
    let chunk = [&(content.len() as u32).to_be_bytes()[..], kind, content, &sum.sum().to_be_bytes()].concat();
    // The signature has 8 bytes, the header 25.
    let (begin, rest) = png.get_ref().split_at(33);
    [begin, &chunk, rest].concat()
}

/// So many zeros, compressed. It takes little memory itself, for that is counted.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(vec![], Compression::new(6));
    std::io::copy(&mut std::io::repeat(0).take(bytes as u64), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_a_png_has_beside_its_pixels_is_not_inflated() {
    let inflated = 1 << 26;
    let bomb = bomb(inflated);
    for (kind, head) in [(b"iCCP", &b"bomb\0\0"[..]), (b"zTXt", b"bomb\0\0"), (b"iTXt", b"bomb\0\x01\0\0\0")] {
        let png = png_with(kind, &[head, &bomb].concat());
        // A colour profile may grow to four times the file and a mebibyte; a list that grows holds itself up to three times for a moment.
        let most = 3 * (4 * png.len() + (1 << 20)) + (1 << 18);
        assert!(most < inflated / 8, "the bomb is none");
        let (picture, taken) = measured(|| read_picture_from(&png, Form { size: 4, channels: 1 }));
        assert_eq!(picture.as_deref(), Ok(&[77; 16][..]), "{kind:?}");
        assert!(taken <= most, "{kind:?}: {taken} bytes taken for a file of {}", png.len());
        let (sample, taken) = measured(|| samples::read_picture_from(&png, Shape { width: 4, height: 4, channels: 1 }));
        assert_eq!(sample.map(|row| row.len()), Ok(16), "{kind:?}");
        assert!(taken <= most, "{kind:?}: {taken} bytes taken for a file of {}", png.len());
    }
}

#[test]
fn an_array_of_tiny_examples_takes_little_more_than_its_numbers() {
    let count: usize = 1 << 20;
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 1), }}\n");
    let numbers: Vec<u8> = (0..count).map(|i| i as u8).collect();
    let file = [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), &numbers].concat();
    let (dataset, taken) = measured(|| arrays::read_from(&file, Hint::default(), "tiny").unwrap());
    assert_eq!(dataset.examples() as usize, count);
    // The array, the array reordered, eight bytes per example.
    assert!(taken <= 10 * count + (1 << 18), "{taken} bytes taken for {count} examples of one byte");
}
