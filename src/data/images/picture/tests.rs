//! Tests of `picture`: pixels of the right size are exact, others keep what they show, and what is no picture is named.

use super::*;
use image::{ExtendedColorType, GrayAlphaImage, ImageBuffer, ImageEncoder, Luma, LumaA, Rgb, Rgba, RgbaImage};

const GREY: Form = Form { size: 4, channels: 1 };
const COLOUR: Form = Form { size: 4, channels: 3 };

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Pixel (x, y) is red 10·x, green 10·y, blue 200.
fn painted(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([10 * x as u8, 10 * y as u8, 200]))
}

#[track_caller]
fn refused(bytes: &[u8], named: &str) {
    let why = read_from(bytes, COLOUR).unwrap_err();
    assert!(why.contains(named), "`{named}` is not in: {why}");
}

#[test]
fn pixels_of_the_right_size_are_kept_channel_after_channel() {
    let example = read_from(&encoded(painted(4, 4), ImageFormat::Png), COLOUR).unwrap();
    let wanted: Vec<u8> = (0..48u8).map(|at| [10 * (at % 4), 10 * (at % 16 / 4), 200][usize::from(at / 16)]).collect();
    assert_eq!(example, wanted);
}

#[test]
fn the_square_in_the_middle_is_kept() {
    // 4 of 8 columns, and 4 of 7 rows beginning at (7 − 4) / 2 = 1.
    let wide = read_from(&encoded(painted(8, 4), ImageFormat::Png), COLOUR).unwrap();
    assert_eq!(wide[..4], [20, 30, 40, 50]);
    let high = read_from(&encoded(painted(4, 7), ImageFormat::Png), COLOUR).unwrap();
    assert_eq!([high[16], high[20], high[24], high[28]], [10, 20, 30, 40]);
}

#[test]
fn grey_becomes_colour_and_colour_grey() {
    let grey = GrayImage::from_fn(4, 4, |x, y| Luma([(16 * y + x) as u8]));
    let coloured = read_from(&encoded(grey.clone(), ImageFormat::Png), COLOUR).unwrap();
    assert_eq!(coloured, [grey.as_raw().as_slice(); 3].concat());
    let example = read_from(&encoded(painted(4, 4), ImageFormat::Png), GREY).unwrap();
    for (at, found) in example.iter().enumerate() {
        let wanted = 0.2126 * (10 * (at % 4)) as f64 + 0.7152 * (10 * (at / 4)) as f64 + 0.0722 * 200.0;
        assert!((f64::from(*found) - wanted).abs() <= 1.0, "pixel {at}: {found}, not {wanted}");
    }
}

#[test]
fn a_translucent_picture_lies_on_white() {
    let picture = RgbaImage::from_fn(4, 4, |x, _| Rgba([100, 0, 255, [0, 51, 128, 255][x as usize]]));
    let example = read_from(&encoded(picture, ImageFormat::Png), COLOUR).unwrap();
    // 255 + (c − 255)·a/255.
    assert_eq!((&example[..4], &example[16..20], &example[32..36]), (&[255, 224, 177, 100][..], &[255, 204, 127, 0][..], &[255; 4][..]));
    let grey = GrayAlphaImage::from_pixel(4, 4, LumaA([0, 0]));
    assert_eq!(read_from(&encoded(grey, ImageFormat::Png), GREY).unwrap(), [255; 16]);
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    let picture = ImageBuffer::<Luma<u16>, _>::from_fn(4, 4, |x, _| Luma([[0, 257 * 7, 257 * 7 + 129, 65_535][x as usize]]));
    assert_eq!(read_from(&encoded(picture, ImageFormat::Png), GREY).unwrap()[..4], [0, 7, 8, 255]);
}

#[test]
fn other_sizes_are_scaled_down_and_up_and_a_plain_colour_stays_one() {
    for side in [1, 2, 3, 5, 64, 301] {
        let plain = RgbImage::from_pixel(side, side + 1, Rgb([9, 130, 251]));
        let example = read_from(&encoded(plain, ImageFormat::Png), COLOUR).unwrap();
        assert_eq!(example, [[9; 16], [130; 16], [251; 16]].concat(), "from {side}×{}", side + 1);
    }
    // Left half black, right half white, 64 wide: so are the outer columns of 4.
    let halves = GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { 0 } else { 255 }]));
    let example = read_from(&encoded(halves, ImageFormat::Png), GREY).unwrap();
    assert!(example[0] < 10 && example[3] > 245, "{example:?}");
}

#[test]
fn a_jpeg_is_read_with_what_it_loses() {
    let smooth = RgbImage::from_fn(32, 32, |x, y| Rgb([4 * x as u8, 4 * y as u8, 128]));
    let form = Form { size: 32, channels: 3 };
    let example = read_from(&encoded(smooth.clone(), ImageFormat::Jpeg), form).unwrap();
    let exact = read_from(&encoded(smooth, ImageFormat::Png), form).unwrap();
    let furthest = example.iter().zip(&exact).map(|(found, wanted)| found.abs_diff(*wanted)).max().unwrap();
    assert!(furthest <= 32, "{furthest}");
}

