//! The number type of a twin: f32 to train with, f64 to prove with.

use num_traits::Float;

/// f32 or f64.
pub trait Real: Float + Send + Sync + std::fmt::Debug + std::ops::AddAssign + std::ops::MulAssign + 'static {
    /// The number nearest to an f32; exact.
    fn of(value: f32) -> Self;

    /// The f32 nearest to it.
    fn single(self) -> f32;

    /// A count as a number.
    fn count(value: u32) -> Self;

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

impl Real for f32 {
    fn of(value: f32) -> f32 {
        value
    }
    fn single(self) -> f32 {
        self
    }
    fn count(value: u32) -> f32 {
        value as f32
    }
}

impl Real for f64 {
    fn of(value: f32) -> f64 {
        f64::from(value)
    }
    fn single(self) -> f32 {
        self as f32
    }
    fn count(value: u32) -> f64 {
        f64::from(value)
    }
}
