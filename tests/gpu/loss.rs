//! `loss_discriminator` and `loss_generator` with every loss: a row of [`formulas`] each.

use crate::activation::{sigmoid, sigmoid_bound};
use crate::compare::{TINY, ULP, UNIT, exp_error, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::loss::{self, GeneratorLoss, Loss};

/// Logits of a minibatch: usual ones, zeros, and extreme ones where there is room.
pub fn logits(rows: u32) -> Vec<f32> {
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

pub fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}

/// softplus(a) = max(a, 0) + log(1 + e), e = exp(-|a|): e's error, the sum's rounding (an argument in [1, 2] makes it absolute), the logarithm's 2⁻²¹,
/// and the last sum.
pub fn softplus_bound(a: f64) -> f64 {
    exp_error(a) * (-a.abs()).exp() + 2.0 * UNIT + 8.0 * UNIT + UNIT * softplus(a) + TINY
}

/// A mean of m terms: each term's own bound, m roundings of the sum, the share's division and the last product.
pub fn mean_bound(terms: &[f64], bounds: impl Iterator<Item = f64>) -> f64 {
    let m = terms.len() as f64;
    let magnitude: f64 = terms.iter().map(|term| term.abs()).sum();
    bounds.sum::<f64>() / m + ((m + 1.0) * UNIT + 2.5 * ULP) * magnitude / m
}

pub fn mean(terms: &[f64]) -> f64 {
    terms.iter().sum::<f64>() / terms.len() as f64
}

/// A function of a logit with its slope, and what each may be off by in f32.
struct Term {
    loss: fn(f64) -> f64,
    slope: fn(f64) -> f64,
    loss_bound: fn(f64) -> f64,
    slope_bound: fn(f64) -> f64,
}

/// A loss: what D descends on real and on fake rows, and what G descends.
struct Formula {
    /// The shaders of D's and of G's part.
    files: [&'static str; 2],
    loss: Loss,
    form: GeneratorLoss,
    real: Term,
    fake: Term,
    generator: Term,
    /// The logit above which D takes a row for real.
    boundary: f64,
}

/// Every loss, written out.
fn formulas() -> Vec<Formula> {
    let to_be_real =
        || Term { loss: |a| softplus(-a), slope: |a| -sigmoid(-a), loss_bound: |a| softplus_bound(-a), slope_bound: |a| sigmoid_bound(-a) };
    let to_be_fake = || Term { loss: softplus, slope: sigmoid, loss_bound: softplus_bound, slope_bound: sigmoid_bound };
    let to_be_one = || Term {
        loss: |a| (a - 1.0) * (a - 1.0) / 2.0,
        slope: |a| a - 1.0,
        loss_bound: |a| 2.0 * UNIT * (a - 1.0) * (a - 1.0),
        slope_bound: |a| UNIT * (a - 1.0).abs(),
    };
    vec![
        Formula {
            files: ["loss/cross_entropy", "generator_loss/non_saturating"],
            loss: Loss::CrossEntropy,
            form: GeneratorLoss::NonSaturating,
            real: to_be_real(),
            fake: to_be_fake(),
            generator: to_be_real(),
            boundary: 0.0,
        },
        Formula {
            files: ["loss/cross_entropy", "generator_loss/minimax"],
            loss: Loss::CrossEntropy,
            form: GeneratorLoss::Minimax,
            real: to_be_real(),
            fake: to_be_fake(),
            generator: Term { loss: |a| -softplus(a), slope: |a| -sigmoid(a), ..to_be_fake() },
            boundary: 0.0,
        },
        // One rounding, of 1 ± a; slopes are whole numbers.
        Formula {
            files: ["loss/hinge", "loss/hinge"],
            loss: Loss::Hinge,
            form: GeneratorLoss::default(),
            real: Term {
                loss: |a| f64::max(0.0, 1.0 - a),
                slope: |a| if a < 1.0 { -1.0 } else { 0.0 },
                loss_bound: |a| UNIT * (1.0 - a).abs(),
                slope_bound: |_| 0.0,
            },
            fake: Term {
                loss: |a| f64::max(0.0, 1.0 + a),
                slope: |a| if a > -1.0 { 1.0 } else { 0.0 },
                loss_bound: |a| UNIT * (1.0 + a).abs(),
                slope_bound: |_| 0.0,
            },
            generator: Term { loss: |a| -a, slope: |_| -1.0, loss_bound: |_| 0.0, slope_bound: |_| 0.0 },
            boundary: 0.0,
        },
        // The difference is rounded once and enters twice, and the square is rounded once more; a half is exact.
        Formula {
            files: ["loss/least_squares", "loss/least_squares"],
            loss: Loss::LeastSquares,
            form: GeneratorLoss::default(),
            real: to_be_one(),
            fake: Term { loss: |a| a * a / 2.0, slope: |a| a, loss_bound: |a| UNIT * a * a, slope_bound: |_| 0.0 },
            generator: to_be_one(),
            boundary: 0.5,
        },
        // Nothing is rounded.
        Formula {
            files: ["loss/wasserstein", "loss/wasserstein"],
            loss: Loss::Wasserstein,
            form: GeneratorLoss::default(),
            real: Term { loss: |a| -a, slope: |_| -1.0, loss_bound: |_| 0.0, slope_bound: |_| 0.0 },
            fake: Term { loss: |a| a, slope: |_| 1.0, loss_bound: |_| 0.0, slope_bound: |_| 0.0 },
            generator: Term { loss: |a| -a, slope: |_| -1.0, loss_bound: |_| 0.0, slope_bound: |_| 0.0 },
            boundary: 0.0,
        },
    ]
}

#[test]
fn the_discriminators_loss_gradient_and_tally_hold_for_usual_and_extreme_logits() {
    formulas().iter().for_each(check_discriminator);
}

fn check_discriminator(formula: &Formula) {
    let Formula { files, loss, real: real_term, fake: fake_term, boundary, .. } = formula;
    let mut lab = Lab::enter();
    let cases = [(1, 1.0_f32), (7, 0.5), (64, 1.0), (131, 0.5)];
    let tensors = cases.map(|(m, coefficient)| {
        let (a, tally) = (lab.rec.tensor("a", [2 * m, 1]), lab.rec.tensor("tally", [1, 6]));
        let da = loss::discriminator(&mut lab.rec, &a, *loss, coefficient, &tally);
        (a, da, tally)
    });
    let values = cases.map(|(m, _)| logits(2 * m));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((a, ..), values)| (a, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, da, tally)| [da, tally]).collect();
    let plan = lab.rec.finish("test");
    assert!(plan.dispatches.iter().all(|dispatch| dispatch.kernel.hook.as_deref() == Some(files[0])), "{} is not asked for", files[0]);
    let seen = lab.run_plan(On::EveryAdapter, &plan, &inputs, &outputs);
    for (number, (m, coefficient)) in cases.into_iter().enumerate() {
        let coefficient = f64::from(coefficient);
        let a: Vec<f64> = values[number].iter().map(|a| f64::from(*a)).collect();
        let (real, fake) = a.split_at(m as usize);
        let share = coefficient / f64::from(m);
        let terms_of = |rows: &[f64], term: fn(f64) -> f64| -> Vec<f64> { rows.iter().map(|a| term(*a)).collect() };
        let slopes = [terms_of(real, real_term.slope), terms_of(fake, fake_term.slope)].concat();
        let da: Vec<f64> = slopes.iter().map(|slope| share * slope).collect();
        let da_bound = |i: usize| {
            let bound = if i < m as usize { real_term.slope_bound } else { fake_term.slope_bound };
            share * bound(a[i]) + da[i].abs() * (3.0 * UNIT + 2.5 * ULP) + TINY
        };
        let [on_real, on_fake] = [terms_of(real, real_term.loss), terms_of(fake, fake_term.loss)];
        let [unlikely_real, unlikely_fake] = [terms_of(real, |a| softplus(-a)), terms_of(fake, softplus)];
        let terms: [Vec<f64>; 4] = [
            terms_of(real, sigmoid),
            terms_of(fake, sigmoid),
            real.iter().map(|a| f64::from(u8::from(*a > *boundary))).collect(),
            fake.iter().map(|a| f64::from(u8::from(*a <= *boundary))).collect(),
        ];
        let both = mean(&on_real) + mean(&on_fake);
        let value = -(mean(&unlikely_real) + mean(&unlikely_fake));
        let tally = [coefficient * both, value, mean(&terms[0]), mean(&terms[1]), mean(&terms[2]), mean(&terms[3])];
        let sum_bound = |rows: [&Vec<f64>; 2], bounds: [fn(f64) -> f64; 2]| {
            mean_bound(rows[0], real.iter().map(|a| bounds[0](*a))) + mean_bound(rows[1], fake.iter().map(|a| bounds[1](*a)))
        };
        let tally_bound = [
            coefficient * sum_bound([&on_real, &on_fake], [real_term.loss_bound, fake_term.loss_bound]) + 2.0 * UNIT * tally[0].abs(),
            sum_bound([&unlikely_real, &unlikely_fake], [|a| softplus_bound(-a), softplus_bound]) + UNIT * value.abs(),
            mean_bound(&terms[0], real.iter().map(|a| sigmoid_bound(*a))),
            mean_bound(&terms[1], fake.iter().map(|a| sigmoid_bound(*a))),
            mean_bound(&terms[2], std::iter::empty()),
            mean_bound(&terms[3], std::iter::empty()),
        ];
        let (_, da_tensor, tally_tensor) = &tensors[number];
        let close = |twin: &[f64], expected: &[f64]| {
            twin.iter().zip(expected).all(|(twin, expected)| (twin - expected).abs() <= 1e-14 * (1.0 + expected.abs()))
        };
        assert!(close(lab.host.reals(da_tensor), &da), "the twin's da of {loss:?} for m = {m}");
        assert!(
            close(lab.host.reals(tally_tensor), &tally),
            "the twin's tally of {loss:?} for m = {m}: {:?}, not {tally:?}",
            lab.host.reals(tally_tensor)
        );
        for gpu in &seen {
            within(&format!("{}: {loss:?} da, m = {m}", gpu.name), &gpu.reals(2 * number), &da, da_bound);
            within(&format!("{}: {loss:?} tally, m = {m}", gpu.name), &gpu.reals(2 * number + 1), &tally, |i| tally_bound[i]);
        }
    }
}

#[test]
fn every_loss_of_the_generator_and_its_gradient_hold_for_usual_and_extreme_logits() {
    formulas().iter().for_each(check_generator);
}

fn check_generator(formula: &Formula) {
    let Formula { files, loss, form, generator: term, .. } = formula;
    let mut lab = Lab::enter();
    let cases = [1, 13, 65, 131];
    let tensors = cases.map(|m| {
        let (a, tally) = (lab.rec.tensor("a", [m, 1]), lab.rec.tensor("tally", [1, 1]));
        let da = loss::generator(&mut lab.rec, &a, *loss, *form, &tally);
        (a, da, tally)
    });
    let values = cases.map(logits);
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((a, ..), values)| (a, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, da, tally)| [da, tally]).collect();
    let plan = lab.rec.finish("test");
    assert!(plan.dispatches.iter().all(|dispatch| dispatch.kernel.hook.as_deref() == Some(files[1])), "{} is not asked for", files[1]);
    let seen = lab.run_plan(On::EveryAdapter, &plan, &inputs, &outputs);
    for (number, m) in cases.into_iter().enumerate() {
        let a: Vec<f64> = values[number].iter().map(|a| f64::from(*a)).collect();
        let share = 1.0 / f64::from(m);
        let da: Vec<f64> = a.iter().map(|a| share * (term.slope)(*a)).collect();
        let da_bound = |i: usize| share * (term.slope_bound)(a[i]) + da[i].abs() * (2.0 * UNIT + 2.5 * ULP) + TINY;
        let terms: Vec<f64> = a.iter().map(|a| (term.loss)(*a)).collect();
        let (_, da_tensor, tally_tensor) = &tensors[number];
        let twin = lab.host.reals(da_tensor);
        assert!(twin.iter().zip(&da).all(|(twin, da)| (twin - da).abs() <= 1e-15 * (1.0 + da.abs())), "the twin's da of {loss:?}");
        let magnitude = mean(&terms.iter().map(|term| term.abs()).collect::<Vec<_>>());
        assert!((lab.host.reals(tally_tensor)[0] - mean(&terms)).abs() <= 1e-12 * (1.0 + magnitude), "the twin's tally of {loss:?}");
        for gpu in &seen {
            within(&format!("{}: {} da, m = {m}", gpu.name, files[1]), &gpu.reals(2 * number), &da, da_bound);
            let bound = mean_bound(&terms, a.iter().map(|a| (term.loss_bound)(*a)));
            within(&format!("{}: {} loss, m = {m}", gpu.name, files[1]), &gpu.reals(2 * number + 1), &[mean(&terms)], |_| bound);
        }
    }
}

