//! `adam_rates` and `adam`: Kingma & Ba's algorithm 1, written out.

use crate::compare::{ULP, UNIT, exp_error, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::gan::NetworkConfig;
use gander::nn::{Adam, AdamKind, AdamSpec, Kind, LayerSpec, Network, OptimizerSpec};
use gander::plan::{Tensor, Work};

const SPEC: AdamSpec = AdamSpec { kind: AdamKind::Adam, learning_rate: 0.002, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/// (β1, β2) and the iteration, of which each has two updates: the first ones, where 1 - β^t is smallest, and those where it is nearly 1.
const RATES: [([f32; 2], u32); 6] =
    [([0.9, 0.999], 0), ([0.9, 0.999], 1), ([0.5, 0.99], 7), ([0.9, 0.999], 60), ([0.0, 0.9], 0), ([0.9, 0.999], 3_000_000)];

/// 1 - exp(-x), as the shader has it: below 1/8 a series of ten roundings, each of a number near 1 times x, and the sixth term that is left out; above it
/// the exponential's own error, and the difference.
fn fallen_bound(x: f64) -> f64 {
    // x itself is a product of two rounded numbers: a shift of x by 3 units moves exp(-x) by at most 3 units of x·exp(-x).
    let shift = 3.0 * UNIT * x * (-x).exp();
    shift + if x < 0.125 { 10.0 * UNIT * x + x.powi(6) / 720.0 } else { exp_error(x) * (-x).exp() + UNIT }
}

#[test]
fn the_rates_correct_the_bias_of_both_moments_in_every_update() {
    let mut lab = Lab::enter();
    let linear = LayerSpec { units: Some(1), irange: Some(1.0), ..LayerSpec::new(Kind::Linear) };
    let cases = RATES.map(|([beta1, beta2], _)| {
        let (clock, _) = lab.clock([1, 0, 0, 0]);
        let mut network = Network::new(&mut lab.rec, "N", std::slice::from_ref(&linear), 1, false, &[], &clock);
        // Each update has rates of its own, so that both can be read.
        let both = [0, 1].map(|number| {
            let adam = Adam::new(&mut lab.rec, &mut network, &AdamSpec { beta1, beta2, ..SPEC }, &clock, 2);
            adam.step(&mut lab.rec, &network, number);
            adam.rates
        });
        (clock, both)
    });
    let plan = lab.rec.finish("test");
    let clocks = RATES.map(|(_, iteration)| crate::lab::as_bits(&[1, iteration, 0, 0]));
    let inputs: Vec<_> = cases.iter().zip(&clocks).map(|((clock, _), values)| (clock, &values[..])).collect();
    let outputs: Vec<_> = cases.iter().flat_map(|(_, both)| both).collect();
    let seen = lab.run_plan(On::EveryAdapter, &plan, &inputs, &outputs);
    let tensors: Vec<(usize, &Tensor)> = outputs.iter().copied().enumerate().collect();
    for (at, tensor) in tensors {
        let ([beta1, beta2], iteration) = RATES[at / 2];
        let t = f64::from(iteration) * 2.0 + (at % 2) as f64 + 1.0;
        let [first, second] = [beta1, beta2].map(|beta| 1.0 - f64::from(beta).powf(t));
        let expected = [f64::from(SPEC.learning_rate) / first, 1.0 / second.sqrt()];
        // The twin's -log β is that of the f32 argument.
        let twin = lab.host.reals(tensor);
        assert!(
            twin.iter().zip(&expected).all(|(twin, rate)| (twin / rate - 1.0).abs() < 2.0 * UNIT),
            "t = {t}: {twin:?}, not {expected:?}"
        );
        let x = [beta1, beta2].map(|beta| -t * f64::from(beta).max(1e-30).ln());
        let relative = [fallen_bound(x[0]) / first + 2.5 * ULP + UNIT, fallen_bound(x[1]) / second / 2.0 + 5.0 * ULP + 2.5 * ULP + UNIT];
        for gpu in &seen {
            within(&format!("{}: rates of update {t}", gpu.name), &gpu.reals(at), &expected, |i| relative[i] * expected[i]);
        }
    }
}

/// A workgroup's 4096 numbers and a ragged rest; less than a workgroup; one group of four.
const LENGTHS: [u32; 3] = [4096 + 3 * 64, 64, 4];
/// What `adam_rates` made of three updates: free numbers here.
const CORRECTED: [[f32; 2]; 3] = [[0.004, 30.0], [0.003, 22.0], [0.0025, 18.0]];

struct Case {
    theta: Tensor,
    velocity: Tensor,
    second: Tensor,
    steps: Vec<[Tensor; 3]>,
}

fn record(lab: &mut Lab, len: u32) -> Case {
    let [theta, velocity, second] = ["theta", "velocity", "second"].map(|name| lab.rec.tensor(name, [1, len]));
    let steps = CORRECTED.iter().map(|_| {
        let shapes = [("gradient", len), ("rates", 2), ("squares", (len / 4).div_ceil(1024) * 64)];
        let [gradient, rates, squares] = shapes.map(|(name, len)| lab.rec.tensor(name, [1, len]));
        let dispatch = lab.rec.dispatch("adam").bind("theta", &theta).bind("velocity", &velocity).bind("second", &second);
        let dispatch = dispatch.bind("gradient", &gradient).bind("rates", &rates).bind("squares", &squares).argument("count", len / 4);
        let dispatch = dispatch.argument("beta1", SPEC.beta1).argument("beta2", SPEC.beta2).argument("epsilon", SPEC.epsilon);
        dispatch.work(Work::Flat(squares.len())).record();
        [gradient, rates, squares]
    });
    let steps = steps.collect();
    Case { theta, velocity, second, steps }
}

#[test]
fn the_update_is_adams_and_leaves_the_sums_of_squared_gradients() {
    let mut lab = Lab::enter();
    let cases = LENGTHS.map(|len| record(&mut lab, len));
    // Second moments are no less than the squares of a thousandth, so that no root is near 0.
    let values = LENGTHS.map(|len| {
        let second: Vec<f32> = numbers(3, len).iter().map(|x| x * x + 1e-6).collect();
        ([numbers(1, len), numbers(2, len), second], [4, 5, 6].map(|seed| numbers(seed, len)))
    });
    let mut inputs = vec![];
    for (case, ([theta, velocity, second], gradients)) in cases.iter().zip(&values) {
        inputs.extend([(&case.theta, &theta[..]), (&case.velocity, &velocity[..]), (&case.second, &second[..])]);
        for (([gradient, rates, _], values), corrected) in case.steps.iter().zip(gradients).zip(&CORRECTED) {
            inputs.extend([(gradient, &values[..]), (rates, &corrected[..])]);
        }
    }
    let outputs: Vec<_> = cases.iter().flat_map(|case| [&case.theta, &case.velocity, &case.second, &case.steps[0][2]]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    let [beta1, beta2, epsilon] = [SPEC.beta1, SPEC.beta2, SPEC.epsilon].map(f64::from);
    for (number, (([theta, velocity, second], gradients), case)) in values.iter().zip(&cases).enumerate() {
        let (mut theta, mut velocity, mut second) = (wide(theta), wide(velocity), wide(second));
        let mut bounds = [vec![0.0; theta.len()], vec![0.0; theta.len()], vec![0.0; theta.len()]];
        for (gradient, corrected) in gradients.iter().zip(CORRECTED) {
            let [rate, correction] = corrected.map(f64::from);
            for (i, g) in wide(gradient).into_iter().enumerate() {
                // Two products and their sum; of squares one product more.
                let magnitude = (beta1 * velocity[i]).abs() + ((1.0 - beta1) * g).abs();
                velocity[i] = beta1 * velocity[i] + (1.0 - beta1) * g;
                bounds[1][i] = beta1 * bounds[1][i] + 2.02 * UNIT * magnitude;
                second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
                bounds[2][i] = beta2 * bounds[2][i] + 3.03 * UNIT * second[i];
                let root = second[i].sqrt() * correction + epsilon;
                let step = rate * velocity[i] / root;
                theta[i] -= step;
                // Half of the second moment's relative error, the root, two products, a sum and a division; then the difference.
                let relative = bounds[2][i] / second[i] / 2.0 + 5.0 * ULP + 3.0 * UNIT + 2.5 * ULP;
                bounds[0][i] += 1.01 * (rate * bounds[1][i] / root + relative * step.abs()) + UNIT * theta[i].abs();
            }
        }
        let close =
            |tensor: &Tensor, expected: &[f64]| lab.host.reals(tensor).iter().zip(expected).all(|(twin, x)| (twin - x).abs() < 1e-13);
        assert!(close(&case.theta, &theta) && close(&case.velocity, &velocity) && close(&case.second, &second), "the twin of {number}");
        let squares: f64 = wide(&gradients[0]).iter().map(|g| g * g).sum();
        assert!((lab.host.reals(&case.steps[0][2]).iter().sum::<f64>() - squares).abs() < 1e-9, "the twin's squares");
        for gpu in &seen {
            for (part, (name, expected)) in [("θ", &theta), ("v", &velocity), ("s", &second)].into_iter().enumerate() {
                within(&format!("{}: {name} {number}", gpu.name), &gpu.reals(4 * number + part), expected, |i| bounds[part][i]);
            }
            // Each invocation adds 64 squares.
            let found: f64 = wide(&gpu.reals(4 * number + 3)).iter().sum();
            assert!((found - squares).abs() <= 65.0 * UNIT * squares, "{}: Σ g² is {found}, not {squares}", gpu.name);
        }
    }
}

#[test]
fn an_optimizer_without_a_kind_is_momentum_and_what_is_wrong_with_either_is_named() {
    let read = |optimizer: &str| toml::from_str::<NetworkConfig>(&format!("layers = []\noptimizer = {optimizer}"));
    let momentum = "{ learning_rate = 0.1, decay = 1, min_learning_rate = 0.1, momentum = 0.5, final_momentum = 0.7, saturated = 5 }";
    assert!(matches!(read(momentum).expect("it reads").optimizer, OptimizerSpec::Momentum(_)));
    let adam = read("{ kind = \"adam\", learning_rate = 0.001 }").expect("it reads").optimizer;
    let expected = AdamSpec { learning_rate: 0.001, beta1: 0.9, ..SPEC };
    assert_eq!(adam, OptimizerSpec::Adam(expected));
    for (optimizer, named) in [
        ("{ kind = \"adam\", learning_rate = 0.1, momentum = 0.5 }", "momentum"),
        ("{ kind = \"adams\", learning_rate = 0.1 }", "adams"),
        ("{ learning_rate = 0.1 }", "decay"),
        (&momentum.replace("decay", "decoy"), "decoy"),
    ] {
        let error = read(optimizer).expect_err(optimizer).to_string();
        assert!(error.contains(named), "{optimizer}: {error}");
    }
}
