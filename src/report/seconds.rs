//! `seconds.csv`: how long training has taken, a row per reading and checkpoint. It is small, and written anew each time: whole, or not at all. And how such
//! times are said.

use std::fs;
use std::path::Path;

use crate::atomic;
use crate::error::{Error, Result};

/// The first line.
const HEADER: &str = "iteration,seconds";

/// Writes all rows: (iteration, seconds of training until then).
/// # Errors when the file cannot be written.
pub fn save(path: &Path, rows: &[(u64, f64)]) -> Result<()> {
    let text: String = rows.iter().map(|(iteration, seconds)| format!("{iteration},{seconds:.3}\n")).collect();
    atomic::write(path, |file| file.write_all(format!("{HEADER}\n{text}").as_bytes()))
}

/// Reads the rows up to an iteration; none if there is no file, and none where a line is no row.
/// # Errors when the file cannot be read.
pub fn read(path: &Path, until: u64) -> Result<Vec<(u64, f64)>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        text => text.map_err(Error::io("read", path))?,
    };
    let parse = |line: &str| {
        let (iteration, seconds) = line.split_once(',')?;
        Some((iteration.parse::<u64>().ok()?, seconds.parse::<f64>().ok().filter(|seconds| seconds.is_finite())?))
    };
    Ok(text.lines().skip(1).filter_map(parse).filter(|(iteration, _)| *iteration <= until).collect())
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_back_up_to_the_iteration_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seconds.csv");
        assert_eq!(read(&path, 5).unwrap(), []);
        let rows = [(10, 0.25), (20, 1.5), (30, 1e6)];
        save(&path, &rows).unwrap();
        assert_eq!(read(&path, 30).unwrap(), rows);
        assert_eq!(read(&path, 29).unwrap(), rows[..2]);
        fs::write(&path, "iteration,seconds\n10,NaN\n20\n30,2.5\n").unwrap();
        assert_eq!(read(&path, 30).unwrap(), [(30, 2.5)]);
    }
}
