//! How parameters begin: drawn on the host from the seed, once, so that every device starts from the same bits.

use crate::random::{INITIAL, threefry2x32, unit};

/// The distribution a parameter is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum Initial {
    /// U(-irange, irange).
    Uniform(f32),
    /// The same within the blocks of W = (A 0; 0 B), zero beside them.
    Blocks {
        /// The bound of the distribution.
        irange: f32,
        /// Columns of the matrix.
        cols: u32,
        /// Rows and columns of A.
        first: [u32; 2],
    },
    /// In each column, `count` elements at distinct random places from N(0, 1), the others zero (Martens 2010; `sparse_init` of the published files).
    Sparse {
        /// Elements of a column that are not zero.
        count: u32,
        /// Columns of the matrix.
        cols: u32,
    },
    /// Every element the same: biases.
    Constant(f32),
    /// These values, one per element: the bias from the marginals of the data.
    Values(Vec<f32>),
}

impl Initial {
    /// The values of parameter number `index` of a network, row by row.
    pub fn values(&self, seed: u32, index: u32, len: usize) -> Vec<f32> {
        match self {
            Initial::Uniform(irange) => {
                (0..len as u32).map(|i| irange * (2.0 * unit(threefry2x32([seed, INITIAL], [index, i])[0]) - 1.0)).collect()
            }
            Initial::Blocks { irange, cols, first: [n, p] } => {
                let mut values = Initial::Uniform(*irange).values(seed, index, len);
                for (i, value) in (0..).zip(&mut values) {
                    if (i / cols < *n) != (i % cols < *p) {
                        *value = 0.0;
                    }
                }
                values
            }
            Initial::Sparse { count, cols } => sparse([seed, INITIAL], index, *count, [len as u32 / cols, *cols]),
            Initial::Constant(value) => vec![*value; len],
            Initial::Values(values) => values.clone(),
        }
    }
}

/// Each column's places are the first `count` of a shuffle of its rows; their numbers are Box and Muller's.
fn sparse(key: [u32; 2], index: u32, count: u32, [rows, cols]: [u32; 2]) -> Vec<f32> {
    let mut values = vec![0.0; rows as usize * cols as usize];
    let mut places: Vec<u32> = (0..rows).collect();
    for (col, drawn) in (0..cols).flat_map(|col| (0..count.min(rows)).map(move |drawn| (col, drawn))) {
        let number = 2 * (col * count + drawn);
        let [place, _] = threefry2x32(key, [index, number]);
        let [radius, angle] = threefry2x32(key, [index, number + 1]);
        // The multiply-high of a word and a size is a place below it. Whatever order the last column left, any start of a shuffle is as good.
        let other = drawn + ((u64::from(place) * u64::from(rows - drawn)) >> 32) as u32;
        places.swap(drawn as usize, other as usize);
        let row = places[drawn as usize];
        // Above 0 and below 1, so that no number is infinite, or zero.
        let [radius, angle] = [radius, angle].map(|word| (f64::from(word) + 0.5) / 4_294_967_296.0);
        let (radius, angle) = ((-2.0 * radius.ln()).sqrt(), std::f64::consts::TAU * angle);
        values[row as usize * cols as usize + col as usize] = (radius * angle.cos()) as f32;
    }
    values
}

/// The bias that makes a sigmoid give the training data's mean p when its weights are zero: log(p / (1 - p)), p clipped to [1e-7, 1 - 1e-7]
/// (`init_bias_target_marginals` of the published code).
pub fn marginals(mean: &[f32]) -> Vec<f32> {
    let logit = |p: f64| (p / (1.0 - p)).ln();
    mean.iter().map(|p| logit(f64::from(*p).clamp(1e-7, 1.0 - 1e-7)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 columns of 100 numbers: their mean has a standard deviation of 1/√30000, their mean square one of √2/√30000; five of them are the bounds.
    #[test]
    fn every_column_of_sparse_weights_has_exactly_so_many_of_unit_variance_at_places_of_its_own() {
        let (rows, cols, count) = (250, 300, 100);
        let values = Initial::Sparse { count, cols }.values(3, 1, (rows * cols) as usize);
        let column = |col: u32| (0..rows).map(move |row| (row * cols + col) as usize);
        for col in 0..cols {
            assert_eq!(column(col).filter(|i| values[*i] != 0.0).count(), count as usize, "column {col}");
        }
        let places = |col| column(col).map(|i| values[i] != 0.0).collect::<Vec<_>>();
        assert_ne!(places(0), places(1));
        for row in 0..rows {
            let taken = (0..cols).filter(|col| values[(row * cols + col) as usize] != 0.0).count();
            // Binomial of 300 and 0.4: 120, with a standard deviation of 8.5.
            assert!((78..=162).contains(&taken), "row {row} is taken in {taken} columns");
        }
        let drawn: Vec<f64> = values.iter().filter(|x| **x != 0.0).map(|x| f64::from(*x)).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let square = drawn.iter().map(|x| x * x).sum::<f64>() / drawn.len() as f64;
        assert!(
            mean.abs() < 5.0 / 30_000f64.sqrt() && (square - 1.0).abs() < 5.0 * (2.0 / 30_000f64).sqrt(),
            "mean {mean}, square {square}"
        );
        assert_eq!(values, Initial::Sparse { count, cols }.values(3, 1, (rows * cols) as usize), "the same seed, the same places");
        assert_ne!(values, Initial::Sparse { count, cols }.values(4, 1, (rows * cols) as usize));
    }
}
