//! `column_sums`.

use crate::compare::{rounding, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

/// A sum of m terms is off by at most m units of Σ|terms|.
#[test]
fn column_sums_are_within_their_rounding() {
    let mut lab = Lab::enter();
    let shapes = [[1, 1], [1, 67], [131, 1], [20, 5], [7, 64], [10, 65]];
    let tensors = shapes.map(|[m, n]| {
        let (x, sums) = (lab.rec.tensor("x", [m, n]), lab.rec.tensor("sums", [1, n]));
        let dispatch = lab.rec.dispatch("column_sums").bind("x", &x).bind("sums", &sums);
        dispatch.argument("m", m).argument("n", n).work(Work::Flat(n)).record();
        (x, sums)
    });
    let values = shapes.map(|[m, n]| numbers(m, m * n));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|((x, _), values)| (x, &values[..])).collect();
    let outputs = tensors.each_ref().map(|(_, sums)| sums);
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [m, n]) in shapes.into_iter().enumerate() {
        let x = wide(&values[number]);
        let column = |j: u32| (0..m).map(move |i| (i * n + j) as usize);
        let expected: Vec<f64> = (0..n).map(|j| column(j).map(|at| x[at]).sum()).collect();
        let magnitude: Vec<f64> = (0..n).map(|j| column(j).map(|at| x[at].abs()).sum()).collect();
        assert_eq!(lab.host.reals(outputs[number]), expected, "the twin's {m}×{n}");
        for gpu in &seen {
            within(&format!("{}: {m}×{n}", gpu.name), &gpu.reals(number), &expected, |j| rounding(m, 1, magnitude[j]));
        }
    }
}
