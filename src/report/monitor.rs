//! `monitor.csv`: what was watched while training, a row per reading. It is small, and written anew each time: whole, or not at all.

use std::fs;
use std::path::Path;

use crate::atomic;
use crate::error::{Error, Result};
use crate::eval::monitor::Reading;

/// The first line: the fields of [`Reading`] in order.
const HEADER: &str = "iteration,valid_parzen,sigma,neighbour_ratio,spread,saturation,gradient_ratio,classes";

/// Writes all readings.
/// # Errors when the file cannot be written.
pub fn save(path: &Path, readings: &[Reading]) -> Result<()> {
    let text: String = readings.iter().map(line).collect();
    atomic::write(path, |file| file.write_all(format!("{HEADER}\n{text}").as_bytes()))
}

/// Reads the readings up to an iteration; none if there is no file, and none where a line is no reading: they are made again.
/// # Errors when the file cannot be read.
pub fn read(path: &Path, until: u64) -> Result<Vec<Reading>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        text => text.map_err(Error::io("read", path))?,
    };
    Ok(text.lines().skip(1).filter_map(parse).filter(|reading| reading.iteration <= until).collect())
}

fn line(reading: &Reading) -> String {
    let Reading { iteration, valid_parzen, sigma, neighbour_ratio, spread, saturation, gradient_ratio, classes } = reading;
    format!("{iteration},{valid_parzen},{sigma},{neighbour_ratio},{spread},{saturation},{gradient_ratio},{classes}\n")
}

fn parse(line: &str) -> Option<Reading> {
    let (iteration, rest) = line.split_once(',')?;
    let numbers: Vec<f64> = rest.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [valid_parzen, sigma, neighbour_ratio, spread, saturation, gradient_ratio, classes] = numbers[..] else { return None };
    Some(Reading { iteration: iteration.parse().ok()?, valid_parzen, sigma, neighbour_ratio, spread, saturation, gradient_ratio, classes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_read_back_as_they_were_up_to_the_iteration_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("monitor.csv");
        assert_eq!(read(&path, 5).unwrap(), []);
        let readings = [1u64, 2, 3].map(|iteration| Reading {
            iteration,
            valid_parzen: if iteration == 2 { f64::NEG_INFINITY } else { -1.0 / 3.0 },
            sigma: 0.1,
            gradient_ratio: 1e-300,
            ..Reading::default()
        });
        save(&path, &readings).unwrap();
        assert_eq!(read(&path, 9).unwrap(), readings);
        assert_eq!(read(&path, 2).unwrap(), readings[..2]);
        assert_eq!(HEADER.split(',').count(), line(&readings[0]).split(',').count());
        fs::write(&path, format!("{HEADER}\n1,2\n{}", line(&readings[2]))).unwrap();
        assert_eq!(read(&path, 9).unwrap(), readings[2..]);
    }
}
