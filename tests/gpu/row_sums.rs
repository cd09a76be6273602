//! `row_sums`: sums_i = Σ_j x_ij.

use crate::compare::{rounding, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

/// A sum of n terms is off by at most n units of Σ|terms|.
#[test]
fn row_sums_of_ragged_shapes_are_within_their_rounding() {
    let mut lab = Lab::enter();
    let shapes = [[1, 1], [1, 7], [5, 1], [67, 31], [64, 64], [192, 81]];
    let tensors = shapes.map(|[m, n]| {
        let (x, sums) = (lab.rec.tensor("x", [m, n]), lab.rec.tensor("sums", [1, m]));
        let dispatch = lab.rec.dispatch("row_sums").bind("x", &x).bind("sums", &sums);
        dispatch.argument("m", m).argument("n", n).work(Work::Flat(m)).record();
        (x, sums)
    });
    let values = shapes.map(|[m, n]| numbers(m, m * n));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((x, _), values)| (x, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().map(|(_, sums)| sums).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [m, n]) in shapes.into_iter().enumerate() {
        let rows = values[number].chunks_exact(n as usize).map(|row| row.iter().map(|x| f64::from(*x)));
        let (expected, sizes): (Vec<f64>, Vec<f64>) = rows.map(|row| (row.clone().sum::<f64>(), row.map(f64::abs).sum::<f64>())).unzip();
        for (twin, (sum, size)) in lab.host.reals(&tensors[number].1).iter().zip(expected.iter().zip(&sizes)) {
            assert!((twin - sum).abs() <= f64::from(n) * f64::EPSILON * size, "the twin's sum of {m}×{n}: {twin}, not {sum}");
        }
        for gpu in &seen {
            within(&format!("{}: row sums of {m}×{n}", gpu.name), &gpu.reals(number), &expected, |i| rounding(n, 1, sizes[i]));
        }
    }
}
