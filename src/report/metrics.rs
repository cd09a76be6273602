//! `metrics.csv`: what the two players achieved in each iteration, one row per iteration, made to be plotted by anything.
//!
//! The file only ever grows, so a killed run leaves at most a torn last line. When the run goes on from a checkpoint, that line and the rows after the
//! checkpoint's iteration are dropped, for they will be computed anew: no iteration stands twice.

mod writer;

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::gan::Metrics;

pub use writer::{Dropped, Writer};

/// The first line of the file: the fields of [`Metrics`] in order.
const HEADER: &str = "iteration,d_loss,g_loss,value,d_real,d_fake,real_right,fake_right,g_gradient,d_gradient,non_finite";

impl Metrics {
    /// The nine numbers between the iteration and the flag: writing and reading share their order.
    fn numbers(&mut self) -> [&mut f32; 9] {
        let Metrics { iteration: _, d_loss, g_loss, value, d_real, d_fake, real_right, fake_right, g_gradient, d_gradient, non_finite: _ } =
            self;
        [d_loss, g_loss, value, d_real, d_fake, real_right, fake_right, g_gradient, d_gradient]
    }

    /// One line, with its end. Numbers are the shortest that read back bit for bit; `NaN` and `inf` are spelt so.
    fn line(mut self) -> String {
        let mut line = self.iteration.to_string();
        for number in self.numbers() {
            line += &format!(",{number:?}");
        }
        line += if self.non_finite { ",1\n" } else { ",0\n" };
        line
    }

    /// The inverse of `line`; `None` for anything else.
    fn parse(line: &str) -> Option<Metrics> {
        let mut fields = line.strip_suffix('\n')?.trim_end_matches('\r').split(',');
        let mut row = Metrics { iteration: fields.next()?.parse().ok()?, ..Metrics::default() };
        for number in row.numbers() {
            *number = fields.next()?.parse().ok()?;
        }
        row.non_finite = match fields.next()? {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        fields.next().is_none().then_some(row)
    }
}

/// Reads all whole rows, also while a run is writing them: a torn last line is passed over.
/// # Errors when the file cannot be read, has other columns than this gander writes, or a line before the last is damaged.
pub fn read(path: &Path) -> Result<Vec<Metrics>> {
    rows(path, &fs::read(path).map_err(Error::io("read", path))?)
}

/// The same, from the file's bytes.
/// # Errors as [`read`] has them.
pub fn read_from(bytes: &[u8]) -> Result<Vec<Metrics>> {
    rows(Path::new("metrics.csv"), bytes)
}

/// The whole rows in a file's bytes.
fn rows(path: &Path, bytes: &[u8]) -> Result<Vec<Metrics>> {
    let text = String::from_utf8_lossy(bytes);
    let mut rows = Vec::new();
    for (index, line) in body(path, &text)?.enumerate() {
        match Metrics::parse(line) {
            Some(row) => rows.push(row),
            None if !line.ends_with('\n') => break,
            None => {
                let (number, line) = (index + 2, line.trim_end());
                return Err(Error::Data(format!("{}: line {number} is no row of metrics: `{line}`; remove that line", path.display())));
            }
        }
    }
    Ok(rows)
}

/// The lines after the header, each with its end. A file too short to hold the header, as a kill may leave it, has none.
fn body<'a>(path: &Path, text: &'a str) -> Result<impl Iterator<Item = &'a str>> {
    let mut lines = text.split_inclusive('\n');
    match lines.next() {
        Some(first) if first.trim_end() != HEADER && !(first.len() < HEADER.len() && HEADER.starts_with(first)) => {
            let found = first.trim_end();
            Err(Error::Data(format!("{}: its columns are `{found}`, this gander writes `{HEADER}`; move the file away", path.display())))
        }
        _ => Ok(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of numbers that are hard to write.
    pub(super) fn row(iteration: u64) -> Metrics {
        let mut row = Metrics { iteration, ..Metrics::default() };
        let numbers = [0.1, 1e-12, -1.386_294_4, 3e20, f32::INFINITY, 1.0 / 3.0, 0.0, f32::MIN_POSITIVE, iteration as f32];
        row.numbers().into_iter().zip(numbers).for_each(|(field, number)| *field = number);
        row
    }

    #[test]
    fn rows_read_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, format!("{HEADER}\n{}{}", row(1).line(), row(2).line())).unwrap();
        assert_eq!(read(&path).unwrap(), [row(1), row(2)]);
        let nan = Metrics { d_loss: f32::NAN, non_finite: true, ..row(4) };
        let back = Metrics::parse(&nan.line()).unwrap();
        assert!(back.d_loss.is_nan() && back.non_finite);
    }

    #[test]
    fn the_header_names_every_field_once() {
        assert_eq!(HEADER.split(',').count(), row(1).line().split(',').count());
    }
}
