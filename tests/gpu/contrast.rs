//! `contrast`: x_i ← (x_i - mean x_i)·scale / ‖x_i - mean x_i‖.

use crate::compare::{TINY, ULP, UNIT, narrow, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::data::{Dataset, Minibatches, Preprocess, Shape, Values};
use gander::plan::Work;

const SCALE: f32 = 55.0;

/// Rows that lie off zero, the last of one colour.
fn pictures([m, n]: [u32; 2]) -> Vec<f32> {
    let varied = numbers(m + n, (m - 1) * n).into_iter().map(|x| 0.5 + 0.5 * x);
    varied.chain((0..n).map(|_| 0.3)).collect()
}

/// The formula, row by row, and what each number may be off by: a rounding in x - origin, n + 2 in the mean of these, one in the difference; the norm is
/// off by the norm of these errors, n + 2 roundings under its root (half remain), and the root's and two divisions' own.
fn formula(row: &[f64]) -> Vec<(f64, f64)> {
    let n = row.len() as f64;
    let mean = row.iter().sum::<f64>() / n;
    let norm = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt();
    if row.iter().all(|x| *x == row[0]) {
        return vec![(0.0, 0.0); row.len()];
    }
    let from_origin = row.iter().map(|x| (x - row[0]).abs()).sum::<f64>() / n;
    let error = |x: f64| UNIT * (x - row[0]).abs() + (n + 2.0) * UNIT * from_origin + UNIT * (x - mean).abs();
    let norm_error = row.iter().map(|x| error(*x).powi(2)).sum::<f64>().sqrt() / norm + (n + 2.0) / 2.0 * UNIT + 5.0 * ULP;
    let scale = f64::from(SCALE) / norm;
    row.iter().map(|x| ((x - mean) * scale, error(*x) * scale + ((x - mean) * scale).abs() * (norm_error + 7.5 * ULP) + TINY)).collect()
}

#[test]
fn contrast_is_normalised_row_by_row_and_one_colour_becomes_zero() {
    let mut lab = Lab::enter();
    // 63, 64 and 65 numbers for 64 invocations; CIFAR-10's 3072.
    let shapes = [[2, 2], [3, 63], [2, 64], [5, 65], [3, 3072]];
    let workgroup = lab.rec.kernel("contrast", None).workgroup;
    let tensors = shapes.map(|[m, n]| {
        let x = lab.rec.tensor("x", [m, n]);
        let dispatch = lab.rec.dispatch("contrast").bind("x", &x).argument("m", m).argument("n", n);
        dispatch.argument("scale", SCALE).argument("least", 1e-8).work(Work::Flat(m * workgroup)).record();
        x
    });
    let values = shapes.map(pictures);
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|(x, values)| (x, &values[..])).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &tensors.each_ref());
    for (number, [m, n]) in shapes.into_iter().enumerate() {
        let wide = wide(&values[number]);
        let (expected, bounds): (Vec<f64>, Vec<f64>) = wide.chunks_exact(n as usize).flat_map(formula).unzip();
        for (i, (twin, expected)) in lab.host.reals(&tensors[number]).iter().zip(&expected).enumerate() {
            assert!((twin - expected).abs() < 1e-11, "the twin's {m}×{n} [{i}] is {twin}, not {expected}");
        }
        for gpu in &seen {
            within(&format!("{}: {m}×{n}", gpu.name), &gpu.reals(number), &expected, |i| bounds[i]);
        }
    }
}

/// A minibatch drawn on a device holds the same preprocessed rows that the host gives out.
#[test]
fn a_minibatch_is_preprocessed_as_the_hosts_rows_are() {
    let mut lab = Lab::enter();
    let shape = Shape { width: 5, height: 3, channels: 3 };
    let bytes = numbers(9, 7 * 45).iter().map(|x| (127.0 * x + 128.0) as u8).collect();
    let preprocess = Some(Preprocess::Gcn(SCALE));
    let (valid, test) = (0..1, 6..7);
    let set = Dataset { name: "few".into(), shape, values: Values::Bytes(bytes), labels: None, train: 1..6, valid, test, preprocess };
    let (clock, now) = lab.clock([3, 4, 0, 0]);
    let minibatches = Minibatches::new(&mut lab.rec, &set.outline(), &clock);
    let x = lab.rec.tensor("x", [4, 45]);
    let chosen = minibatches.draw(&mut lab.rec, 0, &x);
    let plan = lab.rec.finish("minibatch");
    lab.start_twin(&plan, &[(&clock, &now)]);
    minibatches.upload(&mut lab.host, &set);
    plan.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
    let chosen = lab.words(&chosen);
    let rows: Vec<f32> = chosen.iter().flat_map(|chosen| set.example(1 + chosen)).collect();
    // Where a byte becomes a number the device and the host differ by three roundings of it at most; the step stretches them by scale / norm.
    let plain = Dataset { preprocess: None, ..set };
    let stretch = |chosen: u32| {
        let x = wide(&plain.example(1 + chosen));
        let mean = x.iter().sum::<f64>() / 45.0;
        f64::from(SCALE) / x.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt()
    };
    let stretched: Vec<f64> = chosen.iter().map(|chosen| stretch(*chosen)).collect();
    let bound = |i: usize| 3.0 * UNIT * 2.0 * stretched[i / 45] + 5.0 * UNIT * f64::from(rows[i].abs());
    within("the twin's minibatch", &narrow(lab.host.reals(&x)), &wide(&rows), bound);
}
