//! The number type of a twin: f32 to train with, f64 to prove with, [`Bounded`](crate::host::Bounded) to say how far a device's f32 may be from f64.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// What a twin computes with.
pub trait Real:
    Copy
    + Debug
    + PartialOrd
    + Send
    + Sync
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + MulAssign
    + 'static
{
    /// Whether the crate `gemm` multiplies matrices of it.
    const IN_GEMM: bool;

    /// 0.
    fn zero() -> Self {
        Self::of(0.0)
    }

    /// 1.
    fn one() -> Self {
        Self::of(1.0)
    }

    /// The number nearest to an f32; exact.
    fn of(value: f32) -> Self;

    /// The f32 nearest to it.
    fn single(self) -> f32;

    /// A count as a number.
    fn count(value: u32) -> Self;

    /// A number that was made of a count, as a count again.
    fn to_count(self) -> usize;

    /// Whether it is neither infinite nor no number.
    fn is_finite(self) -> bool;

    /// |a|.
    fn abs(self) -> Self;

    /// The larger of two.
    fn max(self, other: Self) -> Self;

    /// The smaller of two.
    fn min(self, other: Self) -> Self;

    /// √a.
    fn sqrt(self) -> Self;

    /// exp(a).
    fn exp(self) -> Self;

    /// log(a).
    fn ln(self) -> Self;

    /// log(1 + a).
    fn ln_1p(self) -> Self;

    /// 1 - exp(-a) for a ≥ 0, which loses nothing where a is small.
    fn fallen(self) -> Self;

    /// cos(a), a in [-π, π].
    fn cos(self) -> Self;

    /// sin(a), a in [-π, π].
    fn sin(self) -> Self;

    /// self·a + b.
    fn mul_add(self, a: Self, b: Self) -> Self;

    /// log(1 + exp(a)), finite for every finite a.
    fn softplus(self) -> Self {
        self.max(Self::zero()) + (-self.abs()).exp().ln_1p()
    }

    /// 1 / (1 + exp(-a)), without overflow on either side.
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).exp();
        (if self >= Self::zero() { Self::one() } else { e }) / (Self::one() + e)
    }
}

/// A number type of the processor is a [`Real`] by its own operations.
macro_rules! real {
    ($number:ident, $of:expr, $single:expr) => {
        impl Real for $number {
            const IN_GEMM: bool = true;

            fn of(value: f32) -> $number {
                $of(value)
            }
            fn single(self) -> f32 {
                $single(self)
            }
            fn count(value: u32) -> $number {
                value as $number
            }
            fn to_count(self) -> usize {
                self as usize
            }
            fn is_finite(self) -> bool {
                $number::is_finite(self)
            }
            fn abs(self) -> $number {
                $number::abs(self)
            }
            fn max(self, other: $number) -> $number {
                $number::max(self, other)
            }
            fn min(self, other: $number) -> $number {
                $number::min(self, other)
            }
            fn sqrt(self) -> $number {
                $number::sqrt(self)
            }
            fn exp(self) -> $number {
                $number::exp(self)
            }
            fn ln(self) -> $number {
                $number::ln(self)
            }
            fn ln_1p(self) -> $number {
                $number::ln_1p(self)
            }
            fn fallen(self) -> $number {
                -$number::exp_m1(-self)
            }
            fn cos(self) -> $number {
                $number::cos(self)
            }
            fn sin(self) -> $number {
                $number::sin(self)
            }
            fn mul_add(self, a: $number, b: $number) -> $number {
                $number::mul_add(self, a, b)
            }
        }
    };
}

real!(f32, |value| value, |value| value);
real!(f64, f64::from, |value: f64| value as f32);
