//! Tests of `cifar`: every way in gives the same pictures, and what lies is named.

use super::super::idx::tests::gzip;
use super::*;

/// Two records in each file: record i, counted over all files, has label i mod 10, and its pixels count from i.
fn tiny() -> [Vec<u8>; 6] {
    let record = |i: u8| [i % 10].into_iter().chain((0..3072).map(move |at| (at / 12) as u8 ^ i));
    std::array::from_fn(|file| (0..2).flat_map(|at| record(2 * file as u8 + at)).collect())
}

/// An archive of entries: their names, kinds and contents.
fn archive(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(vec![]);
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        // Written by hand: the crate would refuse a name with `..`, and others would not.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The published archive in small.
fn published(files: &[Vec<u8>; 6]) -> Vec<u8> {
    let names = FILES.map(|name| format!("{UNPACKED}/{name}"));
    let mut entries = vec![("cifar-10-batches-bin/batches.meta.txt", tar::EntryType::Regular, &b"airplane\n"[..])];
    entries.extend(names.iter().zip(files).map(|(name, content)| (&name[..], tar::EntryType::Regular, &content[..])));
    archive(&entries)
}

fn refusal(bytes: &[u8]) -> String {
    read_from(bytes).unwrap_err().to_string()
}

#[test]
fn folder_subfolder_and_archive_are_one_set() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join(UNPACKED);
    std::fs::write(folder.path().join(ARCHIVE), gzip(&published(&tiny()))).unwrap();
    let from_archive = read(folder.path()).unwrap();
    assert_eq!(read(&folder.path().join(ARCHIVE)).unwrap(), from_archive);
    std::fs::create_dir(&below).unwrap();
    for (name, content) in FILES.iter().zip(tiny()) {
        std::fs::write(below.join(name), content).unwrap();
    }
    std::fs::remove_file(folder.path().join(ARCHIVE)).unwrap();
    assert_eq!(read(folder.path()).unwrap(), from_archive);
    assert_eq!(read(&below).unwrap(), from_archive);
}

#[test]
fn ten_records_are_split_as_the_fifty_thousand() {
    let dataset = read_from(&published(&tiny())).unwrap();
    assert_eq!((dataset.train.clone(), dataset.valid.clone(), dataset.test.clone()), (0..8, 8..10, 10..12));
    assert_eq!(dataset.labels.as_ref().unwrap()[..], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    // Example 3: red's first pixel, green's first and the last of blue.
    let example = dataset.example(3);
    let wanted = [3u8, (1024 / 12) as u8 ^ 3, (3071 / 12) as u8 ^ 3].map(|byte| f32::from(byte) / 255.0);
    assert_eq!([example[0], example[1024], example[3071]], wanted);
    let n = 50_000;
    assert_eq!(0..n - n / 5, TRAIN);
}

#[test]
fn links_and_parents_in_an_archive_lead_nowhere() {
    let files = tiny();
    let mut entries = vec![("../../escaped", tar::EntryType::Regular, &b"x"[..]), ("data_batch_1.bin", tar::EntryType::Symlink, &[][..])];
    entries.extend(FILES.iter().zip(&files).map(|(name, content)| (*name, tar::EntryType::Regular, &content[..])));
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::write(inner.join(ARCHIVE), archive(&entries)).unwrap();
    assert_eq!(read(&inner).unwrap(), read_from(&published(&files)).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
}

#[test]
fn an_archive_that_lies_is_refused() {
    let mut files = tiny();
    assert!(refusal(b"").contains("no data_batch_1.bin in it"));
    assert!(refusal(&[7; 700]).contains("damaged or too long"));
    let whole = published(&files);
    // In the middle of data_batch_3.bin.
    assert!(refusal(&whole[..18_000]).contains("data_batch_3.bin breaks off after 2128 of 6146 bytes"));
    let packed = gzip(&whole);
    assert!(refusal(&packed[..packed.len() / 2]).contains("damaged or too long"));
    let twice =
        archive(&[("a/data_batch_2.bin", tar::EntryType::Regular, &files[0]), ("data_batch_2.bin", tar::EntryType::Regular, &files[0])]);
    assert!(refusal(&twice).contains("data_batch_2.bin is in it twice"));
    files[4].pop();
    assert!(refusal(&published(&files)).contains("data_batch_5.bin: 6145 bytes are no whole number of records of 3073"));
    files[4] = vec![];
    assert!(refusal(&published(&files)).contains("data_batch_5.bin: 0 bytes"));
    files[4] = tiny()[4].clone();
    files[5][RECORD] = 10;
    assert!(refusal(&published(&files)).contains("test_batch.bin: label 1 is 10, but there are ten classes"));
}

#[test]
fn an_entry_that_promises_the_moon_takes_no_memory() {
    let mut header = tar::Header::new_gnu();
    header.set_path("data_batch_1.bin").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    let bytes = [header.as_bytes().as_slice(), &[0; 1024]].concat();
    assert!(refusal(&bytes).contains("data_batch_1.bin breaks off after 1024 of 1099511627776 bytes"));
}

#[test]
fn more_records_than_are_read_are_refused_before_they_fill_the_memory() {
    // A quarter of a GiB of zeros and a byte, as a gzip stream of 260 kB.
    let mut header = tar::Header::new_gnu();
    header.set_path(FILES[0]).unwrap();
    header.set_size(MOST_BYTES + 1);
    header.set_cksum();
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, header.as_bytes()).unwrap();
    std::io::copy(&mut std::io::repeat(0).take(MOST_BYTES + 512), &mut encoder).unwrap();
    assert!(refusal(&encoder.finish().unwrap()).contains("more than 268435456 bytes of records"));
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(folder.path()).unwrap_err().to_string().contains("`gander data fetch cifar10`"));
    std::fs::write(folder.path().join(FILES[0]), &tiny()[0]).unwrap();
    assert!(read(folder.path()).unwrap_err().to_string().contains("no data_batch_2.bin"));
}