#[test]
fn a_picture_is_turned_as_its_exif_data_say() {
    // A TIFF header, and one entry: tag 0x0112 (orientation), SHORT, once, 6 = turned by 90° to the right.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let halves = GrayImage::from_fn(32, 32, |x, _| Luma([if x < 16 { 0 } else { 255 }]));
    let plain = encoded(halves, ImageFormat::Jpeg);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let turned = [&plain[..2], &[0xff, 0xe1], &length, exif, &plain[2..]].concat();
    let example = read_from(&turned, GREY).unwrap();
    // What was left is above.
    assert!(example[..4].iter().all(|pixel| *pixel < 20) && example[12..].iter().all(|pixel| *pixel > 235), "{example:?}");
}

#[test]
fn a_file_that_breaks_off_is_no_picture() {
    let picture = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * y) as u8, (7 * x) as u8, (13 * y) as u8]));
    // The last 12 bytes of a PNG hold nothing of it.
    for (format, end) in [(ImageFormat::Png, 14), (ImageFormat::Jpeg, 2)] {
        let whole = encoded(picture.clone(), format);
        assert!(read_from(&whole, COLOUR).is_ok());
        for length in [0, 1, 3, 8, 20, whole.len() / 4, whole.len() / 2, whole.len() * 3 / 4, whole.len() - end] {
            assert!(read_from(&whole[..length], COLOUR).is_err(), "{format:?}: {length} of {} bytes", whole.len());
        }
    }
}

#[test]
fn what_follows_a_whole_picture_is_not_looked_at() {
    // A film as phones append it, the beginning of a scan by chance in it; a further picture that breaks off; a thumbnail's end alone.
    let jpeg = encoded(painted(32, 32), ImageFormat::Jpeg);
    let film = [&b"\0\0\0\x18ftypmp42\xff\xda\0\x0c"[..], &[0xff, 0xda, 7, 7, 0xff, 0xda, 1].repeat(99)].concat();
    let tails: [&[u8]; 5] = [&film, &jpeg[..jpeg.len() / 2], &[0xff, 0xd9], &[0; 4096], b"\xff"];
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let whole = encoded(painted(32, 32), format);
        let wanted = read_from(&whole, COLOUR).unwrap();
        for (at, tail) in tails.iter().enumerate() {
            assert_eq!(read_from(&[&whole, *tail].concat(), COLOUR).as_ref(), Ok(&wanted), "{format:?}, tail {at}");
            // The end of a picture behind it does not end one that breaks off.
            if format == ImageFormat::Jpeg {
                assert_eq!(ends(&[&whole[..whole.len() - 2], *tail].concat()), *tail == [0xff, 0xd9], "tail {at}");
            }
        }
    }
}

#[test]
fn a_jpeg_ends_where_its_segments_say() {
    let begin = |rest: &[u8]| [&[0xff, 0xd8], rest].concat();
    let scan = [0xff, 0xda, 0, 4, 1, 2];
    // A thumbnail with its own end within a segment, and fill bytes before a marker, are passed over.
    let thumbnail = [0xff, 0xe1, 0, 8, 0xff, 0xda, 0, 2, 0xff, 0xd9];
    assert!(!ends(&begin(&thumbnail)) && !ends(&begin(&[&thumbnail[..], &scan].concat())));
    assert!(ends(&begin(&[&thumbnail[..], &scan, &[5, 0xff, 0, 0xff, 0xd3, 6, 0xff, 0xff, 0xd9]].concat())));
    // Two scans, the second breaking off; an end without any scan; a length beyond the file.
    assert!(!ends(&begin(&[&scan[..], &[9], &scan, &[9, 0xff, 0]].concat())));
    assert!(!ends(&begin(&[0xff, 0xd9])) && !ends(&begin(&[0xff, 0xe1, 0xff, 0xff, 0xff, 0xd9])) && !ends(&[]) && !ends(&[0xff]));
}

#[test]
fn what_is_no_png_or_jpeg_is_named_whatever_it_is_called() {
    refused(&encoded(painted(4, 4), ImageFormat::Gif), "it is neither PNG nor JPEG, but Gif");
    refused(b"a letter to a friend", "it is neither PNG nor JPEG");
    refused(b"", "it is neither PNG nor JPEG");
}

/// A PNG's signature and a header that promises so many pixels, with the checksum that goes with it.
fn promising(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    let end = b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82";
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d", &header[..], &crc.sum().to_be_bytes(), end].concat()
}

#[test]
fn a_header_that_promises_the_moon_is_refused_before_anything_is_decoded() {
    refused(&promising(30_000, 30_000), "30000×30000 pixels; a picture has from 1 to 67108864");
    refused(&promising(100_000, 1), "damaged");
    refused(&promising(0, 4), "damaged");
    // The largest that is decoded at all, and has nothing in it.
    refused(&promising(8192, 8192), "damaged");
}

#[test]
fn a_jpeg_for_printers_is_read_or_refused_and_no_more() {
    // Four components: nobody here writes CMYK, so a grey picture's header is changed; the decoder must not lose its head over it.
    let mut bytes = vec![];
    image::codecs::jpeg::JpegEncoder::new(&mut bytes).write_image(&[128; 64], 8, 8, ExtendedColorType::L8).unwrap();
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 9] = 4;
    assert!(read_from(&bytes, COLOUR).is_err());
}
