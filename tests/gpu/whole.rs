//! What is done to all parameters at once: `clip`, `shrink`.

use crate::compare::{UNIT, narrow, same_bits, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

/// A workgroup's 256 numbers and a ragged rest; one group of four.
const LENGTHS: [u32; 2] = [256 + 3 * 64, 4];

#[test]
fn clipping_leaves_what_lies_inside_and_moves_what_lies_outside_to_the_rim() {
    let mut lab = Lab::enter();
    // About zero, as parameters are clipped; about a half, as noise of the unit hypercube is.
    let boxes = [(0.0_f32, 0.3_f32), (0.5, 0.5)];
    let thetas = LENGTHS.map(|len| lab.rec.tensor("theta", [1, len]));
    for (theta, (middle, limit)) in thetas.iter().zip(boxes) {
        let count = theta.len() / 4;
        let clip = lab.rec.dispatch("clip").bind("theta", theta).argument("count", count);
        clip.argument("middle", middle).argument("limit", limit).work(Work::Flat(count)).record();
    }
    let values = LENGTHS.map(|len| numbers(len, len));
    let inputs: Vec<_> = thetas.iter().zip(&values).map(|(theta, values)| (theta, &values[..])).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &thetas.iter().collect::<Vec<_>>());
    for (number, values) in values.iter().enumerate() {
        let (middle, limit) = (f64::from(boxes[number].0), f64::from(boxes[number].1));
        let clipped = |x: &f64| if (x - middle).abs() <= limit { *x } else { middle + (x - middle).signum() * limit };
        let expected: Vec<f64> = wide(values).iter().map(clipped).collect();
        let moved = expected.iter().zip(values).filter(|(clipped, x)| **clipped != f64::from(**x)).count();
        assert!(moved > 0, "nothing lay outside");
        assert_eq!(lab.host.reals(&thetas[number]), expected, "the twin");
        for gpu in &seen {
            same_bits(&gpu.name, &gpu.reals(number), &narrow(&expected));
        }
    }
}

#[test]
fn shrinking_multiplies_every_parameter() {
    let mut lab = Lab::enter();
    let factor = 0.97_f32;
    let thetas = LENGTHS.map(|len| lab.rec.tensor("theta", [1, len]));
    for theta in &thetas {
        let count = theta.len() / 4;
        lab.rec
            .dispatch("shrink")
            .bind("theta", theta)
            .argument("count", count)
            .argument("factor", factor)
            .work(Work::Flat(count))
            .record();
    }
    let values = LENGTHS.map(|len| numbers(len, len));
    let inputs: Vec<_> = thetas.iter().zip(&values).map(|(theta, values)| (theta, &values[..])).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &thetas.iter().collect::<Vec<_>>());
    for (number, values) in values.iter().enumerate() {
        let expected: Vec<f64> = wide(values).iter().map(|x| f64::from(factor) * x).collect();
        assert_eq!(lab.host.reals(&thetas[number]), expected, "the twin");
        for gpu in &seen {
            within(&gpu.name, &gpu.reals(number), &expected, |i| UNIT * expected[i].abs());
        }
    }
}
