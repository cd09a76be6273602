//! `gander data show`: a sheet of examples, a row per class, and what a part of the data is like in numbers.

use super::config;
use crate::cli::{DataOptions, print};
use crate::data::statistics::{Spread, Statistics};
use crate::data::{Dataset, Shape, catalogue};
use crate::error::{Error, Result};
use crate::gan::Scaling;
use crate::report::Png;
use crate::report::Reference;
use crate::report::sheet::{Picture, sheet};
use std::ops::Range;
use std::path::PathBuf;

/// What stands where a class has too few examples: the colour of the gaps.
const NOTHING: f32 = 56.0 / 255.0;

/// The most numbers on a sheet: 1 GiB of them.
const MOST_NUMBERS: u64 = 1 << 28;

/// Options of `gander data show`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Options {
    /// The data set: a name from `gander data list`, folder:PATH or FILE.npy
    #[arg(value_name = "NAME|folder:PATH|FILE.npy")]
    name: String,
    /// The picture to write
    #[arg(long, value_name = "FILE.png", default_value = "data.png")]
    out: PathBuf,
    /// Examples to draw
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Which of them
    #[arg(long, value_enum, default_value_t = Split::Train)]
    split: Split,
    #[command(flatten)]
    data: DataOptions,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Split {
    /// What games are trained on
    Train,
    /// What settings are chosen by
    Valid,
    /// What is only reported on
    Test,
}

impl Split {
    fn range(self, dataset: &Dataset) -> Range<u32> {
        match self {
            Split::Train => dataset.train.clone(),
            Split::Valid => dataset.valid.clone(),
            Split::Test => dataset.test.clone(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Split::Train => "training",
            Split::Valid => "validation",
            Split::Test => "test",
        }
    }
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let config = options.data.chosen(&config(&options.name)?)?;
    let dataset = options.data.open(&config)?;
    let range = options.split.range(&dataset);
    if range.is_empty() {
        return Err(Error::Data(format!("`{}` has no {} examples; choose another --split", dataset.name, options.split.name())));
    }
    let statistics = Statistics::of(&dataset, range.clone());
    let names = catalogue::classes(&config)?;
    let Shape { width, height, channels } = dataset.shape;
    let form = if dataset.shape.is_point() { format!("{width} numbers") } else { format!("{width}×{height}×{channels} numbers") };
    print(&format!("{}: {} {} examples of {form}\n", dataset.name, range.len(), options.split.name()))?;
    print(&classes(&statistics.classes, &names))?;
    print(&channels_of(&statistics.channels))?;
    draw(&dataset, range, options.count)?.save(&options.out)?;
    print(&format!("{}\n", options.out.display()))
}

/// The classes in the order of the sheet's rows, each with how many examples it has.
fn classes(counts: &[u32], names: &[String]) -> String {
    let name = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
    let width = (0..counts.len()).map(|class| name(class).chars().count()).max().unwrap_or(0);
    let line = |(class, count): (usize, &u32)| format!("  row {:3}  {:width$}  {count:7} examples\n", class + 1, name(class));
    counts.iter().enumerate().map(line).collect()
}

fn channels_of(channels: &[Spread]) -> String {
    let name = |channel: usize| match channels.len() {
        3 => ["red", "green", "blue"][channel],
        _ => "values",
    };
    let line = |(at, Spread { mean, deviation, least, most }): (usize, &Spread)| {
        format!("  {:6}  mean {mean:.4}, deviation {deviation:.4}, from {least:.4} to {most:.4}\n", name(at))
    };
    channels.iter().enumerate().map(line).collect()
}

/// So many examples of a range: pictures on a sheet, with a row per class where there are labels, and points over the training data.
fn draw(dataset: &Dataset, range: Range<u32>, count: u32) -> Result<Png> {
    let some = range.start..range.end.min(range.start.saturating_add(count));
    let classes = dataset.classes().filter(|_| !dataset.shape.is_point());
    fit(dataset.shape, some.len() as u64, classes.map(|classes| (classes, count.div_ceil(classes))))?;
    if dataset.shape.is_point() {
        return Reference::new(dataset, Scaling::default()).draw(&dataset.rows(some));
    }
    let picture = Picture::new(dataset.shape, dataset.preprocess, Scaling::default());
    let pixels = match (&dataset.labels, classes) {
        (Some(labels), Some(classes)) => {
            let columns = count.div_ceil(classes);
            sheet(&rows(dataset, labels, range, columns, classes), picture, Some(columns))?
        }
        _ => sheet(&dataset.rows(some), picture, None)?,
    };
    Ok(Png::encode(&pixels))
}

/// Checks that so many examples, or so many classes with so many of each, are not more than are held at a time.
fn fit(shape: Shape, examples: u64, by_class: Option<(u32, u32)>) -> Result<()> {
    let Shape { width, height, channels } = shape;
    let most = MOST_NUMBERS / u64::from(shape.dimensions());
    let (drawn, room) = match by_class {
        None => (examples, format!("--count takes up to {most} of these")),
        Some((classes, each)) if u64::from(classes) <= most => {
            let room = most / u64::from(classes) * u64::from(classes);
            (u64::from(classes) * u64::from(each), format!("--count takes up to {room} of these, in rows of {classes} classes"))
        }
        Some((classes, each)) => (
            u64::from(classes) * u64::from(each),
            format!("one of each of {classes} classes is too many: choose a smaller --size, or fewer classes"),
        ),
    };
    if drawn <= most {
        return Ok(());
    }
    Err(Error::Config(format!("{drawn} examples of {width}×{height}×{channels} numbers are more than a sheet has room for; {room}")))
}

/// The first examples of each class, so many each.
fn rows(dataset: &Dataset, labels: &[u8], range: Range<u32>, columns: u32, classes: u32) -> Vec<f32> {
    let mut values = vec![];
    for class in 0..classes {
        let of_class = range.clone().filter(|i| u32::from(labels[*i as usize]) == class).take(columns as usize);
        values.extend(of_class.flat_map(|i| dataset.example(i)));
        let full = (class as usize + 1) * columns as usize * dataset.dimensions() as usize;
        values.resize(full, NOTHING);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_bounded_and_not_only_what_is_asked_for() {
        let large = Shape { width: 2048, height: 2048, channels: 1 };
        let refusal = |shape, examples, by_class| fit(shape, examples, by_class).unwrap_err().to_string();
        assert!(fit(large, 64, None).is_ok() && fit(large, 64, Some((32, 2))).is_ok());
        assert!(
            refusal(large, 65, None)
                .contains("65 examples of 2048×2048×1 numbers are more than a sheet has room for; --count takes up to 64")
        );
        assert!(
            refusal(large, 65, Some((30, 3))).contains("90 examples of 2048×2048×1")
                && refusal(large, 65, Some((30, 3))).contains("up to 60")
        );
        // One example is asked for, and a row per class takes 256.
        assert!(refusal(large, 1, Some((256, 1))).contains("one of each of 256 classes is too many"));
        // Points may be as large as pictures.
        assert!(refusal(Shape { width: 1 << 20, height: 1, channels: 1 }, 257, None).contains("up to 256"));
    }
}
