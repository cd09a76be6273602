//! `loss_softmax` and `draw_labels`, and the classifier that is made with them.

use crate::compare::{TINY, ULP, UNIT, exp_error, same_words, within};
use crate::evaluation::on_every_device;
use crate::lab::{Lab, On, as_bits, numbers};
use gander::data::{Dataset, Labels, Minibatches, Shape, Values};
use gander::eval::classifier::{Classifier, Recipe};
use gander::gan::{NetworkConfig, preset};
use gander::nn::{OptimizerSpec, loss};

/// One row of logits by the formulas, each number with what f32 may be off by.
struct Row {
    /// p_c − [c is the label].
    slopes: Vec<(f64, f64)>,
    /// −log p_label.
    loss: (f64, f64),
    /// Whether the label's logit is the first of the largest.
    right: bool,
}

/// Of e_c = exp(a_c − max a): the difference is rounded once, which changes e by |a_c − max a| units, and exp has its own error. Their sum s, at least 1,
/// adds a rounding per class. p = e/s has both errors and the division's; the last difference is rounded once more.
fn row(a: &[f64], label: usize) -> Row {
    let most = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = a.iter().map(|a| (a - most).exp()).collect();
    let mass: f64 = e.iter().sum();
    let relative: Vec<f64> = a.iter().map(|a| exp_error(a - most) + (a - most).abs() * UNIT).collect();
    let mass_error: f64 = e.iter().zip(&relative).map(|(e, r)| e * r + TINY).sum::<f64>() / mass + a.len() as f64 * UNIT;
    let slopes = (0..a.len()).map(|c| {
        let p = e[c] / mass;
        let slope = p - f64::from(u8::from(c == label));
        (slope, p * (relative[c] + mass_error + 2.5 * ULP) + UNIT * slope.abs() + TINY)
    });
    let (log, gap) = (mass.ln(), a[label] - most);
    // log of a number from 1 on: 2⁻²¹ up to 2, 3 ULP beyond; one more rounding where the gap is taken, and one where it was made.
    let log_error = mass_error + (2f64).powi(-21).max(3.0 * ULP * log);
    let right = a.iter().position(|a| *a == most) == Some(label);
    Row { slopes: slopes.collect(), loss: (log - gap, log_error + UNIT * gap.abs() + UNIT * (log - gap)), right }
}

#[test]
fn the_softmax_loss_its_gradient_and_the_share_right_hold_for_usual_and_extreme_logits() {
    let mut lab = Lab::enter();
    let cases = [(1, 2), (7, 10), (64, 3), (131, 10), (5, 257)];
    let tensors = cases.map(|(m, classes)| {
        let (a, labels, tally) = (lab.rec.tensor("a", [m, classes]), lab.rec.words("labels", m), lab.rec.tensor("tally", [1, 2]));
        let da = loss::softmax(&mut lab.rec, &a, &labels, &tally);
        (a, labels, da, tally)
    });
    let logits = cases.map(|(m, classes)| {
        let mut a: Vec<f32> = numbers(m + classes, m * classes).iter().map(|a| 9.0 * a).collect();
        // A tie for the largest, a row that is sure, and one that is sure beyond exp's range.
        a[..2].fill(10.0);
        if m > 2 {
            let second = classes as usize;
            a[second..2 * second].fill(-60.0);
            a[second + 1] = 20.0;
            a[2 * second] = 1e4;
        }
        a
    });
    let labels = cases.map(|(m, classes)| (0..m).map(|i| (i * 7 + i / 3) % classes).collect::<Vec<u32>>());
    let words = labels.each_ref().map(|labels| as_bits(labels));
    let mut inputs = vec![];
    for (number, (a, label, ..)) in tensors.iter().enumerate() {
        inputs.extend([(a, &logits[number][..]), (label, &words[number][..])]);
    }
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, _, da, tally)| [da, tally]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, (m, classes)) in cases.into_iter().enumerate() {
        let a: Vec<f64> = logits[number].iter().map(|a| f64::from(*a)).collect();
        let rows: Vec<Row> = a.chunks_exact(classes as usize).zip(&labels[number]).map(|(a, label)| row(a, *label as usize)).collect();
        let share = 1.0 / f64::from(m);
        let slopes: Vec<(f64, f64)> = rows.iter().flat_map(|row| row.slopes.clone()).collect();
        let da: Vec<f64> = slopes.iter().map(|(slope, _)| share * slope).collect();
        // The share's own division, and the product with it.
        let da_bound = |i: usize| share * slopes[i].1 + da[i].abs() * (UNIT + 2.5 * ULP) + TINY;
        let loss = share * rows.iter().map(|row| row.loss.0).sum::<f64>();
        let right = share * rows.iter().map(|row| f64::from(u8::from(row.right))).sum::<f64>();
        let sum_error = (f64::from(m) + 1.0) * UNIT + 2.5 * ULP;
        let tally_bound = [share * rows.iter().map(|row| row.loss.1).sum::<f64>() + sum_error * loss, sum_error * right];
        let (_, _, da_tensor, tally_tensor) = &tensors[number];
        let close = |twin: &[f64], expected: &[f64]| {
            twin.len() == expected.len() && twin.iter().zip(expected).all(|(twin, e)| (twin - e).abs() <= 1e-14 * (1.0 + e.abs()))
        };
        assert!(close(lab.host.reals(da_tensor), &da), "the twin's da for m = {m}");
        assert!(close(lab.host.reals(tally_tensor), &[loss, right]), "the twin's tally for m = {m}");
        for gpu in &seen {
            within(&format!("{}: da, {m}×{classes}", gpu.name), &gpu.reals(2 * number), &da, da_bound);
            within(&format!("{}: tally, {m}×{classes}", gpu.name), &gpu.reals(2 * number + 1), &[loss, right], |i| tally_bound[i]);
        }
    }
}

