//! A number with a bound of how far a device's f32 may be from it: the error analysis of a kernel, run beside its twin.
//!
//! The value is computed in f64. Beside it goes the bound of running error analysis (Wilkinson; Higham 2002, "Accuracy and Stability of Numerical
//! Algorithms", sections 3.3 and 4.2), with what WGSL allows ([`accuracy`](crate::host::accuracy)) in the place of correct rounding. A device may add
//! in any order and fuse products into sums: each of n terms then passes through at most n - 1 roundings, so a sum is off by (n - 1)·u·Σ|terms| at most,
//! whatever the order. So a sum keeps its terms' number and magnitude until something else is made of it.
//!
//! A bound of zero means that the device must have the same bits: copies, masks, winners. What has been compared with something ambiguous is not followed:
//! of two sums that are equal within their bounds, the twin takes the one that is larger in f64.

use crate::host::Real;
use crate::host::accuracy::{COSINE, DIVISION, ROOT, TINY, UNIT, exp_error, log_error};
use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// A number, and how far a device's may be from it.
#[derive(Clone, Copy, Debug)]
pub struct Bounded {
    /// The number in f64.
    value: f64,
    /// What the terms were off by before they became terms.
    error: f64,
    /// Σ|terms|.
    magnitude: f64,
    /// Terms of the sum that it is.
    terms: f64,
    /// Roundings that each term has been through by itself.
    roundings: f64,
}

/// A hundredth more, for errors of errors.
const SECOND_ORDER: f64 = 1.01;

impl Bounded {
    /// A number that every device has.
    fn exact(value: f64) -> Bounded {
        Bounded { value, error: 0.0, magnitude: value.abs(), terms: 1.0, roundings: 0.0 }
    }

    /// A number that is off by so much, its last rounding included.
    fn off_by(value: f64, error: f64) -> Bounded {
        // Where a small number may be flushed to zero, nothing is left of it.
        let flushed = if value.abs() < TINY { TINY } else { 0.0 };
        Bounded { error: error + flushed, ..Bounded::exact(value) }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.value
    }

    /// How far a device's number may be from it.
    pub fn bound(self) -> f64 {
        if self.value.is_finite() { SECOND_ORDER * self.total() } else { 0.0 }
    }

    fn total(self) -> f64 {
        let roundings = self.terms - 1.0 + self.roundings;
        if roundings == 0.0 { self.error } else { self.error + roundings * UNIT * self.magnitude }
    }

    fn is(self, value: f64) -> bool {
        self.value == value && self.terms == 1.0 && self.roundings == 0.0 && self.error == 0.0
    }

    /// The one of two that is chosen by a comparison: where they are too near each other to tell, either may be.
    fn chosen(self, other: Bounded) -> Bounded {
        let [own, others] = [self.total(), other.total()];
        if (self.value - other.value).abs() > own + others {
            return self;
        }
        if own + others == 0.0 { self } else { Bounded { error: own.max(others), ..Bounded::exact(self.value) } }
    }
}

impl Neg for Bounded {
    type Output = Bounded;

    fn neg(self) -> Bounded {
        Bounded { value: -self.value, ..self }
    }
}

impl Add for Bounded {
    type Output = Bounded;

    fn add(self, other: Bounded) -> Bounded {
        if self.is(0.0) {
            return other;
        }
        if other.is(0.0) {
            return self;
        }
        let value = self.value + other.value;
        let flushed = if value != 0.0 && value.abs() < TINY { TINY } else { 0.0 };
        Bounded {
            value,
            error: self.error + other.error + flushed,
            magnitude: self.magnitude + other.magnitude,
            terms: self.terms + other.terms,
            roundings: self.roundings.max(other.roundings),
        }
    }
}

impl Sub for Bounded {
    type Output = Bounded;

    fn sub(self, other: Bounded) -> Bounded {
        self + -other
    }
}

impl Mul for Bounded {
    type Output = Bounded;

