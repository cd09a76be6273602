//! The theory on pictures: a fresh discriminator is trained against a generator that stands still, and judges what it has never seen.
//!
//! Theorem 1 gives V(D, G) ≤ −log 4 + 2·JSD(p_data ‖ p_g) for every D. So whatever a critic is worth on held-out examples and fresh samples, it bounds the
//! divergence from below: JSD ≥ (V + log 4)/2. A weak critic gives a weak bound, never a wrong one but for the standard error.

use crate::eval::parzen::Estimate;
use crate::host::Real;
use serde::Serialize;

/// A bound, and what it was found by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// Iterations that the critic was trained for.
    pub iterations: u32,
    /// Held-out examples, and as many samples, that it judged.
    pub count: usize,
    /// V of the critic, without dropout.
    pub value: f64,
    /// The standard error of V.
    pub standard_error: f64,
    /// JSD(p_data ‖ p_g) is at least this, in nats; log 2 = 0.693 is the most that there can be.
    pub jsd_at_least: f64,
}

/// The bound by a critic's logits of held-out examples and of samples: V = mean log D(x) + mean log(1 − D(G(z))).
pub fn bound(iterations: u32, real: &[f32], forged: &[f32]) -> Bound {
    let of_real: Vec<f64> = real.iter().map(|a| -f64::from(-*a).softplus()).collect();
    let of_forged: Vec<f64> = forged.iter().map(|a| -f64::from(*a).softplus()).collect();
    let (real, forged) = (Estimate::of(&of_real), Estimate::of(&of_forged));
    let value = real.mean + forged.mean;
    Bound {
        iterations,
        count: real.count,
        value,
        standard_error: real.standard_error.hypot(forged.standard_error),
        jsd_at_least: ((value + 4f64.ln()) / 2.0).max(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_critic_that_knows_nothing_bounds_nothing_and_one_that_knows_all_bounds_by_log_2() {
        let blind = bound(1, &[0.0; 10], &[0.0; 10]);
        assert!((blind.value + 4f64.ln()).abs() < 1e-12 && blind.jsd_at_least < 1e-12 && blind.standard_error < 1e-12, "{blind:?}");
        let sees = bound(1, &[50.0; 10], &[-50.0; 10]);
        assert!((sees.jsd_at_least - 2f64.ln()).abs() < 1e-12, "{sees:?}");
        assert_eq!(bound(1, &[-3.0; 4], &[3.0; 4]).jsd_at_least, 0.0, "a critic that is worse than blind says nothing");
    }

    /// D = ¾ on a half of the examples and ½ on the others, and on all samples: by hand.
    #[test]
    fn value_and_error_are_those_of_the_formula() {
        let found = bound(1, &[3f32.ln(), 0.0], &[0.0, 0.0]);
        let expected = 0.5 * (0.75f64.ln() + 0.5f64.ln()) + 0.5f64.ln();
        let error = 0.5 * (0.75f64.ln() - 0.5f64.ln()) / 2f64.sqrt();
        assert!((found.value - expected).abs() < 1e-7 && (found.standard_error - error).abs() < 1e-7, "{found:?}");
    }
}