/// Examples that name themselves: number i is (i, i), and belongs to class i mod 5.
fn named_examples() -> Dataset {
    let values = (0..37).flat_map(|i| [i as f32; 2]).collect();
    let labels = Some((0..37).map(|i| i % 5).collect());
    let shape = Shape { width: 2, height: 1, channels: 1 };
    Dataset {
        name: "named".into(),
        shape,
        values: Values::Reals(values),
        labels,
        train: 4..33,
        valid: 0..4,
        test: 33..37,
        preprocess: None,
    }
    .checked()
    .expect("the parts agree")
}

#[test]
fn labels_come_with_the_examples_that_were_drawn() {
    let mut lab = Lab::enter();
    let dataset = named_examples();
    let clock = [11, 3, 2, 20];
    let (clock_tensor, clock_bits) = lab.clock(clock);
    let (minibatches, labels) =
        (Minibatches::new(&mut lab.rec, &dataset.outline(), &clock_tensor), Labels::new(&mut lab.rec, &dataset.outline()));
    let x = lab.rec.tensor("x", [13, 2]);
    let chosen = minibatches.draw(&mut lab.rec, 0, &x);
    let drawn = labels.draw(&mut lab.rec, &chosen);
    let plan = lab.rec.finish("minibatch with labels");
    let [examples_tensor, labels_tensor] = [("draw", "examples"), ("draw_labels", "labels")].map(|(operation, slot)| {
        let dispatch = plan.dispatches.iter().find(|dispatch| dispatch.kernel.operation == operation);
        dispatch.expect("it was recorded").tensor(slot).clone()
    });
    let Values::Reals(values) = &dataset.values else { panic!("named examples are reals") };
    let words: Vec<u32> = dataset.labels.as_ref().expect("they have labels").iter().map(|label| u32::from(*label)).collect();
    let words = as_bits(&words);
    let inputs = [(&clock_tensor, &clock_bits[..]), (&examples_tensor, &values[..]), (&labels_tensor, &words[..])];
    let seen = lab.run_plan(On::EveryAdapter, &plan, &inputs, &[&x, &drawn]);
    let belonging = |x: &[f32]| -> Vec<u32> { x.chunks_exact(2).map(|x| x[0] as u32 % 5).collect() };
    let of_twin: Vec<f32> = lab.host.reals(&x).iter().map(|x| *x as f32).collect();
    assert!(of_twin.iter().all(|x| (4.0..33.0).contains(x)), "only training examples are drawn: {of_twin:?}");
    assert_eq!(lab.words(&drawn), belonging(&of_twin), "the twin's labels");
    for gpu in seen {
        same_words(&format!("{}: labels", gpu.name), &gpu.words(1), &belonging(&gpu.reals(0)));
    }
}

/// A recipe small enough for a processor that stands in for a GPU.
fn tiny(iterations: u32) -> Recipe {
    let mut recipe = Recipe { iterations, batch: 20, ..Recipe::published() };
    let NetworkConfig { optimizer, .. } =
        gander::gan::Config::parse(preset("ring").expect("a preset").toml, &[]).expect("it parses").discriminator;
    let OptimizerSpec::Momentum(momentum) = optimizer else { panic!("the preset learns by momentum") };
    recipe.optimizer = momentum;
    for layer in &mut recipe.layers {
        (layer.units, layer.irange, layer.keep) = (Some(12), Some(0.5), layer.keep.map(|_| 0.9));
    }
    recipe
}

/// Points around four corners of a square, in four classes.
fn corners() -> Dataset {
    let noise = numbers(3, 2 * 400);
    let values = (0..400).flat_map(|i: usize| {
        let corner = [(i % 2) as f32, (i / 2 % 2) as f32];
        [0, 1].map(|axis| 2.0 * corner[axis] - 1.0 + 0.4 * noise[2 * i + axis])
    });
    let labels = Some((0..400).map(|i| (i % 4) as u8).collect());
    let shape = Shape { width: 2, height: 1, channels: 1 };
    Dataset {
        name: "corners".into(),
        shape,
        values: Values::Reals(values.collect()),
        labels,
        train: 0..300,
        valid: 300..300,
        test: 300..400,
        preprocess: None,
    }
    .checked()
    .expect("the parts agree")
}

#[test]
fn a_classifier_learns_to_tell_corners_apart_on_every_device() {
    let dataset = corners();
    let seen = on_every_device(async |device, rec| {
        let mut classifier = Classifier::new(device, rec, &tiny(200), 2, 4)?;
        let x = dataset.rows(dataset.test.clone());
        let labels = &dataset.labels.as_ref().expect("they have labels")[300..];
        let before = classifier.predict(device, rec, &x).await?.error(labels);
        classifier.train(device, rec, &dataset, &mut |_| ()).await?;
        let after = classifier.predict(device, rec, &x).await?;
        assert_eq!((after.rows(), after.classes, after.width, after.hidden.len()), (100, 4, 12, 1200));
        Ok((before, after.error(labels)))
    });
    for (name, (before, after)) in seen {
        assert!(before > 0.3 && after < 0.02, "{name}: the error went from {before} to {after}");
    }
}