    fn mul(self, other: Bounded) -> Bounded {
        let factors = [(self, other), (other, self)];
        if let Some((_, of)) = factors.into_iter().find(|(factor, _)| factor.is(1.0)) {
            return of;
        }
        if factors.into_iter().any(|(factor, _)| factor.is(0.0)) {
            return Bounded::exact(0.0);
        }
        let ([a, b], [own, others]) = ([self.value, other.value], [self.total(), other.total()]);
        Bounded { roundings: 1.0, ..Bounded::off_by(a * b, a.abs() * others + b.abs() * own + own * others) }
    }
}

impl Div for Bounded {
    type Output = Bounded;

    fn div(self, other: Bounded) -> Bounded {
        if other.is(1.0) {
            return self;
        }
        if self.is(0.0) {
            return self;
        }
        let value = self.value / other.value;
        let least = other.value.abs() - other.total();
        let error = if least > 0.0 { (self.total() + value.abs() * other.total()) / least } else { f64::INFINITY };
        Bounded::off_by(value, error + DIVISION * value.abs())
    }
}

impl AddAssign for Bounded {
    fn add_assign(&mut self, other: Bounded) {
        *self = *self + other;
    }
}

impl MulAssign for Bounded {
    fn mul_assign(&mut self, other: Bounded) {
        *self = *self * other;
    }
}

