//! `log_sum_exp`, a_i = log Σ_c exp(l_ic), and `log_sum_exp_gradient`, dl_ic = da_i·exp(l_ic − a_i).

use crate::compare::{TINY, ULP, UNIT, exp_error, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::loss;

/// One number; ragged rows; a workgroup and one more; the paper's minibatch by ten classes.
const SHAPES: [[u32; 2]; 6] = [[1, 1], [1, 7], [5, 3], [65, 4], [200, 10], [3, 257]];

/// Usual logits, and where there is room a tie for the largest, and a row beyond exp's range on both sides.
fn logits([m, n]: [u32; 2]) -> Vec<f32> {
    let mut l: Vec<f32> = numbers(m + n, m * n).iter().map(|l| 9.0 * l).collect();
    if m > 2 {
        let n = n as usize;
        l[..2].fill(12.0);
        l[n..2 * n].fill(-1e4);
        l[n + 1] = 300.0;
    }
    l
}

/// a by its formula, and what f32 may be off by: the exponents e_c = exp(l_c − max l) as of a softmax (a rounded difference changes e by |l_c − max l| units,
/// and exp has its own error), a rounding per class of their sum, the logarithm of a number from 1 on (2⁻²¹ up to 2, 3 ULP beyond), and the last sum.
fn log_sum_exp(l: &[f64]) -> (f64, f64) {
    let most = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = l.iter().map(|l| (l - most).exp()).collect();
    let mass: f64 = e.iter().sum();
    let relative = |l: f64| exp_error(l - most) + (l - most).abs() * UNIT;
    let mass_error = l.iter().zip(&e).map(|(l, e)| e * relative(*l) + TINY).sum::<f64>() / mass + l.len() as f64 * UNIT;
    let (log, a) = (mass.ln(), most + mass.ln());
    (a, mass_error + (2f64).powi(-21).max(3.0 * ULP * log) + 1.01 * UNIT * a.abs())
}

#[test]
fn the_logit_of_real_and_its_gradient_by_all_classes_are_within_their_rounding() {
    let mut lab = Lab::enter();
    let tensors = SHAPES.map(|[m, n]| {
        let [l, da, dl] = [("l", n), ("da", 1), ("dl", n)].map(|(name, cols)| lab.rec.tensor(name, [m, cols]));
        let a = loss::log_sum_exp(&mut lab.rec, &l);
        loss::log_sum_exp_gradient(&mut lab.rec, &l, &a, &da, &dl);
        (l, da, a, dl)
    });
    let values = SHAPES.map(|[m, n]| (logits([m, n]), numbers(n, m)));
    let inputs: Vec<_> = tensors.iter().zip(&values).flat_map(|((l, da, ..), (ls, das))| [(l, &ls[..]), (da, &das[..])]).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, _, a, dl)| [a, dl]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [m, n]) in SHAPES.into_iter().enumerate() {
        let (l, da) = (wide(&values[number].0), wide(&values[number].1));
        let (a, a_bound): (Vec<f64>, Vec<f64>) = l.chunks_exact(n as usize).map(log_sum_exp).unzip();
        let row = |i: usize| i / n as usize;
        let p = |i: usize| (l[i] - a[row(i)]).exp();
        let dl: Vec<f64> = (0..l.len()).map(|i| da[row(i)] * p(i)).collect();
        // The exponent has a's error and a rounding of its own; exp has its error, and the product a rounding.
        let dl_bound = |i: usize| {
            let exponent = l[i] - a[row(i)];
            let off = a_bound[row(i)] + exponent.abs() * UNIT;
            dl[i].abs() * (1.01 * off + exp_error(exponent) + 1.01 * UNIT) + da[row(i)].abs() * TINY + TINY
        };
        let (_, _, a_tensor, dl_tensor) = &tensors[number];
        let close = |twin: &[f64], expected: &[f64]| {
            twin.len() == expected.len() && twin.iter().zip(expected).all(|(twin, e)| (twin - e).abs() <= 1e-13 * (1.0 + e.abs()))
        };
        assert!(close(lab.host.reals(a_tensor), &a), "the twin's a of {m}×{n}");
        assert!(close(lab.host.reals(dl_tensor), &dl), "the twin's gradient of {m}×{n}");
        for gpu in &seen {
            within(&format!("{}: a of {m}×{n}", gpu.name), &gpu.reals(2 * number), &a, |i| a_bound[i]);
            within(&format!("{}: gradient of {m}×{n}", gpu.name), &gpu.reals(2 * number + 1), &dl, dl_bound);
        }
    }
}
