//! `loss_discriminator`, and `loss_generator` with `generator_loss/minimax` and `generator_loss/non_saturating`.

use crate::activation::{sigmoid, sigmoid_bound};
use crate::compare::{TINY, ULP, UNIT, exp_error, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::loss::{self, GeneratorLoss};

/// Logits of a minibatch: usual ones, zeros, and extreme ones where there is room.
fn logits(rows: u32) -> Vec<f32> {
    let mut a: Vec<f32> = numbers(rows, rows).iter().map(|a| 9.0 * a).collect();
    let extreme = [100.0, -100.0, 1e4, -1e4, 0.0, -0.0, 16.7, -16.7, 88.8, -88.8];
    if rows >= 40 {
        // In both halves.
        for (at, value) in extreme.into_iter().enumerate() {
            a[at] = value;
            a[rows as usize / 2 + at] = value;
        }
    }
    a
}

fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}

/// softplus(a) = max(a, 0) + log(1 + e), e = exp(-|a|): e's error, the sum's rounding (an argument in [1, 2] makes it absolute), the logarithm's 2⁻²¹,
/// and the last sum.
fn softplus_bound(a: f64) -> f64 {
    exp_error(a) * (-a.abs()).exp() + 2.0 * UNIT + 8.0 * UNIT + UNIT * softplus(a) + TINY
}

/// A mean of m terms: each term's own bound, m roundings of the sum, the share's division and the last product.
fn mean_bound(terms: &[f64], bounds: impl Iterator<Item = f64>) -> f64 {
    let m = terms.len() as f64;
    let magnitude: f64 = terms.iter().map(|term| term.abs()).sum();
    bounds.sum::<f64>() / m + ((m + 1.0) * UNIT + 2.5 * ULP) * magnitude / m
}

fn mean(terms: &[f64]) -> f64 {
    terms.iter().sum::<f64>() / terms.len() as f64
}

#[test]
fn the_discriminators_loss_gradient_and_tally_hold_for_usual_and_extreme_logits() {
    let mut lab = Lab::enter();
    let cases = [(1, 1.0_f32), (7, 0.5), (64, 1.0), (131, 0.5)];
    let tensors = cases.map(|(m, coefficient)| {
        let (a, tally) = (lab.rec.tensor("a", [2 * m, 1]), lab.rec.tensor("tally", [1, 6]));
        let da = loss::discriminator(&mut lab.rec, &a, coefficient, &tally);
        (a, da, tally)
    });
    let values = cases.map(|(m, _)| logits(2 * m));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((a, ..), values)| (a, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, da, tally)| [da, tally]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, (m, coefficient)) in cases.into_iter().enumerate() {
        let coefficient = f64::from(coefficient);
        let a: Vec<f64> = values[number].iter().map(|a| f64::from(*a)).collect();
        let (real, fake) = a.split_at(m as usize);
        let share = coefficient / f64::from(m);
        let da: Vec<f64> = real.iter().map(|a| -share * sigmoid(-a)).chain(fake.iter().map(|a| share * sigmoid(*a))).collect();
        let da_bound =
            |i: usize| share * sigmoid_bound(if i < m as usize { -a[i] } else { a[i] }) + da[i].abs() * (3.0 * UNIT + 2.5 * ULP) + TINY;
        let terms: [Vec<f64>; 6] = [
            real.iter().map(|a| softplus(-a)).collect(),
            fake.iter().map(|a| softplus(*a)).collect(),
            real.iter().map(|a| sigmoid(*a)).collect(),
            fake.iter().map(|a| sigmoid(*a)).collect(),
            real.iter().map(|a| f64::from(u8::from(*a > 0.0))).collect(),
            fake.iter().map(|a| f64::from(u8::from(*a <= 0.0))).collect(),
        ];
        let both = mean(&terms[0]) + mean(&terms[1]);
        let tally = [coefficient * both, -both, mean(&terms[2]), mean(&terms[3]), mean(&terms[4]), mean(&terms[5])];
        let loss_bound =
            mean_bound(&terms[0], real.iter().map(|a| softplus_bound(*a))) + mean_bound(&terms[1], fake.iter().map(|a| softplus_bound(*a)));
        let tally_bound = [
            coefficient * loss_bound + 2.0 * UNIT * tally[0],
            loss_bound + UNIT * both,
            mean_bound(&terms[2], real.iter().map(|a| sigmoid_bound(*a))),
            mean_bound(&terms[3], fake.iter().map(|a| sigmoid_bound(*a))),
            mean_bound(&terms[4], std::iter::empty()),
            mean_bound(&terms[5], std::iter::empty()),
        ];
        let (_, da_tensor, tally_tensor) = &tensors[number];
        let close = |twin: &[f64], expected: &[f64]| {
            twin.iter().zip(expected).all(|(twin, expected)| (twin - expected).abs() <= 1e-14 * (1.0 + expected.abs()))
        };
        assert!(close(lab.host.reals(da_tensor), &da), "the twin's da for m = {m}");
        assert!(
            close(lab.host.reals(tally_tensor), &tally),
            "the twin's tally for m = {m}: {:?}, not {tally:?}",
            lab.host.reals(tally_tensor)
        );
        for gpu in &seen {
            within(&format!("{}: da, m = {m}", gpu.name), &gpu.reals(2 * number), &da, da_bound);
            within(&format!("{}: tally, m = {m}", gpu.name), &gpu.reals(2 * number + 1), &tally, |i| tally_bound[i]);
        }
    }
}