impl PartialEq for Bounded {
    fn eq(&self, other: &Bounded) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Bounded {
    fn partial_cmp(&self, other: &Bounded) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl Real for Bounded {
    const IN_GEMM: bool = false;

    fn of(value: f32) -> Bounded {
        Bounded::exact(f64::from(value))
    }

    fn single(self) -> f32 {
        self.value as f32
    }

    /// Counts up to 2²⁴ are exact in f32.
    fn count(value: u32) -> Bounded {
        let roundings = if value > 1 << 24 { 1.0 } else { 0.0 };
        Bounded { roundings, ..Bounded::exact(f64::from(value)) }
    }

    fn to_count(self) -> usize {
        self.value as usize
    }

    fn is_finite(self) -> bool {
        self.value.is_finite()
    }

    fn abs(self) -> Bounded {
        Bounded { value: self.value.abs(), ..self }
    }

    fn max(self, other: Bounded) -> Bounded {
        if self.value >= other.value { self.chosen(other) } else { other.chosen(self) }
    }

    fn min(self, other: Bounded) -> Bounded {
        if self.value <= other.value { self.chosen(other) } else { other.chosen(self) }
    }

    fn sqrt(self) -> Bounded {
        if self.is(0.0) {
            return self;
        }
        let (value, error) = (self.value.sqrt(), self.total());
        // √(x ± e) is within e/(√x + √(x - e)) of √x.
        let error = error / (value + (self.value - error).max(0.0).sqrt()).max(error.sqrt()).max(f64::MIN_POSITIVE);
        Bounded::off_by(value, error + ROOT * value)
    }

    fn exp(self) -> Bounded {
        let value = self.value.exp();
        let moved = (self.value + self.total()).exp() - value;
        let own = if value > 0.0 { exp_error(self.value) * value } else { 0.0 };
        Bounded::off_by(value, moved + own)
    }

    fn ln(self) -> Bounded {
        let least = self.value - self.total();
        let moved = if least > 0.0 { self.total() / least } else { f64::INFINITY };
        Bounded::off_by(self.value.ln(), moved + log_error(self.value))
    }

    /// As the shaders have it: the logarithm of a rounded sum.
    fn ln_1p(self) -> Bounded {
        Bounded { value: self.value.ln_1p(), ..(Bounded::exact(1.0) + self).ln() }
    }

    /// As adam_rates.wgsl has it: below 1/8 a series of ten roundings, each of a number near 1 times a, and the sixth term that is left out; above it the
    /// exponential's own error, and the difference.
    fn fallen(self) -> Bounded {
        let a = self.value;
        let own = if a < 0.125 { 10.0 * UNIT * a + a.powi(6) / 720.0 } else { exp_error(a) * (-a).exp() + UNIT };
        Bounded::off_by(-(-a).exp_m1(), self.total() * (-a + self.total()).exp() + own)
    }

    fn cos(self) -> Bounded {
        Bounded::off_by(self.value.cos(), self.total() + COSINE)
    }

    fn sin(self) -> Bounded {
        Bounded::off_by(self.value.sin(), self.total() + COSINE)
    }

    fn mul_add(self, a: Bounded, b: Bounded) -> Bounded {
        self * a + b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: f32) -> Bounded {
        Bounded::of(value)
    }

    #[test]
    fn a_sum_of_products_is_off_by_as_many_roundings_as_it_has_terms() {
        let terms = [(0.3, 0.7), (-0.9, 0.2), (0.1, 0.1), (0.5, -0.25)];
        let sum = terms.iter().fold(Bounded::zero(), |sum, (a, b)| sum + of(*a) * of(*b));
        let magnitude: f64 = terms.iter().map(|(a, b)| (f64::from(*a) * f64::from(*b)).abs()).sum();
        let expected = SECOND_ORDER * 4.0 * UNIT * magnitude;
        assert!((sum.bound() - expected).abs() < 1e-6 * expected, "{} is not {expected}", sum.bound());
    }

    /// Whatever the order in which f32 adds, and whether or not products are fused.
    #[test]
    fn sums_in_f32_are_within_the_bound_in_every_order() {
        let numbers: Vec<f32> = (0..64).map(|i| ((37 * i + 11) % 64) as f32 / 7.0 - 4.6).collect();
        let exact = numbers.iter().fold(Bounded::zero(), |sum, x| sum + of(*x) * of(0.1));
        let forward = numbers.iter().fold(0.0, |sum, x| sum + x * 0.1);
        let backward = numbers.iter().rev().fold(0.0, |sum, x| x.mul_add(0.1, sum));
        let mut tree: Vec<f32> = numbers.iter().map(|x| x * 0.1).collect();
        while tree.len() > 1 {
            tree = tree.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        for found in [forward, backward, tree[0]] {
            let error = (f64::from(found) - exact.value()).abs();
            assert!(error <= exact.bound() && exact.bound() < 1e-4, "{found}: {error:e}, bound {:e}", exact.bound());
        }
    }

    #[test]
    fn what_is_only_moved_or_chosen_has_no_error() {
        for exact in [of(0.1), of(0.1).max(of(-3.0)), of(0.1).min(of(0.2)), -of(0.1), of(0.1) * Bounded::one(), of(0.1) + Bounded::zero()] {
            assert_eq!(exact.bound(), 0.0, "{exact:?}");
        }
        assert_eq!((of(0.1) * Bounded::zero()).bound(), 0.0);
        let sum = of(0.1) + of(0.2);
        assert_eq!(sum.max(Bounded::zero()).bound(), sum.bound(), "the larger one keeps its error");
        assert_eq!((-sum).max(Bounded::zero()).bound(), 0.0, "a rectifier that is clearly shut gives out zero");
    }

    /// f32 on the host rounds better than WGSL asks for, so it is within.
    #[test]
    fn functions_of_f32_are_within_their_bounds() {
        for i in 0..400 {
            let x = (i as f32 - 200.0) / 17.0 + 0.003;
            let pairs = [
                ("exp", Real::exp(x), of(x).exp()),
                ("log", Real::ln(x.abs()), of(x.abs()).ln()),
                ("root", Real::sqrt(x.abs()), of(x.abs()).sqrt()),
                ("quotient", 1.0 / x, Bounded::one() / of(x)),
                ("sigmoid", Real::sigmoid(x), of(x).sigmoid()),
                ("softplus", Real::softplus(x), of(x).softplus()),
                ("fallen", Real::fallen(x.abs()), of(x.abs()).fallen()),
            ];
            for (what, found, expected) in pairs {
                let error = (f64::from(found) - expected.value()).abs();
                assert!(error <= expected.bound(), "{what} of {x}: {found}, not {expected:?}: {error:e}");
                let slack = 1e-4 * (1.0 + expected.value().abs());
                assert!(expected.bound() <= slack, "{what} of {x}: a bound of {:e} finds nothing", expected.bound());
            }
        }
    }

    #[test]
    fn what_lies_beyond_any_number_is_no_error() {
        let far = of(1e20);
        let sum = of(1.0) * ((of(2.0) - far) * of(50.0)).exp() + Bounded::one();
        assert_eq!(sum.value(), 1.0);
        assert!(sum.bound() < 1e-6, "{sum:?}");
    }
}
