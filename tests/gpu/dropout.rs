//! `dropout`: masks are the same bits everywhere, forward and backward, in the whole and in a part.

use crate::compare::{same_bits, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::{Applied, Dropout, Layer};
use gander::plan::Tensor;
use gander::random::threefry2x32;

/// Rows, columns, and the first row of the part that is seen alone: element 0 of the part lies on an even and on an odd place.
const SHAPES: [(u32, u32, u32); 4] = [(10, 7, 3), (6, 8, 2), (1, 1, 0), (5, 13, 1)];

struct Case {
    whole: [Tensor; 3],
    part: Tensor,
}

fn scaled(x: &[f32], kept: &[bool], keep: f32) -> Vec<f64> {
    let scale = 1.0 / keep;
    // One product, rounded once: exact.
    x.iter().zip(kept).map(|(x, kept)| f64::from(if *kept { x * scale } else { 0.0 })).collect()
}

#[test]
fn dropout_backward_uses_the_forward_mask_and_a_part_sees_the_masks_of_the_whole() {
    for (keep, seed, iteration) in [(0.5, 7, 0), (0.8, 11, 4_000_000_000)] {
        let mut lab = Lab::enter();
        let (clock, clock_values) = lab.clock([seed, iteration, 3, 5]);
        let layer = Dropout { keep, clock: clock.clone() };
        let cases = SHAPES.map(|(m, n, first)| {
            let rec = &mut lab.rec;
            let [x, y, dy] = ["x", "y", "dy"].map(|name| rec.tensor(name, [m, n]));
            let at = Applied { x: x.clone(), y, kept: None, salt: 40 + m, first_row: 0 };
            layer.forward(rec, &at);
            let dx = layer.input_gradient(rec, &at, &dy);
            let part = layer.input_gradient(rec, &at.rows_at(first..m), &dy.rows_at(first..m));
            // What the backward pass gives for dy is what the forward pass gives for x.
            Case { whole: [x, dy, dx], part }
        });
        let values = SHAPES.map(|(m, n, _)| [numbers(m, m * n), numbers(m + 50, m * n)]);
        let mut inputs = vec![(&clock, &clock_values[..])];
        for (case, [x, dy]) in cases.iter().zip(&values) {
            inputs.extend([(&case.whole[0], &x[..]), (&case.whole[1], &dy[..])]);
        }
        let outputs: Vec<_> = cases.iter().flat_map(|case| [&case.whole[2], &case.part]).collect();
        let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
        for (number, (m, n, first)) in SHAPES.into_iter().enumerate() {
            // The share `keep` of all words lies below the threshold.
            let threshold = (f64::from(keep) * 4_294_967_296.0) as u32;
            let kept = |i: u32| threefry2x32([seed, 40 + m], [iteration, i / 2])[i as usize % 2] < threshold;
            let kept: Vec<bool> = (0..m * n).map(kept).collect();
            let [_, dy] = &values[number];
            let (dx, start) = (scaled(dy, &kept, keep), (first * n) as usize);
            let twin = lab.host.reals(&cases[number].whole[2]);
            assert!(
                twin.iter().zip(&dx).all(|(twin, dx)| (twin - dx).abs() < 1e-7 && (*twin == 0.0) == (*dx == 0.0)),
                "the twin's {m}×{n}"
            );
            assert_eq!(lab.host.reals(&cases[number].part), &twin[start..], "the twin's part of {m}×{n}");
            for gpu in &seen {
                within(&format!("{}: dx {m}×{n}", gpu.name), &gpu.reals(2 * number), &dx, |_| 0.0);
                within(&format!("{}: dx of rows {first}..{m}", gpu.name), &gpu.reals(2 * number + 1), &dx[start..], |_| 0.0);
            }
        }
    }
}

#[test]
fn the_forward_pass_keeps_what_its_mask_keeps_and_each_purpose_and_iteration_has_its_own() {
    let mut lab = Lab::enter();
    let clocks = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0, 0]];
    let salts = [1, 2, 1, 1];
    let len = 20_000;
    let x = vec![1.0; len as usize];
    let cases = [0, 1, 2, 3].map(|number: usize| {
        let (clock, values) = lab.clock(clocks[number]);
        let [x, y] = ["x", "y"].map(|name| lab.rec.tensor(name, [1, len]));
        let at = Applied { x: x.clone(), y: y.clone(), kept: None, salt: salts[number], first_row: 0 };
        Dropout { keep: 0.8, clock: clock.clone() }.forward(&mut lab.rec, &at);
        (clock, values, x, y)
    });
    let inputs: Vec<_> = cases.iter().flat_map(|(clock, values, x_tensor, _)| [(clock, &values[..]), (x_tensor, &x[..])]).collect();
    let outputs: Vec<_> = cases.iter().map(|(.., y)| y).collect();
    for gpu in lab.run(On::EveryAdapter, &inputs, &outputs) {
        let masks = [0, 1, 2, 3].map(|number| gpu.reals(number));
        for (number, mask) in masks.iter().enumerate() {
            let twin = lab.host.reals(outputs[number]);
            same_bits(&gpu.name, mask, &twin.iter().map(|y| *y as f32).collect::<Vec<_>>());
            // Five standard errors of a share.
            let share = mask.iter().filter(|y| **y != 0.0).count() as f64 / f64::from(len);
            assert!((share - 0.8).abs() < 5.0 * (0.16 / f64::from(len)).sqrt(), "{}: kept {share}", gpu.name);
            for other in &masks[..number] {
                // Two independent masks agree where both keep or both drop: 0.8² + 0.2² of the places.
                let agree = wide(mask).iter().zip(wide(other)).filter(|(a, b)| **a == *b).count() as f64 / f64::from(len);
                assert!((agree - 0.68).abs() < 5.0 * (0.68 * 0.32 / f64::from(len)).sqrt(), "{}: two masks agree in {agree}", gpu.name);
            }
        }
    }
}
