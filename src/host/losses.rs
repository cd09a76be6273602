//! The formulas of the losses, by hook: twins of `loss/…` and `generator_loss/…`.

use crate::host::Real;

/// A loss of one logit, and its slope.
pub type Loss<T> = (fn(T) -> T, fn(T) -> T);

/// What D descends on real and on fake rows, and what G descends on its own.
pub struct Losses<T> {
    /// D's, of a real row.
    pub real: Loss<T>,
    /// D's, of a fake row.
    pub fake: Loss<T>,
    /// G's.
    pub generator: Loss<T>,
    /// The logit above which D takes a row for real.
    pub boundary: T,
}

/// The losses of a hook.
pub fn losses<T: Real>(hook: &str) -> Losses<T> {
    let to_be_real: Loss<T> = (|a| (-a).softplus(), |a| -(-a).sigmoid());
    let to_be_fake: Loss<T> = (|a| a.softplus(), |a| a.sigmoid());
    match hook {
        "cross_entropy" | "non_saturating" => Losses { real: to_be_real, fake: to_be_fake, generator: to_be_real, boundary: T::zero() },
        "minimax" => Losses { real: to_be_real, fake: to_be_fake, generator: (|a| -a.softplus(), |a| -a.sigmoid()), boundary: T::zero() },
        "hinge" => Losses {
            real: (|a| (T::one() - a).max(T::zero()), |a| if a < T::one() { -T::one() } else { T::zero() }),
            fake: (|a| (T::one() + a).max(T::zero()), |a| if a > -T::one() { T::one() } else { T::zero() }),
            generator: (|a| -a, |_| -T::one()),
            boundary: T::zero(),
        },
        "least_squares" => {
            let to_one: Loss<T> = (|a| T::of(0.5) * (a - T::one()) * (a - T::one()), |a| a - T::one());
            Losses { real: to_one, fake: (|a| T::of(0.5) * a * a, |a| a), generator: to_one, boundary: T::of(0.5) }
        }
        "wasserstein" => {
            Losses { real: (|a| -a, |_| -T::one()), fake: (|a| a, |_| T::one()), generator: (|a| -a, |_| -T::one()), boundary: T::zero() }
        }
        hook => unreachable!("there is no loss `{hook}`"),
    }
}
