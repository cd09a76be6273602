//! What WGSL lets a device be off by ("Floating point accuracy" of the specification). Every bound here and in the tests is made of these.

/// The relative error of one rounding in f32: 2⁻²⁴.
pub const UNIT: f64 = 1.0 / 16_777_216.0;
/// One unit in the last place is at most this, relatively: 2⁻²³.
pub const ULP: f64 = 2.0 * UNIT;
/// Results below this may be flushed to zero.
pub const TINY: f64 = f32::MIN_POSITIVE as f64;
/// Of a quotient, relatively: 2.5 ULP.
pub const DIVISION: f64 = 2.5 * ULP;
/// Of a square root, relatively: it may be made of 1/√x, which is 2 ULP off, and a division.
pub const ROOT: f64 = 5.0 * ULP;
/// Of a cosine or a sine on [-π, π], absolutely.
pub const COSINE: f64 = 1.0 / 2048.0;

/// Of exp(x), relatively.
pub fn exp_error(x: f64) -> f64 {
    (3.0 + 2.0 * x.abs()) * ULP
}

/// Of log(x), absolutely: 2⁻²¹ on [0.5, 2], 3 ULP elsewhere.
pub fn log_error(x: f64) -> f64 {
    if (0.5..=2.0).contains(&x) { 8.0 * UNIT } else { 3.0 * ULP * x.ln().abs() }
}
