//! Tests of `npy`, on files that numpy wrote (tests/numpy/make.py) and on what can become of them.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

const SINGLES: &[u8] = include_bytes!("../../../tests/numpy/singles.npy");

fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn read_bytes(bytes: &[u8]) -> Result<Array> {
    let (_folder, path) = file(bytes);
    read(&path)
}

fn refusal(bytes: &[u8]) -> String {
    let message = read_bytes(bytes).unwrap_err().to_string();
    message.split_once("x.npy: ").expect("the file is named").1.to_string()
}

/// A file of version 1.0 with that header.
fn with_header(text: &str, data: &[u8]) -> Vec<u8> {
    [MAGIC, &[1, 0][..], &(text.len() as u16).to_le_bytes(), text.as_bytes(), data].concat()
}

#[test]
fn numpys_own_files_are_read() {
    let bytes = read_bytes(include_bytes!("../../../tests/numpy/bytes.npy")).unwrap();
    assert_eq!(bytes, Array { shape: vec![2, 2, 3], numbers: Numbers::Bytes((0..12).map(|i| 20 * i).collect()) });
    let wanted: Vec<f32> = (0..12).map(|i| (f64::from(i) / 11.0) as f32).collect();
    for file in [SINGLES, include_bytes!("../../../tests/numpy/doubles_big_endian.npy")] {
        let Array { shape, numbers: Numbers::Reals(reals) } = read_bytes(file).unwrap() else { panic!("reals") };
        assert_eq!(shape, [2, 6]);
        assert!(reals.iter().zip(&wanted).all(|(a, b)| (a - b).abs() <= f32::EPSILON), "{reals:?}");
    }
    let halves = read_bytes(include_bytes!("../../../tests/numpy/halves.npy")).unwrap().numbers;
    // 6e-8 is the smallest half above zero, 2⁻²⁴; 1/3 has eleven bits.
    assert_eq!(halves, Numbers::Reals(vec![0.0, 1.0, 0.5, -2.5, 2f32.powi(-24), 65504.0, f32::INFINITY, 1365.0 / 4096.0]));
}

#[test]
fn what_is_written_is_read_and_numpy_would_know_it() {
    let (_folder, path) = file(b"");
    for shape in [vec![5], vec![1, 5], vec![5, 1, 1]] {
        write(&path, &shape, &[0.0, -1.5, f32::MAX, 1e-40, 7.0]).unwrap();
        assert_eq!(read(&path).unwrap(), Array { shape, numbers: Numbers::Reals(vec![0.0, -1.5, f32::MAX, 1e-40, 7.0]) });
    }
    let Array { numbers: Numbers::Reals(reals), .. } = read_bytes(SINGLES).unwrap() else { panic!("reals") };
    write(&path, &[2, 6], &reals).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), SINGLES, "byte for byte what numpy wrote");
}

#[test]
fn later_versions_of_the_format_are_read() {
    let header = &SINGLES[10..128];
    for version in [2, 3] {
        let file = [MAGIC, &[version, 0][..], &(header.len() as u32).to_le_bytes(), header, &SINGLES[128..]].concat();
        assert_eq!(read_bytes(&file).unwrap(), read_bytes(SINGLES).unwrap());
    }
    let future = [MAGIC, &[9, 0][..]].concat();
    assert_eq!(refusal(&future), "version 9 of the format; versions 1 to 3 are read");
}

#[test]
fn what_is_not_read_is_told_what_to_do_in_numpy() {
    assert!(refusal(include_bytes!("../../../tests/numpy/fortran.npy")).ends_with("save numpy.ascontiguousarray(x)"));
    assert!(refusal(include_bytes!("../../../tests/numpy/integers.npy")).starts_with("its numbers are `<i8`; float32 or uint8 are read"));
    assert!(refusal(include_bytes!("../../../tests/numpy/objects.npy")).contains("`|O`"));
    let record = with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", &[0; 4]);
    assert!(refusal(&record).starts_with("its numbers are a record"));
    assert!(refusal(b"PK\x03\x04 a zip").starts_with("no .npy file"));
}

#[test]
fn absurd_headers_take_no_memory() {
    let huge = |shape: &str| refusal(&with_header(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}\n"), &[0; 8]));
    assert!(huge("4294967296, 4294967296").contains("at most 268435456 are read"));
    assert!(huge("268435457,").contains("at most"));
    assert_eq!(huge("200000000,"), "84 bytes, its header promises 800000076; save it again");
    assert!(huge("-1,").starts_with("its header is not one that numpy writes"));
    assert!(huge("99999999999999999999999,").starts_with("its header is not one"));
    let deep = with_header(&"(".repeat(60_000), &[]);
    assert!(refusal(&deep).len() < 400);
    let long = [MAGIC, &[2, 0, 0xff, 0xff, 0xff, 0xff][..]].concat();
    assert_eq!(refusal(&long), "a header of 4294967295 bytes; at most 65536 are read");
}

#[test]
fn every_cut_and_every_flipped_byte_is_an_error_or_an_array_of_its_size() {
    for length in 0..SINGLES.len() {
        assert!(read_bytes(&SINGLES[..length]).is_err(), "cut at {length}");
    }
    assert!(read_bytes(&[SINGLES, &[0]].concat()).is_err(), "a byte too many");
    for at in 0..128 {
        for flip in [0x01, 0x10, 0x80, 0xff] {
            let mut mutated = SINGLES.to_vec();
            mutated[at] ^= flip;
            if let Ok(Array { shape, numbers }) = read_bytes(&mutated) {
                let count = match numbers {
                    Numbers::Bytes(bytes) => bytes.len(),
                    Numbers::Reals(reals) => reals.len(),
                };
                assert_eq!(shape.iter().product::<usize>(), count, "byte {at} flipped by {flip}");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_of_the_disk_is_not_taken_for_a_short_file() {
    // Reading a process's memory at address 0 fails with EIO, and so may a disk.
    let message = read(Path::new("/proc/self/mem")).unwrap_err().to_string();
    assert!(message.starts_with("/proc/self/mem: ") && message.contains("os error 5"), "{message}");
}
