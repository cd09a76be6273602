//! Calibration rows, computed once per data set and kept in the cache folder.

use super::{Examples, Workbench};
use crate::atomic;
use crate::cli::wait::wait;
use crate::data::cache_folder;
use crate::error::Result;
use crate::eval::calibration::{Calibration, calibrate};
use crate::eval::parzen::Protocol;
use std::fs;
use std::path::PathBuf;

/// The seed of the examples that centroids begin at: always the same, so that rows of different runs are the same rows.
const SEED: u32 = 1;

/// The rows of a data set: those in the cache folder, or new ones, which are put there.
pub(super) fn known_or_made(bench: &mut Workbench, protocol: &Protocol, examples: &Examples, samples: usize) -> Result<Vec<Calibration>> {
    let path = place(examples, samples);
    let known = path.as_ref().and_then(|path| fs::read(path).ok()).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(rows) = known {
        return Ok(rows);
    }
    let held_out = (examples.valid(), examples.test());
    let Workbench { device, rec, waiter } = bench;
    let rows = wait(waiter.as_ref(), calibrate(&mut **device, rec, protocol, examples.training(), held_out, (samples, SEED)))?;
    if let Some(path) = path {
        keep(&path, &rows);
    }
    Ok(rows)
}

/// Where rows are kept: by everything that they depend on. Nowhere, for a user without a home.
fn place(examples: &Examples, samples: usize) -> Option<PathBuf> {
    let name = format!("{}-{}-{samples}.json", crate::VERSION, examples.dataset.fingerprint());
    Some(cache_folder().ok()?.join("calibration").join(name))
}

/// Keeps the rows for the next time. Where that is not possible they are made again: that costs time, not truth.
fn keep(path: &std::path::Path, rows: &[Calibration]) {
    let json = serde_json::to_vec(rows).expect("figures are plain numbers and text");
    let folder = path.parent().expect("the path has a name");
    drop(fs::create_dir_all(folder).map(|()| atomic::write(path, |file| file.write_all(&json))));
}
