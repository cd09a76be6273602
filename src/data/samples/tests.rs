//! Tests of `samples`: every layout ends in the same rows, and what does not fit is named.

use image::{GrayImage, Luma, LumaA, Rgb, RgbImage};
use tempfile::TempDir;

use super::*;

fn outline(width: u32, height: u32, channels: u32) -> Outline {
    Outline { name: "set".into(), shape: Shape { width, height, channels }, bytes: true, examples: 10, train: 0..10, preprocess: None }
}

fn numpy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/numpy").join(name)
}

fn of_reals(shape: &[usize], values: &[f32]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    npy::write(&path, shape, values).unwrap();
    (folder, path)
}

#[track_caller]
fn refused(result: Result<Vec<f32>>, names: &[&str]) {
    let message = result.unwrap_err().to_string();
    for name in names {
        assert!(message.contains(name), "`{name}` is not in: {message}");
    }
}

#[test]
fn grey_pictures_are_rows_whatever_their_axes() {
    let wanted: Vec<f32> = (0..12).map(|i| 20.0 * i as f32 / 255.0).collect();
    assert_eq!(read(&numpy("bytes.npy"), &outline(3, 2, 1), None).unwrap(), wanted);
    for shape in [&[2, 6][..], &[2, 2, 3], &[2, 2, 3, 1], &[2, 1, 2, 3]] {
        let (_folder, path) = of_reals(shape, &wanted);
        assert_eq!(read(&path, &outline(3, 2, 1), None).unwrap(), wanted, "{shape:?}");
    }
}

#[test]
fn both_orders_of_channels_become_the_data_sets_own() {
    let [last, first] = ["channels_last.npy", "channels_first.npy"].map(|name| read(&numpy(name), &outline(2, 2, 3), None).unwrap());
    assert_eq!(last, first);
    // The first picture's red, green and blue planes: numpy counted 0, 1, 2 at the first pixel, 3, 4, 5 at the second, …
    let planes = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map(|byte| byte as f32 / 255.0);
    assert_eq!(first[..12], planes);
}

#[test]
fn an_array_of_another_size_is_told_what_is_wanted() {
    refused(read(&numpy("bytes.npy"), &outline(28, 28, 1), None), &["bytes.npy", "2×2×3", "`set`", "N×28×28 or N×784"]);
    refused(read(&numpy("bytes.npy"), &outline(2, 2, 3), None), &["N×2×2×3 or N×3×2×2"]);
    let (_folder, path) = of_reals(&[0, 6], &[]);
    refused(read(&path, &outline(3, 2, 1), None), &["0×6", "at least one"]);
    let (_folder, path) = of_reals(&[6], &[0.0; 6]);
    refused(read(&path, &outline(3, 2, 1), None), &["an array of 6 numbers"]);
}

#[test]
fn another_range_is_refused_with_what_to_say_and_mapped_when_it_is_said() {
    let shape = outline(2, 1, 1);
    let (_folder, path) = of_reals(&[2, 2], &[-1.0, 1.0, 0.0, 0.5]);
    refused(read(&path, &shape, None), &["values from -1 to 1", "--range -1..1"]);
    assert_eq!(read(&path, &shape, Some("-1..1".parse().unwrap())).unwrap(), [0.0, 1.0, 0.5, 0.75]);
    let (_folder, path) = of_reals(&[2, 2], &[0.0, 255.0, 51.0, 102.0]);
    refused(read(&path, &shape, None), &["--range 0..255", "uint8"]);
    assert_eq!(read(&path, &shape, Some("0..255".parse().unwrap())).unwrap(), [0.0, 1.0, 0.2, 0.4]);
    let (_folder, path) = of_reals(&[1, 2], &[-3.0, 900.0]);
    refused(read(&path, &shape, None), &["--range LOW..HIGH"]);
    let (_folder, path) = of_reals(&[1, 2], &[1.000_01, -0.000_01]);
    assert_eq!(read(&path, &shape, None).unwrap(), [1.0, 0.0], "what rounding does");
    for wrong in ["1", "1..", "1..1", "2..1", "0..inf", "NaN..1", "a..b"] {
        assert!(wrong.parse::<Range>().unwrap_err().contains("write it like -1..1"), "{wrong}");
    }
}

#[test]
fn numbers_that_are_none_are_named_with_their_sample() {
    let (_folder, path) = of_reals(&[2, 2], &[0.0, 1.0, 0.5, f32::NAN]);
    refused(read(&path, &outline(2, 1, 1), None), &["sample 1 holds NaN"]);
}

#[test]
fn points_are_taken_as_they_are() {
    let ring = Outline { bytes: false, ..outline(2, 1, 1) };
    let (_folder, path) = of_reals(&[2, 2], &[-7.5, 100.0, 0.0, 1.0]);
    assert_eq!(read(&path, &ring, None).unwrap(), [-7.5, 100.0, 0.0, 1.0]);
    refused(read(&path, &ring, Some(Range { low: 0.0, high: 1.0 })), &["leave --range out"]);
    refused(read(&numpy("bytes.npy"), &Outline { bytes: false, ..outline(6, 1, 1) }, None), &["N×6"]);
}

#[test]
fn a_folder_of_pictures_is_read_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let grey = |byte: u8| GrayImage::from_fn(3, 2, move |x, y| Luma([byte + (10 * y + x) as u8]));
    grey(100).save(folder.path().join("b.png")).unwrap();
    grey(50).save(folder.path().join("a.PNG")).unwrap();
    // Grey, saved with three channels, as many programs do.
    let three = RgbImage::from_fn(3, 2, |x, y| Rgb([(10 * y + x) as u8 + 200; 3]));
    three.save(folder.path().join("c.png")).unwrap();
    fs::write(folder.path().join("notes.txt"), "not a picture").unwrap();
    let wanted: Vec<f32> =
        [50u8, 100, 200].iter().flat_map(|byte| [0u8, 1, 2, 10, 11, 12].map(|more| f32::from(byte + more) / 255.0)).collect();
    let rows = read(folder.path(), &outline(3, 2, 1), None).unwrap();
    assert!(rows.len() == 18 && rows.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-7), "{rows:?}");
    let coloured = read(folder.path(), &outline(3, 2, 3), None).unwrap();
    assert_eq!((coloured.len(), coloured[6]), (54, coloured[0]), "a grey picture is one with three equal channels");
}

#[test]
fn the_picture_that_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.png");
    let read = || read(folder.path(), &outline(3, 2, 1), None);
    refused(read(), &["no PNG in this folder"]);
    GrayImage::new(4, 2).save(&path).unwrap();
    refused(read(), &["odd.png", "4×2 pixels", "3×2"]);
    RgbImage::from_pixel(3, 2, Rgb([1, 2, 3])).save(&path).unwrap();
    refused(read(), &["odd.png", "coloured"]);
    image::GrayAlphaImage::from_pixel(3, 2, LumaA([9, 100])).save(&path).unwrap();
    refused(read(), &["odd.png", "translucent"]);
    GrayImage::new(3, 2).save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() - 12 {
        fs::write(&path, &whole[..length]).unwrap();
        refused(read(), &["odd.png", "no whole PNG"]);
    }
}