#[test]
fn both_generator_losses_and_their_gradients_hold_for_usual_and_extreme_logits() {
    for (kind, loss, slope) in [
        (GeneratorLoss::Minimax, (|a| -softplus(a)) as fn(f64) -> f64, (|a| -sigmoid(a)) as fn(f64) -> f64),
        (GeneratorLoss::NonSaturating, |a| softplus(-a), |a| -sigmoid(-a)),
    ] {
        let mut lab = Lab::enter();
        let cases = [1, 13, 65, 131];
        let tensors = cases.map(|m| {
            let (a, tally) = (lab.rec.tensor("a", [m, 1]), lab.rec.tensor("tally", [1, 1]));
            let da = loss::generator(&mut lab.rec, &a, kind, &tally);
            (a, da, tally)
        });
        let values = cases.map(logits);
        let inputs: Vec<_> = tensors.iter().zip(&values).map(|((a, ..), values)| (a, &values[..])).collect();
        let outputs: Vec<_> = tensors.iter().flat_map(|(_, da, tally)| [da, tally]).collect();
        let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
        for (number, m) in cases.into_iter().enumerate() {
            let a: Vec<f64> = values[number].iter().map(|a| f64::from(*a)).collect();
            let share = 1.0 / f64::from(m);
            let da: Vec<f64> = a.iter().map(|a| share * slope(*a)).collect();
            let signed = |a: f64| if kind == GeneratorLoss::Minimax { a } else { -a };
            let da_bound = |i: usize| share * sigmoid_bound(signed(a[i])) + da[i].abs() * (2.0 * UNIT + 2.5 * ULP) + TINY;
            let terms: Vec<f64> = a.iter().map(|a| loss(*a)).collect();
            let (_, da_tensor, tally_tensor) = &tensors[number];
            assert!(lab.host.reals(da_tensor).iter().zip(&da).all(|(twin, da)| (twin - da).abs() <= 1e-15), "the twin's da");
            assert!((lab.host.reals(tally_tensor)[0] - mean(&terms)).abs() <= 1e-12, "the twin's tally");
            for gpu in &seen {
                within(&format!("{}: {kind:?} da, m = {m}", gpu.name), &gpu.reals(2 * number), &da, da_bound);
                let bound = mean_bound(&terms, a.iter().map(|a| softplus_bound(*a)));
                within(&format!("{}: {kind:?} loss, m = {m}", gpu.name), &gpu.reals(2 * number + 1), &[mean(&terms)], |_| bound);
            }
        }
    }
}
