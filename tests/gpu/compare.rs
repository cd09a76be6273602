//! Bounds, and what is said when one is exceeded.
//!
//! A bound is derived where it is used: the number of roundings, times the unit, times the sum of the terms' magnitudes, plus what WGSL allows the
//! functions used ("Floating point accuracy": exp 3 + 2|x| ULP, log 2⁻²¹ absolute on [0.5, 2] and 3 ULP elsewhere, division and sqrt 2.5 ULP and more,
//! cos and sin 2⁻¹¹ absolute on [-π, π]). Numbers below the smallest normal one may be flushed to zero.

pub use gander::host::accuracy::{TINY, ULP, UNIT, exp_error};

/// The bound of a sum of k products or terms of so much magnitude altogether, with `more` roundings behind it.
pub fn rounding(k: u32, more: u32, magnitude: f64) -> f64 {
    f64::from(k + more) * UNIT * magnitude
}

/// Fails unless every element lies within its bound; returns the worst ratio of error to bound.
#[track_caller]
pub fn within(what: &str, found: &[f32], expected: &[f64], bound: impl Fn(usize) -> f64) -> f64 {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    let mut worst = 0.0;
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let (error, bound) = ((f64::from(*found) - expected).abs(), bound(i));
        assert!(error <= bound, "{what}[{i}]: found {found}, expected {expected}, error {error:e}, bound {bound:e}");
        if error > 0.0 {
            worst = f64::max(worst, error / bound);
        }
    }
    println!("{what}: worst error {worst:.3} of its bound");
    worst
}

/// Fails unless every element has the same bits.
#[track_caller]
pub fn same_bits(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(found.to_bits() == expected.to_bits(), "{what}[{i}]: found {found}, expected {expected}, not one bit may differ");
    }
}

/// Fails unless every word is the same.
#[track_caller]
pub fn same_words(what: &str, found: &[u32], expected: &[u32]) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(found == expected, "{what}[{i}]: found {found:#x}, expected {expected:#x}");
    }
}

/// f32 numbers as f64.
pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

/// f64 numbers as f32, where they are known to be exact.
pub fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
