//! Links and `..` in an archive: a reader writes nothing outside, nothing inside, and follows no link.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gander::data::cifar::{self, ARCHIVE, FILES, RECORD};

/// Every file below a folder, with its content.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// An entry under a name that no honest tool writes: the crate's own builder refuses `..`.
fn entry(archive: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, target: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().expect("it is one of GNU's").name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_gnu_mut().expect("it is one of GNU's").linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_cksum();
    archive.append(&header, content).unwrap();
}

#[test]
fn nothing_is_written_outside_of_an_archive_and_no_link_is_followed() {
    let above = tempfile::tempdir().unwrap();
    let place = above.path().join("data");
    fs::create_dir(&place).unwrap();
    let record = vec![3; RECORD];
    fs::write(above.path().join("secret.bin"), &record).unwrap();
    let absolute = above.path().join("escaped.bin").display().to_string();
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        let mut archive = tar::Builder::new(vec![]);
        for name in ["../escaped.bin", "../../escaped.bin", &absolute] {
            entry(&mut archive, name, tar::EntryType::Regular, "", b"out");
        }
        // The first file is a link to something real outside; the others are there.
        entry(&mut archive, FILES[0], kind, "../secret.bin", b"");
        FILES[1..].iter().for_each(|name| entry(&mut archive, name, tar::EntryType::Regular, "", &record));
        fs::write(place.join(ARCHIVE), archive.into_inner().unwrap()).unwrap();
        let before = everything(above.path());
        let message = cifar::read(&place).unwrap_err().to_string();
        assert!(message.contains(FILES[0]), "a link is no file: {message}");
        assert_eq!(everything(above.path()), before);
    }
}

#[test]
fn a_way_up_in_a_name_is_only_a_name() {
    let above = tempfile::tempdir().unwrap();
    let place = above.path().join("data");
    fs::create_dir(&place).unwrap();
    let mut archive = tar::Builder::new(vec![]);
    FILES.iter().for_each(|name| entry(&mut archive, &format!("../../{name}"), tar::EntryType::Regular, "", &[3; RECORD]));
    fs::write(place.join(ARCHIVE), archive.into_inner().unwrap()).unwrap();
    let before = everything(above.path());
    assert_eq!(cifar::read(&place).unwrap().examples(), 6);
    assert_eq!(everything(above.path()), before);
}
