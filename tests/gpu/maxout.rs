//! `maxout_forward` and `maxout_backward`: exact, ties to the lowest piece.

use crate::compare::within;
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

/// Units of so many pieces: with ties everywhere (few distinct values), all below zero (no zero takes part in the maximum), with infinities.
fn inputs(units: u32, pieces: u32) -> Vec<f32> {
    let mut x: Vec<f32> = numbers(pieces, units * pieces).iter().map(|x| (2.0 * x).round() - 2.0).collect();
    x[0] = f32::NEG_INFINITY;
    x
}

#[test]
fn maxout_takes_the_largest_piece_and_the_lowest_of_equals_forward_and_backward() {
    let mut lab = Lab::enter();
    // Units or channels, pieces, positions; 33·33 is a plane of the paper's discriminator.
    let shapes = [(1, 1, 1), (1, 5, 1), (67, 5, 1), (64, 2, 1), (131, 3, 1), (1, 2, 7), (5, 3, 4), (3, 2, 1089)];
    let shapes = shapes.map(|(channels, pieces, positions)| (channels * positions, pieces, positions));
    let tensors = shapes.map(|(units, pieces, positions)| {
        let rec = &mut lab.rec;
        let [x, dx] = ["x", "dx"].map(|name| rec.tensor(name, [1, units * pieces]));
        let [y, winner, dy] = ["y", "winner", "dy"].map(|name| rec.tensor(name, [1, units]));
        let dispatch = rec.dispatch("maxout_forward").bind("x", &x).bind("y", &y).bind("winner", &winner);
        dispatch.argument("count", units).argument("pieces", pieces).argument("positions", positions).work(Work::Flat(units)).record();
        let dispatch = rec.dispatch("maxout_backward").bind("dy", &dy).bind("winner", &winner).bind("dx", &dx);
        dispatch.argument("count", units).argument("pieces", pieces).argument("positions", positions).work(Work::Flat(units)).record();
        [x, dy, y, winner, dx]
    });
    let values = shapes.map(|(units, pieces, _)| (inputs(units, pieces), numbers(3, units)));
    let given = tensors.iter().zip(&values).flat_map(|([x, dy, ..], (x_values, dy_values))| [(x, &x_values[..]), (dy, &dy_values[..])]);
    let given: Vec<_> = given.collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|[_, _, y, winner, dx]| [y, winner, dx]).collect();
    let seen = lab.run(On::EveryAdapter, &given, &outputs);
    let mut ties = 0;
    for (number, (units, pieces, positions)) in shapes.into_iter().enumerate() {
        let (x, dy) = &values[number];
        let (mut y, mut winner, mut dx) = (vec![], vec![], vec![0.0; x.len()]);
        for (unit, dy) in dy.iter().enumerate() {
            let (pieces, positions) = (pieces as usize, positions as usize);
            let at = |piece: usize| (unit / positions * pieces + piece) * positions + unit % positions;
            let group: Vec<f64> = (0..pieces).map(|piece| f64::from(x[at(piece)])).collect();
            let most = group.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let first = group.iter().position(|x| *x == most).expect("one is the largest");
            ties += u32::from(group.iter().filter(|x| **x == most).count() > 1);
            y.push(most);
            winner.push(first as f64);
            dx[at(first)] = f64::from(*dy);
        }
        let [_, _, y_tensor, winner_tensor, dx_tensor] = &tensors[number];
        assert_eq!(lab.host.reals(y_tensor), y, "the twin's y of {units}×{pieces} by {positions}");
        assert_eq!(lab.host.reals(winner_tensor), winner, "the twin's winners of {units}×{pieces} by {positions}");
        assert_eq!(lab.host.reals(dx_tensor), dx, "the twin's dx of {units}×{pieces} by {positions}");
        for gpu in &seen {
            let what = |part| format!("{}: {part} of {units}×{pieces} by {positions}", gpu.name);
            let found = gpu.reals(3 * number);
            let finite = |y: &f64| if y.is_finite() { *y } else { f64::from(f32::MIN) };
            let found: Vec<f32> = found.iter().map(|y| if y.is_infinite() && *y < 0.0 { f32::MIN } else { *y }).collect();
            within(&what("y"), &found, &y.iter().map(finite).collect::<Vec<_>>(), |_| 0.0);
            within(&what("winner"), &gpu.reals(3 * number + 1), &winner, |_| 0.0);
            within(&what("dx"), &gpu.reals(3 * number + 2), &dx, |_| 0.0);
        }
    }
    assert!(ties > 50, "only {ties} ties were tried");
}
