//! `max_pooling_forward` and `max_pooling_backward`: ties to the first of the window, windows over the edge, overlapping windows.

use crate::compare::{rounding, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::nn::{Applied, Extent, Layer, MaxPooling};

/// Examples, channels, height and width, then window and stride; what comes out of it.
const CASES: &[([u32; 4], [u32; 2], [u32; 2])] = &[
    ([1, 1, 1, 1], [1, 1], [1, 1]),
    ([2, 3, 5, 7], [2, 2], [3, 4]),
    ([1, 2, 7, 5], [3, 1], [5, 3]),
    // One window larger than the plane; windows with gaps between them; one row.
    ([2, 1, 3, 4], [5, 2], [1, 1]),
    ([1, 2, 7, 9], [1, 4], [2, 3]),
    ([3, 1, 1, 11], [4, 3], [1, 4]),
    // The paper's three.
    ([1, 2, 33, 33], [4, 2], [16, 16]),
    ([1, 2, 15, 15], [4, 2], [7, 7]),
    ([1, 2, 9, 9], [2, 2], [5, 5]),
];

/// A pixel adds the gradients of the windows that it won: ⌈window/stride⌉² at most, each with a rounding.
#[test]
fn pooling_takes_the_first_of_the_largest_forward_and_gives_back_to_it_backward() {
    let mut lab = Lab::enter();
    let recorded: Vec<_> = CASES
        .iter()
        .map(|&([m, channels, height, width], [window, stride], [rows, cols])| {
            let rec = &mut lab.rec;
            let (input, output) = (Extent { channels, height, width }, Extent { channels, height: rows, width: cols });
            let layer = MaxPooling { input, output, window, stride };
            let x = rec.tensor("x", [m, input.numbers()]);
            let [y, dy] = ["y", "dy"].map(|name| rec.tensor(name, [m, output.numbers()]));
            let winner = layer.keep(rec, m, input.numbers()).expect("a pooling keeps its winners");
            let at = Applied { x: x.clone(), y: y.clone(), kept: Some(winner.clone()), salt: 0, first_row: 0 };
            layer.forward(rec, &at);
            let dx = layer.input_gradient(rec, &at, &dy);
            // Few distinct values, all below zero: ties everywhere, and what is beyond the edge must not win.
            let values: Vec<f32> = numbers(window, x.len()).iter().map(|x| (4.0 * x).round() - 5.0).collect();
            let of_dy = numbers(3, dy.len());
            (x, values, dy, of_dy, [y, winner, dx])
        })
        .collect();
    let given: Vec<_> = recorded.iter().flat_map(|(x, values, dy, of_dy, _)| [(x, &values[..]), (dy, &of_dy[..])]).collect();
    let outputs: Vec<_> = recorded.iter().flat_map(|(.., outputs)| outputs).collect();
    let seen = lab.run(On::EveryAdapter, &given, &outputs);
    let mut ties = 0;
    for (number, (case, (_, x, _, dy, tensors))) in CASES.iter().zip(&recorded).enumerate() {
        let ([_, _, height, width], [window, stride], [rows, cols]) = case;
        let [height, width, window, stride, rows, cols] = [height, width, window, stride, rows, cols].map(|size| *size as usize);
        let (mut y, mut winner) = (vec![], vec![]);
        let (mut dx, mut sizes) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        for (plane, pixels) in wide(x).chunks_exact(height * width).enumerate() {
            for position in 0..rows * cols {
                let (top, left) = (position / cols * stride, position % cols * stride);
                let inside = (0..height * width).filter(|at| (top..top + window).contains(&(at / width)));
                let inside: Vec<usize> = inside.filter(|at| (left..left + window).contains(&(at % width))).collect();
                let most = inside.iter().map(|at| pixels[*at]).fold(f64::NEG_INFINITY, f64::max);
                let first = *inside.iter().find(|at| pixels[**at] == most).expect("one is the largest");
                ties += u32::from(inside.iter().filter(|at| pixels[**at] == most).count() > 1);
                let back = f64::from(dy[plane * rows * cols + position]);
                dx[plane * height * width + first] += back;
                sizes[plane * height * width + first] += back.abs();
                y.push(most);
                winner.push(first as f64);
            }
        }
        let overlap = (window.div_ceil(stride) * window.div_ceil(stride)) as u32;
        let [y_tensor, winner_tensor, dx_tensor] = tensors;
        assert_eq!(lab.host.reals(y_tensor), y, "the twin's y of {case:?}");
        assert_eq!(lab.host.reals(winner_tensor), winner, "the twin's winners of {case:?}");
        for (twin, (dx, size)) in lab.host.reals(dx_tensor).iter().zip(dx.iter().zip(&sizes)) {
            assert!((twin - dx).abs() <= f64::from(overlap) * f64::EPSILON * size, "the twin's dx of {case:?}: {twin}, not {dx}");
        }
        for gpu in &seen {
            let what = |part| format!("{}: {part} of {case:?}", gpu.name);
            within(&what("y"), &gpu.reals(3 * number), &y, |_| 0.0);
            within(&what("winner"), &gpu.reals(3 * number + 1), &winner, |_| 0.0);
            within(&what("dx"), &gpu.reals(3 * number + 2), &dx, |i| rounding(overlap, 0, sizes[i]));
        }
    }
    assert!(ties > 50, "only {ties} ties were tried");
}
