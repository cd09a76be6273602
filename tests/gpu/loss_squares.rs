//! `loss_squares`: L_i = 1/2 Σ_j w_j·(y_ij − x_ij)², and coefficient·w_j·(y_ij − x_ij).

use crate::compare::{TINY, UNIT, rounding, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::loss;

/// One number; ragged rows, shorter and longer than a workgroup; whole ones.
const SHAPES: [[u32; 2]; 6] = [[1, 1], [1, 7], [5, 1], [67, 31], [64, 64], [33, 201]];
const COEFFICIENT: f32 = 0.3;

/// A gap is rounded once, its product with the weight once more, and either result again; the loss has both gaps' errors and adds n terms.
#[test]
fn the_squared_error_of_each_row_and_its_gradient_are_within_their_rounding() {
    let mut lab = Lab::enter();
    let tensors = SHAPES.map(|[m, n]| {
        let [y, x, w, losses] = [[m, n], [m, n], [1, n], [1, m]].map(|shape| lab.rec.tensor("t", shape));
        let dy = loss::squares(&mut lab.rec, &y, &x, &w, COEFFICIENT, &losses);
        [y, x, w, dy, losses]
    });
    // Weights of 0 to 1, some of them 0; a number of y that is x's.
    let values = SHAPES.map(|[m, n]| {
        let (mut y, x) = (numbers(1, m * n), numbers(2, m * n));
        y[0] = x[0];
        [y, x, numbers(3, n).iter().map(|w| w.max(0.0)).collect()]
    });
    let inputs: Vec<_> =
        tensors.iter().zip(&values).flat_map(|(tensors, values)| tensors.iter().zip(values.iter().map(Vec::as_slice))).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|[.., dy, losses]| [dy, losses]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [m, n]) in SHAPES.into_iter().enumerate() {
        let [y, x, w] = values[number].each_ref().map(|values| wide(values));
        let gap = |i: usize| y[i] - x[i];
        let weighted = |i: usize| w[i % n as usize] * gap(i);
        let all = (m * n) as usize;
        let dy: Vec<f64> = (0..all).map(|i| f64::from(COEFFICIENT) * weighted(i)).collect();
        let terms: Vec<f64> = (0..all).map(|i| weighted(i) * gap(i) / 2.0).collect();
        let losses: Vec<f64> = terms.chunks_exact(n as usize).map(|row| row.iter().sum()).collect();
        let [.., dy_tensor, losses_tensor] = &tensors[number];
        let close = |twin: &[f64], expected: &[f64]| {
            twin.len() == expected.len() && twin.iter().zip(expected).all(|(twin, e)| (twin - e).abs() <= 1e-14 * (1.0 + e.abs()))
        };
        assert!(close(lab.host.reals(dy_tensor), &dy), "the twin's gradient of {m}×{n}");
        assert!(close(lab.host.reals(losses_tensor), &losses), "the twin's losses of {m}×{n}");
        for gpu in &seen {
            within(&format!("{}: gradient of {m}×{n}", gpu.name), &gpu.reals(2 * number), &dy, |i| 3.03 * UNIT * dy[i].abs() + TINY);
            within(&format!("{}: losses of {m}×{n}", gpu.name), &gpu.reals(2 * number + 1), &losses, |i| {
                1.01 * rounding(n, 4, losses[i]) + f64::from(n) * TINY
            });
        }
    }
}
