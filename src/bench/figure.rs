//! A measured number: its median and its quartiles.

use serde::Serialize;

/// The median of several measurements, and the quartiles on both sides of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Half of the measurements lie below.
    pub median: f64,
    /// A quarter of them lies below.
    pub low: f64,
    /// A quarter of them lies above.
    pub high: f64,
}

impl Figure {
    /// Of at least one measurement.
    /// # Panics
    /// if there is none.
    pub fn of(mut measured: Vec<f64>) -> Figure {
        measured.sort_by(f64::total_cmp);
        let at = |share: f64| measured[(share * (measured.len() - 1) as f64).round() as usize];
        Figure { median: at(0.5), low: at(0.25), high: at(0.75) }
    }

    /// The same number in other units.
    pub fn times(self, factor: f64) -> Figure {
        Figure { median: self.median * factor, low: self.low * factor, high: self.high * factor }
    }

    /// Half of the middle half's width, as a share of the median.
    pub fn spread(self) -> f64 {
        if self.median == 0.0 { 0.0 } else { (self.high - self.low) / 2.0 / self.median }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_its_quartiles_do_not_depend_on_order() {
        let figure = Figure::of(vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(figure, Figure { median: 3.0, low: 2.0, high: 4.0 });
        assert_eq!(figure.spread(), 1.0 / 3.0);
        assert_eq!(figure.times(2.0).median, 6.0);
        assert_eq!(Figure::of(vec![7.0]), Figure { median: 7.0, low: 7.0, high: 7.0 });
    }
}
