//! Event files for TensorBoard: all metrics, the monitor's readings, the sheets of samples, and histograms of the weights at checkpoints.
//!
//! A file is a row of records (`record`), each holding one event, a message in the encoding of protocol buffers. A run that goes on
//! begins another file in the same folder; its first event tells TensorBoard to forget what came after that iteration.
//!
//! Left out: graphs, text, hyper-parameters. `config.toml` and `gander report` show those.

mod fields;
mod histogram;
mod record;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Png;
use crate::error::{Error, Result};
use crate::eval::monitor::Reading;
use crate::gan::{Array, Metrics, State};
use crate::protobuf::Message;
use histogram::Histogram;

/// Each point of a curve is the mean of so many iterations, up to a multiple of it: a game makes hundreds in a second, and TensorBoard keeps a thousand.
pub const SCALARS_EVERY: u64 = 10;

/// A curve's tag, and its number in a row.
type Curve = (&'static str, fn(&Metrics) -> f32);

/// The metrics' curves, each tag ending in the name of a column of `metrics.csv`.
const SCALARS: [Curve; 9] = [
    ("loss/d_loss", |row| row.d_loss),
    ("loss/g_loss", |row| row.g_loss),
    ("game/value", |row| row.value),
    ("judged/d_real", |row| row.d_real),
    ("judged/d_fake", |row| row.d_fake),
    ("judged/real_right", |row| row.real_right),
    ("judged/fake_right", |row| row.fake_right),
    ("gradient/g_gradient", |row| row.g_gradient),
    ("gradient/d_gradient", |row| row.d_gradient),
];

/// Writes one event file.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    /// Sums over the iterations since the last point, and how many these are.
    sums: ([f64; SCALARS.len()], u64),
}

impl Writer {
    /// Begins a new file in a folder, which is made if need be, for a run that stands at an iteration: what other files tell of later ones is void.
    /// # Errors when the folder or the file cannot be written.
    pub fn create(folder: &Path, iteration: u64) -> Result<Writer> {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let (path, file) = fresh(folder, iteration)?;
        let mut writer = Writer { path, file: BufWriter::new(file), sums: Default::default() };
        writer.event(0, |event| event.text(fields::FILE_VERSION, "brain.Event:2"))?;
        let restart = Message::new().integer(fields::STATUS, fields::START);
        writer.event(iteration + 1, |event| event.part(fields::SESSION_LOG, restart))?;
        writer.flush()?;
        Ok(writer)
    }

    /// Takes rows of metrics, in the order of their iterations, and hands what is complete to the operating system, where TensorBoard sees it.
    /// # Errors when the file cannot be written.
    pub fn rows(&mut self, rows: &[Metrics]) -> Result<()> {
        for row in rows {
            let (sums, count) = &mut self.sums;
            sums.iter_mut().zip(SCALARS).for_each(|(sum, (_, number))| *sum += f64::from(number(row)));
            *count += 1;
            if row.iteration.is_multiple_of(SCALARS_EVERY) {
                self.point(row.iteration)?;
            }
        }
        self.flush()
    }

    /// Writes a reading of the monitor.
    /// # Errors when the file cannot be written.
    pub fn reading(&mut self, reading: &Reading) -> Result<()> {
        let Reading { iteration, valid_parzen, sigma, neighbour_ratio, spread, saturation, gradient_ratio, classes } = *reading;
        let numbers = [
            ("valid_parzen", valid_parzen),
            ("sigma", sigma),
            ("neighbour_ratio", neighbour_ratio),
            ("spread", spread),
            ("saturation", saturation),
            ("gradient_ratio", gradient_ratio),
            ("classes", classes),
        ];
        let summary = numbers.into_iter().fold(Message::new(), |summary, (name, number)| {
            let value = Message::new().text(fields::TAG, &format!("monitor/{name}")).float(fields::SIMPLE, number as f32);
            summary.part(fields::VALUE, value)
        });
        self.summary(iteration, summary)?;
        self.flush()
    }

    /// Writes a picture as it is.
    /// # Errors when the file cannot be written.
    pub fn picture(&mut self, iteration: u64, tag: &str, picture: &Png) -> Result<()> {
        let (width, height) = picture.size();
        let image = Message::new()
            .integer(fields::HEIGHT, height.into())
            .integer(fields::WIDTH, width.into())
            .integer(fields::COLOURS, fields::RGB)
            .bytes(fields::ENCODED, picture.bytes());
        self.summary(iteration, Message::new().part(fields::VALUE, Message::new().text(fields::TAG, tag).part(fields::IMAGE, image)))?;
        self.flush()
    }

    /// Writes how every parameter is distributed. What training keeps beside them is left out, and what holds no finite number.
    /// # Errors when the file cannot be written.
    pub fn weights(&mut self, iteration: u64, tensors: &BTreeMap<String, Array>) -> Result<()> {
        for (name, array) in tensors.iter().filter(|(name, _)| State::is_parameter(name)) {
            if let Some(histogram) = Histogram::of(&array.values) {
                let value = Message::new().text(fields::TAG, &format!("weights/{name}")).part(fields::HISTOGRAM, histogram.message());
                self.summary(iteration, Message::new().part(fields::VALUE, value))?;
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(Error::io("write", &self.path))
    }

    /// One point of every curve.
    fn point(&mut self, iteration: u64) -> Result<()> {
        let (sums, count) = std::mem::take(&mut self.sums);
        let summary = SCALARS.iter().zip(sums).fold(Message::new(), |summary, ((tag, _), sum)| {
            let mean = (sum / count as f64) as f32;
            summary.part(fields::VALUE, Message::new().text(fields::TAG, tag).float(fields::SIMPLE, mean))
        });
        self.summary(iteration, summary)
    }

    fn summary(&mut self, iteration: u64, summary: Message) -> Result<()> {
        self.event(iteration, |event| event.part(fields::SUMMARY, summary))
    }

    fn event(&mut self, iteration: u64, what: impl FnOnce(Message) -> Message) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let event = what(Message::new().double(fields::WALL_TIME, now).integer(fields::STEP, iteration));
        record::write(&mut self.file, event.as_bytes()).map_err(Error::io("write", &self.path))
    }
}

/// What the names of event files begin with; TensorBoard looks for `tfevents`.
const NAME: &str = "events.out.tfevents.";

/// A new file, after all others. TensorBoard reads files in the order of their names, which tell the time; a clock that was set back must not bring the newest
/// before others.
fn fresh(folder: &Path, iteration: u64) -> Result<(PathBuf, File)> {
    let seconds = |name: &str| name.strip_prefix(NAME)?.split('.').next()?.parse::<u64>().ok();
    let there = fs::read_dir(folder).map_err(Error::io("list", folder))?.flatten();
    let latest = there.filter_map(|entry| seconds(entry.file_name().to_str()?)).max();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = latest.map_or(now, |latest| now.max(latest.saturating_add(1)));
    let path = folder.join(format!("{NAME}{seconds:010}.{iteration:010}.gander"));
    let file = OpenOptions::new().append(true).create_new(true).open(&path).map_err(Error::io("create", &path))?;
    Ok((path, file))
}
