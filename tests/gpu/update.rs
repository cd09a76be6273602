//! `update` and `texture/update`: classical momentum, and the sums of squares behind the gradient's norm.

use crate::compare::{UNIT, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::{Tensor, Work};

/// (learning rate, momentum) of three steps: the rate decays fast, so that the two forms of momentum part.
const RATES: [[f32; 2]; 3] = [[0.1, 0.5], [0.04, 0.6], [0.01, 0.7]];

struct Case {
    theta: Tensor,
    velocity: Tensor,
    steps: Vec<[Tensor; 3]>,
}

/// A workgroup's 4096 numbers and a ragged rest; less than a workgroup; one group of four.
const LENGTHS: [u32; 3] = [4096 + 3 * 64, 64, 4];

fn record(lab: &mut Lab, len: u32) -> Case {
    let rec = &mut lab.rec;
    let (theta, velocity) = (rec.tensor("theta", [1, len]), rec.tensor("velocity", [1, len]));
    let steps = RATES.iter().map(|_| {
        let [gradient, rates, squares] =
            [("gradient", len), ("rates", 2), ("squares", (len / 4).div_ceil(1024) * 64)].map(|(name, len)| rec.tensor(name, [1, len]));
        let dispatch = rec.dispatch("update").bind("theta", &theta).bind("velocity", &velocity).bind("gradient", &gradient);
        let dispatch = dispatch.bind("rates", &rates).bind("squares", &squares).argument("count", len / 4);
        dispatch.work(Work::Flat(squares.len())).record();
        [gradient, rates, squares]
    });
    let steps = steps.collect();
    Case { theta, velocity, steps }
}

#[test]
fn the_update_is_classical_momentum_under_a_decaying_rate() {
    let mut lab = Lab::enter();
    let cases = LENGTHS.map(|len| record(&mut lab, len));
    let zeros = vec![0.0; LENGTHS[0] as usize];
    let values = LENGTHS.map(|len| [numbers(1, len), numbers(2, len), numbers(3, len), numbers(4, len), numbers(5, len)]);
    let mut inputs = vec![];
    for (case, [theta, velocity, gradients @ ..]) in cases.iter().zip(&values) {
        inputs.extend([(&case.theta, &theta[..]), (&case.velocity, &velocity[..])]);
        for (step, [gradient, rates, squares]) in case.steps.iter().enumerate() {
            inputs.extend([(gradient, &gradients[step][..]), (rates, &RATES[step][..]), (squares, &zeros[..squares.len() as usize])]);
        }
    }
    let outputs: Vec<_> = cases.iter().flat_map(|case| [&case.theta, &case.velocity, &case.steps[0][2]]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, len) in LENGTHS.into_iter().enumerate() {
        let [theta, velocity, gradients @ ..] = &values[number];
        let (mut theta, mut velocity) = (wide(theta), wide(velocity));
        // The other form, v ← m·v + g; θ ← θ − η·v, started from the same momentum of movement.
        let (mut other_theta, mut other) = (theta.clone(), velocity.iter().map(|v| -v / f64::from(RATES[0][0])).collect::<Vec<f64>>());
        let (mut v_bound, mut theta_bound) = (vec![0.0; len as usize], vec![0.0; len as usize]);
        for (gradient, rates) in gradients.iter().zip(RATES) {
            let [rate, momentum] = rates.map(f64::from);
            for (i, g) in wide(gradient).into_iter().enumerate() {
                let magnitude = (momentum * velocity[i]).abs() + (rate * g).abs();
                velocity[i] = momentum * velocity[i] - rate * g;
                theta[i] += velocity[i];
                // Two products and their difference; then θ's sum.
                v_bound[i] = momentum * v_bound[i] + 2.0 * UNIT * magnitude * 1.01;
                theta_bound[i] += v_bound[i] + UNIT * (theta[i].abs() + v_bound[i]) * 1.01;
                other[i] = momentum * other[i] + g;
                other_theta[i] -= rate * other[i];
            }
        }
        let apart = (0..len as usize).filter(|i| (theta[*i] - other_theta[*i]).abs() > 100.0 * theta_bound[*i]).count();
        assert!(apart > len as usize * 9 / 10, "the two forms part in {apart} of {len} places only: this test cannot tell them apart");
        assert!(lab.host.reals(&cases[number].theta).iter().zip(&theta).all(|(twin, theta)| (twin - theta).abs() < 1e-14), "the twin's θ");
        assert!(lab.host.reals(&cases[number].velocity).iter().zip(&velocity).all(|(twin, v)| (twin - v).abs() < 1e-14), "the twin's v");
        let squares: f64 = wide(&gradients[0]).iter().map(|g| g * g).sum();
        assert!((lab.host.reals(&cases[number].steps[0][2]).iter().sum::<f64>() - squares).abs() < 1e-9, "the twin's squares");
        for gpu in &seen {
            within(&format!("{}: θ of {len}", gpu.name), &gpu.reals(3 * number), &theta, |i| theta_bound[i]);
            within(&format!("{}: v of {len}", gpu.name), &gpu.reals(3 * number + 1), &velocity, |i| v_bound[i]);
            // Each invocation adds 64 squares.
            let found: f64 = wide(&gpu.reals(3 * number + 2)).iter().sum();
            assert!((found - squares).abs() <= 65.0 * UNIT * squares, "{}: Σ g² is {found}, not {squares}", gpu.name);
        }
    }
}