/// E descends G's loss of the logit b on the other side of D's boundary, b = 2·boundary − a, which for least squares is rounded once: by UNIT·|b|. No slope
/// grows faster than its logit.
#[test]
fn the_encoders_loss_is_the_generators_of_the_opposite_judgement() {
    formulas().iter().for_each(check_encoder);
}

fn check_encoder(formula: &Formula) {
    let Formula { loss, form, generator: term, boundary, .. } = formula;
    let mut lab = Lab::enter();
    let cases = [1, 13, 65, 131];
    let tensors = cases.map(|m| {
        let (a, tally) = (lab.rec.tensor("a", [m, 1]), lab.rec.tensor("tally", [1, 1]));
        let da = loss::encoder(&mut lab.rec, &a, *loss, *form, &tally);
        (a, da, tally)
    });
    let values = cases.map(logits);
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((a, ..), values)| (a, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, da, tally)| [da, tally]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, m) in cases.into_iter().enumerate() {
        let b: Vec<f64> = values[number].iter().map(|a| 2.0 * boundary - f64::from(*a)).collect();
        let rounded = |b: f64| if *boundary == 0.0 { 0.0 } else { UNIT * b.abs() };
        let share = 1.0 / f64::from(m);
        let da: Vec<f64> = b.iter().map(|b| -share * (term.slope)(*b)).collect();
        let da_bound = |i: usize| share * ((term.slope_bound)(b[i]) + 2.0 * rounded(b[i])) + da[i].abs() * (2.0 * UNIT + 2.5 * ULP) + TINY;
        let terms: Vec<f64> = b.iter().map(|b| (term.loss)(*b)).collect();
        let loss_bound = |b: &f64| (term.loss_bound)(*b) + 2.0 * rounded(*b) * ((term.slope)(*b).abs() + rounded(*b));
        let bound = mean_bound(&terms, b.iter().map(loss_bound));
        let (_, da_tensor, tally_tensor) = &tensors[number];
        let twin = lab.host.reals(da_tensor);
        assert!(twin.iter().zip(&da).all(|(twin, da)| (twin - da).abs() <= 1e-14 * (1.0 + da.abs())), "the twin's da of {loss:?}");
        let magnitude = mean(&terms.iter().map(|term| term.abs()).collect::<Vec<_>>());
        assert!((lab.host.reals(tally_tensor)[0] - mean(&terms)).abs() <= 1e-12 * (1.0 + magnitude), "the twin's tally of {loss:?}");
        for gpu in &seen {
            within(&format!("{}: {loss:?}, {form:?}, da of E, m = {m}", gpu.name), &gpu.reals(2 * number), &da, da_bound);
            within(&format!("{}: {loss:?}, {form:?}, E, m = {m}", gpu.name), &gpu.reals(2 * number + 1), &[mean(&terms)], |_| bound);
        }
    }
}

/// With logits apart from every kink, each slope is the loss's central difference, in f64.
#[test]
fn the_slopes_of_every_formula_are_those_of_its_loss() {
    let h = 1e-6;
    for Formula { files, real, fake, generator, .. } in formulas() {
        for Term { loss, slope, .. } in [real, fake, generator] {
            for a in [-3.3, -1.2, -0.7, 0.1, 0.4, 1.9, 4.2] {
                let difference = (loss(a + h) - loss(a - h)) / (2.0 * h);
                assert!((slope(a) - difference).abs() <= 1e-8, "{files:?} at {a}: {} is no slope, {difference} is", slope(a));
            }
        }
    }
}
