//! Tests of `mat`, on files that scipy wrote (tests/mat/make.py) and on what can become of them.

use super::*;

const PLAIN: &[u8] = include_bytes!("../../../tests/mat/plain.mat");
const COMPRESSED: &[u8] = include_bytes!("../../../tests/mat/compressed.mat");
const BIG_ENDIAN: &[u8] = include_bytes!("../../../tests/mat/big_endian.mat");
const OTHERS: &[u8] = include_bytes!("../../../tests/mat/others.mat");

fn refusal(bytes: &[u8], wanted: &[&str]) -> String {
    read_from(bytes, wanted).unwrap_err().to_string()
}

/// 0, 1, 2, … in row-major order, each put through `f`.
fn counted(f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..24).map(|i| f(f64::from(i))).collect()
}

/// A little-endian element.
fn element(kind: u32, data: &[u8]) -> Vec<u8> {
    let filling = vec![0; data.len().next_multiple_of(8) - data.len()];
    [&kind.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &filling].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A file of one variable `x` of bytes, of that shape and with those data.
fn file_of(shape: &[u32], data: &[u8]) -> Vec<u8> {
    let parts = [element(6, &words(&[9, 0])), element(5, &words(shape)), element(1, b"x"), element(2, data)].concat();
    [&PLAIN[..128], &element(14, &parts)].concat()
}

#[test]
fn every_class_of_numbers_is_read_compressed_or_not() {
    let names = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single", "double"];
    for file in [PLAIN, COMPRESSED] {
        let arrays = read_from(file, &names).unwrap();
        for (array, name) in arrays.iter().zip(names) {
            assert_eq!(array.shape(), [2, 3, 4], "{name}");
            let wanted = match name {
                "int16" => counted(|i| -1000.0 * i),
                "double" => counted(|i| i / 7.0 - 1.0),
                _ => counted(|i| 5.0 * i),
            };
            assert_eq!(array.row_major(), wanted, "{name}");
        }
        assert_eq!((arrays[1].kind(), arrays[9].kind()), (Kind::Uint8, Kind::Double));
        let small = read_from(file, &["none", "one", "flag"]).unwrap();
        assert_eq!((small[0].shape(), small[0].row_major()), (&[0, 3][..], vec![]));
        assert_eq!((small[1].shape(), small[1].row_major()), (&[1, 1][..], vec![42.0]));
        assert_eq!((small[2].shape(), small[2].row_major()), (&[1, 3][..], vec![1.0, 0.0, 1.0]));
    }
}

#[test]
fn the_other_byte_order_is_read_and_numbers_stored_shorter_than_their_class() {
    let arrays = read_from(BIG_ENDIAN, &["singles", "shorts"]).unwrap();
    assert_eq!(arrays[0].row_major(), counted(|i| i / 8.0));
    assert_eq!((arrays[1].kind(), arrays[1].row_major()), (Kind::Int16, counted(|i| 300.0 * i)));
}

#[test]
fn examples_are_gathered_row_by_row() {
    let array = &read_from(PLAIN, &["uint8"]).unwrap()[0];
    let second: Vec<u8> = (12..24).map(|i| 5 * i).collect();
    let first: Vec<u8> = (0..12).map(|i| 5 * i).collect();
    assert_eq!(array.examples(&[1, 0, 1]).unwrap(), [&second[..], &first, &second].concat());
    // More than are gathered at a time.
    let many: Vec<u8> = (0..=255).flat_map(|i| [i, 255 - i]).collect();
    let column_major: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let array = &read_from(&file_of(&[256, 2], &column_major), &["x"]).unwrap()[0];
    assert_eq!(array.examples(&(0..256).collect::<Vec<_>>()).unwrap(), many);
    assert_eq!(read_from(PLAIN, &["int8"]).unwrap()[0].examples(&[0]), None);
}

#[test]
fn what_is_no_array_of_reals_is_passed_over_and_refused_when_it_is_asked_for() {
    assert_eq!(read_from(OTHERS, &["last"]).unwrap()[0].row_major(), [1.5, 2.5]);
    for (name, what) in
        [("text", "text"), ("cells", "a cell array"), ("record", "a structure"), ("sparse", "a sparse array"), ("complex", "complex")]
    {
        assert_eq!(refusal(OTHERS, &[name]), format!("variable `{name}` is {what}; save it as a full array of real numbers"));
    }
}

#[test]
fn a_missing_variable_is_named_with_those_that_are_there() {
    assert_eq!(refusal(BIG_ENDIAN, &["shorts", "images"]), "no variable `images`, but `singles`; it is another file");
    assert_eq!(refusal(&PLAIN[..128], &["images"]), "no variable `images`; it is another file");
}

#[test]
fn other_formats_are_recognised() {
    assert!(
        refusal(include_bytes!("../../../tests/mat/level4.mat"), &["x"]).starts_with("a MAT-file of level 4, which is not read; load it")
    );
    for hdf5 in [&b"\x89HDF\r\n\x1a\n"[..], b"MATLAB 7.3 MAT-file, Platform: GLNXA64"] {
        assert!(refusal(hdf5, &["x"]).contains("MATLAB 7.3") && refusal(hdf5, &["x"]).contains("'-v7'"));
    }
    assert!(refusal(b"<!DOCTYPE html>", &["x"]).starts_with("15 bytes, but the header alone"));
    assert!(refusal(&[b'x'; 200], &["x"]).starts_with("no MAT-file"));
    let mut future = PLAIN.to_vec();
    future[125] = 9;
    assert!(refusal(&future, &["x"]).starts_with("version 0x0900 of the format"));
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_allocated() {
    let huge = refusal(&file_of(&[u32::MAX, u32::MAX, 7], &[1, 2]), &["x"]);
    assert_eq!(
        huge,
        "variable `x`: an array of 4294967295×4294967295×7 numbers, and more than 1073741824 bytes of them are not read; save fewer"
    );
    let more = refusal(&file_of(&[1 << 20, 1 << 9], &[1, 2]), &["x"]);
    assert_eq!(more, "variable `x`: 2 bytes of numbers, but its dimensions 1048576×512 promise 536870912; save it again");
    let mut long = PLAIN.to_vec();
    long[132..136].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(refusal(&long, &["int8"]).starts_with("a variable ends at byte 4294967431, but the file has only "));
    // Empty, and yet its other axes cannot be counted; and one whose places would take hours to go through.
    assert!(refusal(&file_of(&[0, u32::MAX, u32::MAX, u32::MAX], &[]), &["x"]).contains("more than 1073741824 bytes of them are not read"));
    let empty = &read_from(&file_of(&[0, u32::MAX, 100], &[]), &["x"]).unwrap()[0];
    assert_eq!((empty.row_major(), empty.examples(&[])), (vec![], Some(vec![])));
    let many_axes = refusal(&file_of(&[1; 33], &[1]), &["x"]);
    assert_eq!(many_axes, "a data element of 132 bytes where at most 128 are read; save it again");
}

#[test]
fn a_damaged_compressed_variable_is_refused() {
    // The file's only variable, whose checksum is its last four bytes.
    let parts = &file_of(&[3, 2], &[1, 2, 3, 4, 5, 6])[128..];
    let mut compressor = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
    std::io::Write::write_all(&mut compressor, parts).unwrap();
    let compressed = compressor.finish().unwrap();
    let file = |compressed: &[u8]| [&PLAIN[..128], &words(&[15, compressed.len() as u32]), compressed].concat();
    assert_eq!(read_from(&file(&compressed), &["x"]).unwrap()[0].row_major(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    let mut damaged = compressed.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(refusal(&file(&damaged), &["x"]).starts_with("a compressed variable is damaged ("));
    for left_off in [6, 30] {
        let short = refusal(&file(&compressed[..compressed.len() - left_off]), &["x"]);
        assert!(short.ends_with("it breaks off within a variable; copy it again"), "{short}");
    }
}

#[test]
fn every_cut_and_every_flipped_byte_is_an_error_or_an_array_of_its_size() {
    let whole = file_of(&[3, 2], &[1, 2, 3, 4, 5, 6]);
    for length in 0..whole.len() {
        assert!(read_from(&whole[..length], &["x"]).is_err(), "cut at {length}");
    }
    for (at, flip) in (0..whole.len()).flat_map(|at| (0..8).map(move |bit| (at, 1 << bit))) {
        let mut mutated = whole.clone();
        mutated[at] ^= flip;
        if let Ok(arrays) = read_from(&mutated, &["x"]) {
            assert_eq!(arrays[0].row_major().len(), 6, "byte {at} flipped by {flip}");
        }
    }
}
