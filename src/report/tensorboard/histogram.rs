//! How numbers are distributed, as TensorBoard's histograms want it.

use crate::protobuf::Message;

/// Bars between the smallest and the largest value, all of one width. TensorBoard shows thirty.
const BARS: usize = 64;

/// `HistogramProto`, in the order of its fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Histogram {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// How many values.
    pub count: f64,
    /// Σ x.
    pub sum: f64,
    /// Σ x².
    pub squares: f64,
    /// The upper end of each bar. The first begins at the smallest value.
    pub limits: Vec<f64>,
    /// How many values are in each bar.
    pub counts: Vec<f64>,
}

impl Histogram {
    /// The histogram of the finite ones among values; `None` if there are none.
    pub fn of(values: &[f32]) -> Option<Histogram> {
        let finite = || values.iter().filter(|value| value.is_finite()).map(|&value| f64::from(value));
        let (min, max) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
        if min > max {
            return None;
        }
        let bars = if min < max { BARS } else { 1 };
        let width = (max - min) / bars as f64;
        let mut counts = vec![0.0; bars];
        let (mut sum, mut squares) = (0.0, 0.0);
        for x in finite() {
            // The largest value belongs to the last bar, and so does everything if all are equal.
            let bar = if width > 0.0 { (((x - min) / width) as usize).min(bars - 1) } else { 0 };
            counts[bar] += 1.0;
            sum += x;
            squares += x * x;
        }
        let limits = (1..=bars).map(|bar| if bar == bars { max } else { min + bar as f64 * width }).collect();
        Some(Histogram { min, max, count: finite().count() as f64, sum, squares, limits, counts })
    }

    pub(super) fn message(&self) -> Message {
        let Histogram { min, max, count, sum, squares, limits, counts } = self;
        let numbers = [*min, *max, *count, *sum, *squares];
        let message = (1..).zip(numbers).fold(Message::new(), |message, (field, number)| message.double(field, number));
        message.doubles(6, limits).doubles(7, counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_value_is_in_one_bar() {
        let values = [0.0, 0.5, 1.0, f32::NAN, 1.0, f32::INFINITY, 0.25];
        let histogram = Histogram::of(&values).unwrap();
        assert_eq!((histogram.min, histogram.max, histogram.count, histogram.sum, histogram.squares), (0.0, 1.0, 5.0, 2.75, 2.3125));
        assert_eq!((histogram.limits.len(), histogram.counts.len()), (64, 64));
        let bars: Vec<(usize, f64)> = histogram.counts.iter().copied().enumerate().filter(|bar| bar.1 > 0.0).collect();
        assert_eq!(bars, [(0, 1.0), (16, 1.0), (32, 1.0), (63, 2.0)]);
        assert_eq!((histogram.limits[0], histogram.limits[63]), (1.0 / 64.0, 1.0));
    }

    #[test]
    fn equal_values_make_one_bar_and_none_make_nothing() {
        let histogram = Histogram::of(&[3.0; 7]).unwrap();
        assert_eq!((histogram.limits, histogram.counts), (vec![3.0], vec![7.0]));
        assert_eq!(Histogram::of(&[f32::NAN]), None);
        assert_eq!(Histogram::of(&[]), None);
    }
}
