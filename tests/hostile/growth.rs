//! Small files that ask for much: what a reader takes grows with the file, and not with what the file says of itself.

use std::io::Read;
use std::sync::{MutexGuard, PoisonError};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gander::data::images::{Form, read_picture_from};
use gander::data::own::Hint;
use gander::data::{Dataset, Minibatches, Shape, Values, arrays, samples};
use gander::host::HostDevice;
use gander::plan::{Device, Recorder};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use crate::{ALONE, MEMORY};

/// Keeps other tests from taking memory, which would be counted.
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a call returns, and the most bytes that it held meanwhile.
fn measured<T>(call: impl FnOnce() -> T) -> (T, usize) {
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
    let _alone = alone();
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
    let _alone = alone();
    let count: usize = 1 << 20;
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 1), }}\n");
    let numbers: Vec<u8> = (0..count).map(|i| i as u8).collect();
    let file = [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), &numbers].concat();
    let (dataset, taken) = measured(|| arrays::read_from(&file, Hint::default(), "tiny").unwrap());
    assert_eq!(dataset.examples() as usize, count);
    // The array, the array reordered, eight bytes per example.
    assert!(taken <= 10 * count + (1 << 18), "{taken} bytes taken for {count} examples of one byte");
}

#[test]
fn a_data_set_is_uploaded_from_where_it_lies() {
    let _alone = alone();
    // One word, part of a word, whole words and some bytes, and more than a copy could be made of unseen.
    for count in [4, 3, 10, 8, (1 << 20) + 1] {
        let values: Vec<u8> = (0..count).map(|i| 1 + (i % 250) as u8).collect();
        let (shape, train) = (Shape { width: 1, height: 1, channels: 1 }, 0..count);
        let (name, values, none) = ("bytes".into(), Values::Bytes(values), count..count);
        let dataset = Dataset { name, shape, values, labels: None, train, valid: none.clone(), test: none, preprocess: None };
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let data = Minibatches::new(&mut rec, &dataset.outline(), &clock);
        let mut device = HostDevice::<f32>::new();
        device.allocate(rec.memory()).unwrap();
        let on_device = rec.memory().whole(data.buffer());
        // What stood there before is gone to the last byte.
        device.write(&on_device, &vec![0xff; on_device.bytes() as usize]);
        let ((), taken) = measured(|| data.upload(&mut device, &dataset));
        assert!(taken <= 1024, "{taken} bytes taken to upload {count}");
        let found = pollster::block_on(device.read(&[&on_device])).unwrap().remove(0);
        let Values::Bytes(mut wanted) = dataset.values else { panic!("it was made of bytes") };
        wanted.resize(wanted.len().next_multiple_of(4), 0);
        assert!(found == wanted, "{count} bytes");
    }
}
