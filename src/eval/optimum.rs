//! Section 4 of the paper in numbers, for two distributions over the same cells: the best D against them, what it is worth, and how far apart they are.
//!
//! All arguments are probabilities of cells, p of the data and q of the generator, each adding up to 1; cells may be of any dimension. What is computed is
//! exact for the distributions over cells, and off by O(width²) for smooth densities; cutting into cells never makes two distributions look further apart.

use crate::host::Real;

/// Proposition 1: D*(x) = p_data(x)/(p_data(x) + p_g(x)); ½ where neither has any probability, as nothing is said there.
pub fn best_discriminator(p: &[f64], q: &[f64]) -> Vec<f64> {
    let best = |(p, q): (&f64, &f64)| if p + q > 0.0 { p / (p + q) } else { 0.5 };
    p.iter().zip(q).map(best).collect()
}

/// JSD(p ‖ q) = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2, in nats: 0 if they are the same, log 2 if they share nothing.
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let term = |p: f64, m: f64| if p > 0.0 { p * (p / m).ln() } else { 0.0 };
    p.iter().zip(q).map(|(&p, &q)| 0.5 * (term(p, 0.5 * (p + q)) + term(q, 0.5 * (p + q)))).sum()
}

/// Theorem 1: max_D V(D, G) = −log 4 + 2·JSD(p_data ‖ p_g).
pub fn best_value(p: &[f64], q: &[f64]) -> f64 {
    2.0 * jensen_shannon(p, q) - 4f64.ln()
}

/// V(D, G) = Σ p log D + Σ q log(1 − D), D by its logits at the cells.
pub fn value(p: &[f64], q: &[f64], logits: &[f64]) -> f64 {
    p.iter().zip(q).zip(logits).map(|((p, q), a)| -p * (-a).softplus() - q * a.softplus()).sum()
}

/// How far a discriminator is from the best one.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Gap {
    /// The mean of |D − D*| under (p_data + p_g)/2.
    pub mean: f64,
    /// The largest |D − D*| where (p_data + p_g)/2 has its mass: in the most probable cells that together hold [`REGION`] of it.
    pub most: f64,
}

/// The share of the mass of (p_data + p_g)/2 that the largest deviation is looked for in: where hardly a point ever falls, D cannot learn.
pub const REGION: f64 = 0.99;

/// |D − D*| on average and at its largest.   d, best: one number per cell.
pub fn gap(p: &[f64], q: &[f64], d: &[f64], best: &[f64]) -> Gap {
    let mut cells: Vec<(f64, f64)> =
        p.iter().zip(q).zip(d.iter().zip(best)).map(|((p, q), (d, best))| (0.5 * (p + q), (d - best).abs())).collect();
    cells.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mean = cells.iter().map(|(m, gap)| m * gap).sum();
    let mut held = 0.0;
    let region = cells.iter().take_while(|(m, _)| {
        let inside = held < REGION;
        held += m;
        inside
    });
    Gap { mean, most: region.map(|(_, gap)| *gap).fold(0.0, f64::max) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::cells::{Axis, Cells};
    use crate::eval::mixture::Mixture;

    fn cells() -> Cells {
        Cells(vec![Axis { low: -12.0, high: 12.0, count: 4800 }])
    }

    /// Simpson's rule on other points than the cells' middles, and the definition by entropies: H(m) − (H(p) + H(q))/2.
    #[test]
    fn the_divergence_of_two_gaussians_is_that_of_an_independent_quadrature() {
        for (mean, deviation) in [(1.0, 1.0), (0.0, 2.0), (3.0, 0.5)] {
            let (p, q) = (Mixture::gaussian(&[0.0], &[1.0]), Mixture::gaussian(&[mean], &[deviation]));
            let entropy = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
            let integrand = |x: f64| {
                let (p, q) = (p.density(&[x]), q.density(&[x]));
                entropy(0.5 * (p + q)) - 0.5 * (entropy(p) + entropy(q))
            };
            let (n, h) = (20_000, 24.0 / 20_000.0);
            let weight = |i: u32| if i == 0 || i == n { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
            let expected: f64 = (0..=n).map(|i| weight(i) * integrand(-12.0 + h * f64::from(i))).sum::<f64>() * h / 3.0;
            let found = jensen_shannon(&cells().probabilities(|x| p.density(x)), &cells().probabilities(|x| q.density(x)));
            assert!((found - expected).abs() < 1e-9, "mean {mean}, deviation {deviation}: {found}, Simpson {expected}");
        }
    }

    #[test]
    fn the_divergence_has_its_known_ends() {
        assert_eq!(jensen_shannon(&[0.5, 0.5, 0.0], &[0.5, 0.5, 0.0]), 0.0);
        assert!((jensen_shannon(&[1.0, 0.0], &[0.0, 1.0]) - 2f64.ln()).abs() < 1e-15);
        // Uniform on two cells against one of them: ½·(½ ln(½/¾)... written out by hand, ¾ ln(4/3).
        let by_hand = 0.5 * (0.5 * (0.5f64 / 0.75).ln() + 0.5 * (0.5f64 / 0.25).ln()) + 0.5 * (1.0f64 / 0.75).ln();
        assert!((jensen_shannon(&[0.5, 0.5], &[1.0, 0.0]) - by_hand).abs() < 1e-15);
    }

    /// For Gaussians of one deviation the logit of D* is linear: (μ_p − μ_q)(x − (μ_p + μ_q)/2)/σ². And no other D is worth as much.
    #[test]
    fn the_best_discriminator_is_its_formula_and_is_worth_what_theorem_1_says() {
        let (p, q) = (Mixture::gaussian(&[1.0], &[0.5]), Mixture::gaussian(&[0.0], &[0.5]));
        let (p, q) = (cells().probabilities(|x| p.density(x)), cells().probabilities(|x| q.density(x)));
        let logits: Vec<f64> = cells().middles().iter().map(|x| (x - 0.5) / 0.25).collect();
        for ((found, logit), x) in best_discriminator(&p, &q).iter().zip(&logits).zip(cells().middles()).filter(|(_, x)| x.abs() < 5.0) {
            let expected = 1.0 / (1.0 + (-logit).exp());
            assert!((found - expected).abs() < 1e-12, "at {x}: {found}, formula {expected}");
        }
        let best = value(&p, &q, &logits);
        assert!((best - best_value(&p, &q)).abs() < 1e-12, "{best}");
        for other in [-0.1, 0.1] {
            let moved: Vec<f64> = logits.iter().map(|a| a + other).collect();
            assert!(value(&p, &q, &moved) < best - 1e-4);
        }
    }

    #[test]
    fn a_gap_where_nothing_lies_does_not_count() {
        let found = gap(&[0.6, 0.399, 0.001], &[0.6, 0.4, 0.0], &[0.5, 0.6, 0.0], &[0.5, 0.5, 1.0]);
        assert!((found.most - 0.1).abs() < 1e-12 && (found.mean - (0.3995 * 0.1 + 0.0005)).abs() < 1e-12, "{found:?}");
    }
}
