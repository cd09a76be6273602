//! A box cut into equal cells, so that densities become probabilities that can be added up.

use std::ops::Range;

/// An interval cut into equal cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Cells between.
    pub count: usize,
}

impl Axis {
    /// The length of a cell.
    pub fn width(&self) -> f64 {
        (self.high - self.low) / self.count as f64
    }

    /// The middle of every cell.
    pub fn middles(&self) -> Vec<f64> {
        (0..self.count).map(|cell| self.low + (cell as f64 + 0.5) * self.width()).collect()
    }

    /// The cells that an interval touches; of what lies beyond, the outermost cell.
    pub(super) fn touched(&self, low: f64, high: f64) -> Range<usize> {
        let at = |x: f64| (((x - self.low) / self.width()).floor().max(0.0) as usize).min(self.count - 1);
        at(low)..at(high) + 1
    }
}

/// A box of one or more dimensions, cut into equal cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells(
    /// One axis per dimension.
    pub Vec<Axis>,
);

impl Cells {
    /// The middle of every cell, the last dimension running fastest.   cells×dimensions, row by row.
    pub fn middles(&self) -> Vec<f64> {
        let start = vec![vec![]];
        let points = self.0.iter().fold(start, |points: Vec<Vec<f64>>, axis| {
            let middles = axis.middles();
            points.iter().flat_map(|point| middles.iter().map(move |x| [&point[..], &[*x]].concat())).collect()
        });
        points.concat()
    }

    /// The volume of a cell.
    pub fn volume(&self) -> f64 {
        self.0.iter().map(Axis::width).product()
    }

    /// The probability of every cell: density at its middle times volume, which is off by O(width²), scaled to add up to 1.
    pub fn probabilities(&self, density: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let middles = self.middles();
        let shares: Vec<f64> = middles.chunks_exact(self.0.len()).map(density).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter().map(|share| share / sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_its_middles_in_order_and_its_volume() {
        let cells = Cells(vec![Axis { low: 0.0, high: 2.0, count: 2 }, Axis { low: 0.0, high: 1.0, count: 2 }]);
        assert_eq!(cells.middles(), [0.5, 0.25, 0.5, 0.75, 1.5, 0.25, 1.5, 0.75]);
        assert_eq!(cells.volume(), 0.5);
        assert_eq!(cells.probabilities(|x| x[0]), [0.125, 0.125, 0.375, 0.375]);
    }

    #[test]
    fn what_lies_beyond_the_axis_touches_its_last_cell() {
        let axis = Axis { low: 0.0, high: 1.0, count: 10 };
        assert_eq!(axis.touched(0.25, 0.45), 2..5);
        assert_eq!(axis.touched(-9.0, 9.0), 0..10);
        assert_eq!(axis.touched(7.0, 9.0), 9..10);
    }
}
