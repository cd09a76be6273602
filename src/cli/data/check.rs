//! `gander data check`: opens a data set whole, and says what it holds and what is wrong with it.

use super::config;
use crate::cli::{DataOptions, print};
use crate::data::catalogue::Known;
use crate::data::fetch::{Pinned, Remote, RemoteFile, fault};
use crate::data::statistics::Statistics;
use crate::data::{Dataset, Shape, Values, mnist};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The exit code when something is wrong.
const WRONG: u8 = 1;

/// Options of `gander data check`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Options {
    /// The data set: a name from `gander data list`, folder:PATH or FILE.npy
    #[arg(value_name = "NAME|folder:PATH|FILE.npy")]
    name: String,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let config = config(&options.name)?;
    let (text, mut problems) = published(&options.name, &options.data)?;
    print(&text)?;
    match options.data.open_counting(&config) {
        Ok((dataset, skipped)) => {
            print(&summary(&dataset))?;
            problems.extend(faults(&dataset));
            problems.extend((skipped > 0).then(|| format!("{skipped} pictures cannot be read")));
        }
        Err(Error::Data(why)) => problems.push(why),
        Err(other) => return Err(other),
    }
    print(&problems.iter().map(|problem| format!("wrong: {problem}\n")).collect::<String>())?;
    if problems.is_empty() { print("nothing is wrong\n") } else { Ok(WRONG) }
}

/// Compares the files of a known set with the published ones: a line for each, and those that differ.
fn published(name: &str, data: &DataOptions) -> Result<(String, Vec<String>)> {
    let (mut text, mut wrong) = (String::new(), vec![]);
    let place = Known::named(name).ok().and_then(|known| known.place(data.folder().ok().flatten()));
    let (Some(place), Ok(remote)) = (place, Remote::named(name, None)) else { return Ok((text, wrong)) };
    text += &format!("{}\n", place.display());
    for file in &remote.files {
        let said = match located(&place, file) {
            None => "not there as it was published".into(),
            Some(path) => match fault(&path, file)? {
                None => "as it was published".to_string(),
                Some(why) => {
                    wrong.push(format!("{}: {why}", path.display()));
                    "not as it was published".into()
                }
            },
        };
        text += &format!("  {:28} {said}\n", file.name);
    }
    Ok((text, wrong))
}

/// Where a published file lies, under whichever name its content may have.
fn located(place: &Path, file: &RemoteFile) -> Option<PathBuf> {
    if place.is_file() {
        return Some(place.to_path_buf()).filter(|place| place.ends_with(&file.name));
    }
    let path = Some(place.join(&file.name)).filter(|path| path.is_file());
    let content = || mnist::located(place, file.name.strip_suffix(".gz")?);
    path.or_else(|| (file.pinned == Pinned::Content).then(content).flatten())
}

/// What a data set holds.
fn summary(dataset: &Dataset) -> String {
    let Shape { width, height, channels } = dataset.shape;
    let kind = if let Values::Bytes(_) = dataset.values { "bytes" } else { "reals" };
    let form = if dataset.shape.is_point() { format!("{width}") } else { format!("{width}×{height}×{channels}") };
    let mut text = format!("{}: {} examples of {form} {kind}, sha256 {}\n", dataset.name, dataset.examples(), dataset.checksum());
    for (what, range) in parts(dataset) {
        let classes = if range.is_empty() { vec![] } else { Statistics::of(dataset, range.clone()).classes };
        let spread = match (classes.iter().min(), classes.iter().max()) {
            (Some(least), Some(most)) => format!(", {} classes of {least} to {most} examples", classes.len()),
            _ => String::new(),
        };
        text += &format!("  {what:12} {}..{}: {} examples{spread}\n", range.start, range.end, range.len());
    }
    text
}

/// Training, validation and test.
fn parts(dataset: &Dataset) -> [(&'static str, std::ops::Range<u32>); 3] {
    [("training", dataset.train.clone()), ("validation", dataset.valid.clone()), ("test", dataset.test.clone())]
}

/// What cannot be meant, though the data set can be read.
fn faults(dataset: &Dataset) -> Vec<String> {
    let mut faults = vec![];
    for (what, range) in parts(dataset) {
        if range.is_empty() {
            faults.push(format!("no {what} examples, which `gander eval` needs"));
            continue;
        }
        let Statistics { classes, channels } = Statistics::of(dataset, range);
        if let Some(class) = classes.iter().position(|count| *count == 0) {
            faults.push(format!("class {class} has no {what} example"));
        }
        if let Some(channel) = channels.iter().position(|channel| channel.least == channel.most) {
            faults.push(format!("all {what} examples are {} throughout channel {channel}", channels[channel].least));
        }
        let within = |value: f32| dataset.shape.is_point() || (0.0..=1.0).contains(&value);
        if let Some(channel) = channels.iter().find(|channel| !within(channel.least) || !within(channel.most)) {
            faults.push(format!("{what} pictures hold {} to {}, beyond 0 to 1", channel.least, channel.most));
        }
    }
    faults
}
