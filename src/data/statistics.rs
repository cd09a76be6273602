//! What a part of a data set looks like in numbers: how many examples of each class, and how the values of each channel are spread.

use std::ops::Range;

use super::dataset::{Dataset, Values};

/// A part of a data set in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// How many examples there are of each class, counted from class 0; empty without labels.
    pub classes: Vec<u32>,
    /// The values of each channel, bytes as b/255, before any preprocessing.
    pub channels: Vec<Spread>,
}

/// How numbers are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// 1/n Σ x.
    pub mean: f64,
    /// √(1/n Σ (x − mean)²).
    pub deviation: f64,
    /// The least.
    pub least: f32,
    /// The most.
    pub most: f32,
}

impl Statistics {
    /// Those of a range of examples.
    /// # Panics
    /// if there are fewer.
    #[must_use]
    pub fn of(dataset: &Dataset, range: Range<u32>) -> Statistics {
        let (first, last) = (range.start as usize, range.end as usize);
        let mut classes = vec![0; dataset.classes().unwrap_or(0) as usize];
        if let Some(labels) = &dataset.labels {
            labels[first..last].iter().for_each(|label| classes[usize::from(*label)] += 1);
        }
        let dimensions = dataset.dimensions() as usize;
        let (plane, numbers) = (dimensions / dataset.shape.channels as usize, first * dimensions..last * dimensions);
        let of_channel = |channel: usize| match &dataset.values {
            Values::Bytes(bytes) => spread_of_bytes(planes(&bytes[numbers.clone()], dimensions, plane, channel)),
            Values::Reals(reals) => spread_of_reals(|| planes(&reals[numbers.clone()], dimensions, plane, channel)),
        };
        Statistics { classes, channels: (0..dataset.shape.channels as usize).map(of_channel).collect() }
    }
}

/// The values of one channel of all examples.
fn planes<T: Copy>(values: &[T], dimensions: usize, plane: usize, channel: usize) -> impl Iterator<Item = T> {
    values.chunks_exact(dimensions).flat_map(move |example| &example[channel * plane..(channel + 1) * plane]).copied()
}

/// Of bytes, exactly: how often each of them occurs says everything.
fn spread_of_bytes(bytes: impl Iterator<Item = u8>) -> Spread {
    let mut often = [0u64; 256];
    bytes.for_each(|byte| often[usize::from(byte)] += 1);
    let value = |byte: usize| byte as f64 / 255.0;
    let n = often.iter().sum::<u64>() as f64;
    let mean_of = |f: &dyn Fn(f64) -> f64| often.iter().enumerate().map(|(byte, count)| *count as f64 * f(value(byte))).sum::<f64>() / n;
    let mean = mean_of(&|x| x);
    let deviation = mean_of(&|x| (x - mean).powi(2)).sqrt();
    let end = |found: Option<usize>| found.map_or(f32::NAN, |byte| value(byte) as f32);
    let (least, most) = (end(often.iter().position(|count| *count > 0)), end(often.iter().rposition(|count| *count > 0)));
    Spread { mean, deviation, least, most }
}

/// Of reals, in two passes, summed in f64.
fn spread_of_reals<I: Iterator<Item = f32>>(reals: impl Fn() -> I) -> Spread {
    let n = reals().count() as f64;
    let mean = reals().map(f64::from).sum::<f64>() / n;
    let deviation = (reals().map(|x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n).sqrt();
    let (least, most) = reals().fold((f32::NAN, f32::NAN), |(least, most), x| (least.min(x), most.max(x)));
    Spread { mean, deviation, least, most }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Shape;

    #[test]
    fn channels_and_classes_are_told_apart_and_only_the_range_counts() {
        // Four examples of one pixel with three channels.
        let bytes = vec![9, 9, 9, 0, 51, 255, 102, 51, 0, 9, 9, 9];
        let shape = Shape { width: 1, height: 1, channels: 3 };
        let of = |values: Values| {
            let labels = Some(vec![0, 1, 1, 2]);
            let dataset = Dataset { name: "a".into(), shape, values, labels, train: 1..3, valid: 0..1, test: 3..4, preprocess: None };
            Statistics::of(&dataset.checked().unwrap(), 1..3)
        };
        let reals = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
        for found in [of(Values::Bytes(bytes)), of(Values::Reals(reals))] {
            assert_eq!(found.classes, [0, 2, 0]);
            let wanted = [(0.2, 0.2, 0.0, 0.4), (0.2, 0.0, 0.2, 0.2), (0.5, 0.5, 0.0, 1.0)];
            for (Spread { mean, deviation, least, most }, wanted) in found.channels.iter().zip(wanted) {
                let near = |a: f64, b: f64| (a - b).abs() < 1e-7;
                assert!(near(*mean, wanted.0) && near(*deviation, wanted.1), "{mean} ± {deviation}");
                assert!(near(f64::from(*least), wanted.2) && near(f64::from(*most), wanted.3), "{least} to {most}");
            }
        }
    }
}
