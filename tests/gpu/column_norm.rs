//! `column_squares` and `column_limit`: W_j ← W_j·min(n_j, limit) / (1e-7 + n_j).

use crate::compare::{TINY, ULP, UNIT, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::limit_columns;

/// Weights whose columns lie below, at, and above the limit; the last column is zero.
fn weights(m: u32, n: u32) -> Vec<f32> {
    let column = |i: usize| i as u32 % n;
    numbers(m, m * n).iter().enumerate().map(|(i, w)| if column(i) + 1 == n { 0.0 } else { w * column(i) as f32 }).collect()
}

/// The factor: m + 1 roundings under a square root (half of them remain), sqrt through an inverse (2 ULP and a division), a sum, a division of 2.5 ULP,
/// and the product; twice the norm's, for it stands in both places of the fraction.
fn factor_error(m: u32) -> f64 {
    let norm = f64::from(m + 1) / 2.0 * UNIT + 5.0 * ULP;
    2.0 * norm + UNIT + 2.5 * ULP + UNIT
}

#[test]
fn columns_are_projected_onto_their_ball_and_a_zero_column_stays_zero() {
    let mut lab = Lab::enter();
    let (shapes, limit) = ([[1, 3], [9, 5], [31, 67]], 1.9365_f32);
    let tensors = shapes.map(|[m, n]| {
        let w = lab.rec.tensor("w", [m, n]);
        limit_columns(&mut lab.rec, &w, limit);
        w
    });
    let values = shapes.map(|[m, n]| weights(m, n));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|(w, values)| (w, &values[..])).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &tensors.each_ref());
    for (number, [m, n]) in shapes.into_iter().enumerate() {
        let w = wide(&values[number]);
        let norm = |w: &[f64], j: usize| w.iter().skip(j).step_by(n as usize).map(|w| w * w).sum::<f64>().sqrt();
        // The kernel's 1e-7 is the f32 nearest to it.
        let small = f64::from(1e-7_f32);
        let factor = |j: usize| norm(&w, j).min(f64::from(limit)) / (small + norm(&w, j));
        let expected: Vec<f64> = w.iter().enumerate().map(|(i, w)| w * factor(i % n as usize)).collect();
        let twin = lab.host.reals(&tensors[number]);
        assert!(twin.iter().zip(&expected).all(|(twin, expected)| (twin - expected).abs() <= 1e-14), "the twin's {m}×{n}");
        for gpu in &seen {
            let found = gpu.reals(number);
            within(&format!("{}: {m}×{n}", gpu.name), &found, &expected, |i| factor_error(m) * expected[i].abs() + TINY);
            for j in 0..n as usize {
                let projected = norm(&wide(&found), j);
                assert!(projected <= f64::from(limit) * (1.0 + factor_error(m)), "{}: column {j} has the norm {projected}", gpu.name);
                let before = norm(&w, j);
                let left_alone = (projected - before).abs() <= before * (factor_error(m) + 2e-7 / before.max(1e-3));
                assert!(before > f64::from(limit) || left_alone, "{}: column {j} of norm {before} became {projected}", gpu.name);
            }
            assert!(found.iter().skip(n as usize - 1).step_by(n as usize).all(|w| *w == 0.0), "{}: the zero column", gpu.name);
        }
    }
}
