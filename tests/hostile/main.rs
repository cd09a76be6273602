//! Damaged and hostile files: whatever stands in a file, a reader answers with what is in it or with an error. It does not panic, and takes no more memory
//! than twice its cap.
//!
//! Every reader of gander is given mutations of valid files, the same ones each time. CI tries [`MUTATIONS`] on each; `GANDER_MUTATIONS=200000 cargo test
//! --release --test hostile` tries more. The fuzz targets in `fuzz/` call the same readers.

mod archives;
mod growth;
mod memory;
mod mutate;
mod readers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use memory::Counting;
use mutate::Mutations;
use readers::READERS;

#[global_allocator]
static MEMORY: Counting = Counting::new();

/// Mutations of each reader's files.
const MUTATIONS: u32 = 20_000;

/// The memory that is counted is everybody's: one reader is attacked at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn how_many() -> u32 {
    std::env::var("GANDER_MUTATIONS").map_or(MUTATIONS, |count| count.parse().expect("GANDER_MUTATIONS is a whole number"))
}

/// Gives a reader mutation after mutation of its valid files.
#[track_caller]
fn attack(name: &str) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (at, reader) = READERS.iter().enumerate().find(|(_, reader)| reader.name == name).expect("the reader is in the table");
    let seeds = (reader.seeds)();
    for (i, seed) in seeds.iter().enumerate() {
        assert!((reader.read)(&(reader.dress)(seed)), "seed {i} of {name} is not valid");
    }
    let mut mutations = Mutations::new(at as u32, seeds);
    let (mut taken, mut valid, begun) = (0, 0, std::time::Instant::now());
    for i in 0..how_many() {
        let bytes = (reader.dress)(&mutations.next(i));
        let before = MEMORY.begin();
        let result = catch_unwind(AssertUnwindSafe(|| (reader.read)(&bytes)));
        let grown = MEMORY.peak() - before;
        taken = taken.max(grown);
        let dump = || {
            let path = std::env::temp_dir().join(format!("gander-{name}-{i}"));
            std::fs::write(&path, &bytes).map_or("nowhere".into(), |()| path.display().to_string())
        };
        match result {
            Ok(answered) => valid += u32::from(answered),
            Err(_) => panic!("{name} panicked at mutation {i}; its bytes are in {}", dump()),
        }
        let most = reader.most(bytes.len());
        assert!(
            grown <= most,
            "{name} took {grown} bytes for a file of {}, at most {most} were promised; they are in {}",
            bytes.len(),
            dump()
        );
    }
    println!(
        "{name}: {} mutations in {:.1} s, {valid} still valid, at most {taken} bytes taken",
        how_many(),
        begun.elapsed().as_secs_f64()
    );
}

#[test]
fn idx_files_do_no_harm() {
    attack("idx");
}

#[test]
fn gzip_streams_do_no_harm() {
    attack("gzip");
    attack("idx-within-gzip");
}

#[test]
fn archives_of_cifar_records_do_no_harm() {
    attack("cifar-tar");
    attack("cifar-tar-gzip");
}

#[test]
fn matlab_files_do_no_harm() {
    attack("mat");
    attack("mat-within-zlib");
}

#[test]
fn numpy_files_do_no_harm() {
    attack("npy");
    attack("arrays");
}

#[test]
fn samples_from_elsewhere_do_no_harm() {
    attack("samples");
    attack("samples-png");
}

#[test]
fn checkpoints_do_no_harm() {
    attack("checkpoint");
    attack("checkpoint-of-a-game");
}

#[test]
fn named_tensors_do_no_harm() {
    attack("tensors");
}

#[test]
fn configurations_do_no_harm() {
    attack("config");
}

#[test]
fn metrics_do_no_harm() {
    attack("metrics");
}

#[test]
fn pictures_do_no_harm() {
    attack("png");
    attack("png-with-sums");
    attack("jpeg");
}

#[test]
fn packs_of_pictures_do_no_harm() {
    attack("pack");
}

#[test]
fn every_reader_has_a_fuzz_target() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in READERS.iter().map(|reader| reader.name) {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml has no target `{name}`");
        let target = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("\"{name}\"")), "the target `{name}` reads something else");
    }
}
