//! Writes a folder of 32×32 pictures in the binary form of CIFAR-10, its records in the order in which gander reads the folder:
//!
//!     cargo run --release --example cifar-from-folder -- PICTURES TO
//!
//! Pixels come straight from the crate `image`, not through gander's reader, so that the two ways can be compared. The folder has `train` and `test`, and ten
//! classes below each.

use gander::data::cifar::FILES;
use gander::data::images::{Folder, Form};
use std::fs;
use std::path::Path;

#[allow(dead_code, reason = "the test includes this file for `convert` alone")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pictures, to] = &arguments[..] else { panic!("two folders are wanted: PICTURES TO") };
    println!("{} records", convert(Path::new(pictures), Path::new(to)));
}

/// Writes the six files into `to`, and says how many records they hold.
/// # Panics
/// if something cannot be read or written.
pub fn convert(pictures: &Path, to: &Path) -> usize {
    let folder = Folder::list(pictures, Form { size: 32, channels: 3 }).expect("it is a folder of pictures");
    let records: Vec<(bool, Vec<u8>)> =
        folder.paths().map(|path| (path.starts_with("train"), record(pictures, path, folder.classes()))).collect();
    let trained = records.iter().take_while(|(train, _)| *train).count();
    assert!(records[trained..].iter().all(|(train, _)| !train), "training pictures come first");
    fs::create_dir_all(to).expect("a folder to write to");
    for (at, name) in FILES.iter().enumerate() {
        let range = if at < 5 { at * trained / 5..(at + 1) * trained / 5 } else { trained..records.len() };
        let content: Vec<u8> = records[range].iter().flat_map(|(_, record)| record).copied().collect();
        fs::write(to.join(name), content).expect("the file can be written");
    }
    records.len()
}

/// A label, and the pixels of a picture: red, green, blue.
fn record(root: &Path, path: &Path, classes: &[String]) -> Vec<u8> {
    let class = path.iter().nth(1).expect("part/class/picture").to_string_lossy();
    let label = classes.iter().position(|known| *known == class).expect("a known class") as u8;
    let pixels = image::open(root.join(path)).expect("a whole picture").into_rgb8();
    assert_eq!(pixels.dimensions(), (32, 32), "{}", path.display());
    let planes = (0..3).flat_map(|channel| pixels.pixels().map(move |pixel| pixel.0[channel]));
    [label].into_iter().chain(planes).collect()
}
