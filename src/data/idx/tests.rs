//! Tests of `idx`, and the writer with which the tests of this module make their files.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::*;

/// An IDX file: magic number, sizes, values, none of which need agree.
pub(in crate::data) fn idx(magic: u32, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut file = magic.to_be_bytes().to_vec();
    sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
    file.extend(values);
    file
}

/// `bytes` as gzip.
pub(in crate::data) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of that name and content in a folder of its own.
fn file(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// What is said of this file of images, without its path.
fn refusal(content: &[u8]) -> String {
    let (_folder, path) = file("images", content);
    match read_images(&path).map(|images| images.count) {
        Err(Error::Data(message)) => message.strip_prefix(&format!("{}: ", path.display())).expect("the file is named").to_string(),
        other => panic!("expected a data error, got {other:?}"),
    }
}

fn two_images() -> Vec<u8> {
    idx(IMAGES, &[2, 2, 3], &[0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255])
}

#[test]
fn a_plain_and_a_gzip_file_read_alike_whatever_they_are_called() {
    let (_a, plain) = file("images.gz", &two_images());
    let (_b, zipped) = file("images", &gzip(&two_images()));
    let images = read_images(&plain).unwrap();
    assert_eq!((images.count, images.rows, images.columns), (2, 2, 3));
    assert_eq!(images.pixels[4..8], [4, 5, 250, 251]);
    assert_eq!(read_images(&zipped).unwrap(), images);
}

#[test]
fn labels_are_read() {
    let (_folder, path) = file("labels", &gzip(&idx(LABELS, &[3], &[7, 0, 9])));
    assert_eq!(read_labels(&path).unwrap(), [7, 0, 9]);
}

#[test]
fn labels_in_the_place_of_images_are_refused() {
    let labels = idx(LABELS, &[20], &[0; 20]);
    let wanted = "it begins with the magic number 2049 (labels), but images are wanted, the magic number 2051 (images); download it again";
    assert_eq!(refusal(&labels), wanted);
}

#[test]
fn a_web_page_in_the_place_of_images_is_refused() {
    assert!(
        refusal(b"<!DOCTYPE html><html>not found</html>")
            .starts_with("it begins with the magic number 1008813135 (no IDX images or labels)")
    );
}

#[test]
fn a_truncated_file_is_refused_with_both_sizes() {
    let whole = two_images();
    assert_eq!(refusal(&whole[..whole.len() - 6]), "22 bytes, the header promises 28; download it again");
    assert_eq!(refusal(&gzip(&whole[..whole.len() - 6])), "inflates to 22 bytes, the header promises 28; download it again");
}

#[test]
fn a_file_shorter_than_a_header_is_refused() {
    assert_eq!(refusal(&two_images()[..9]), "9 bytes, but the header alone has 16; download it again");
    assert_eq!(refusal(b""), "0 bytes, but the header alone has 16; download it again");
}

#[test]
fn excess_bytes_are_refused() {
    let mut long = two_images();
    long.push(0);
    assert_eq!(refusal(&long), "more bytes than the 28 that the header promises; download it again");
    assert_eq!(refusal(&gzip(&long)), "inflates to more bytes than the 28 that the header promises; download it again");
}

#[test]
fn zero_counts_are_refused() {
    assert_eq!(refusal(&idx(IMAGES, &[0, 28, 28], &[])), "the header promises 0×28×28 values, that is none; download it again");
    assert_eq!(refusal(&idx(IMAGES, &[5, 28, 0], &[])), "the header promises 5×28×0 values, that is none; download it again");
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_allocated() {
    let absurd = idx(IMAGES, &[u32::MAX, u32::MAX, u32::MAX], &[1, 2, 3]);
    let wanted = "the header promises 4294967295×4294967295×4294967295 values, and more than 1073741824 are not read; download it again";
    assert_eq!(refusal(&absurd), wanted);
}

#[test]
fn a_small_file_that_inflates_without_end_is_stopped_at_its_promise() {
    // 64 MiB of zeros in some 64 KiB; the header promises twelve bytes.
    let bomb = gzip(&idx(IMAGES, &[2, 2, 3], &vec![0; 1 << 26]));
    assert!(bomb.len() < 1 << 19);
    assert_eq!(refusal(&bomb), "inflates to more bytes than the 28 that the header promises; download it again");
}

#[test]
fn a_gzip_stream_that_breaks_off_is_refused() {
    let values: Vec<u8> = (0..60_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let whole = gzip(&idx(IMAGES, &[60, 40, 25], &values));
    let message = refusal(&whole[..whole.len() / 2]);
    assert!(message.starts_with("inflates to ") && message.ends_with(" bytes, the header promises 60016; download it again"), "{message}");
    // Cut inside the checksum at the end: every value is there, and nothing vouches for them.
    assert!(refusal(&whole[..whole.len() - 4]).contains("the gzip stream breaks off"));
}

#[test]
fn a_gzip_stream_with_a_wrong_byte_is_refused() {
    let mut damaged = gzip(&two_images());
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    assert!(refusal(&damaged).starts_with("the gzip stream is damaged ("));
}

#[test]
fn a_missing_file_is_an_io_error_that_names_it() {
    let error = read_images(Path::new("/nonexistent/images")).unwrap_err();
    assert!(error.to_string().starts_with("cannot open /nonexistent/images: "), "{error}");
}
