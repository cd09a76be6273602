//! `schedule`: the rates of an iteration, against their formula in f64.

use crate::compare::{ULP, UNIT, exp_error, within};
use crate::lab::{Lab, On};
use gander::nn::{Kind, LayerSpec, Momentum, MomentumSpec, Network};

/// The published schedule (adversarial/mnist.yaml).
const PUBLISHED: MomentumSpec =
    MomentumSpec { learning_rate: 0.1, decay: 1.000_004, min_learning_rate: 1e-6, momentum: 0.5, final_momentum: 0.7, saturated: 250 };

#[test]
fn rates_follow_the_published_schedule() {
    let mut lab = Lab::enter();
    // A rate that stays, a momentum that saturates at once, and a rate that hits its floor.
    let specs = [
        PUBLISHED,
        MomentumSpec { decay: 1.0, saturated: 1, ..PUBLISHED },
        MomentumSpec { decay: 1.01, min_learning_rate: 1e-4, ..PUBLISHED },
    ];
    // Iterations from 0, epochs from 1 as the paper's code counts them.
    let moments = [(0, 1), (1, 1), (500, 2), (1_000, 125), (500_000, 250), (500_000, 1000), (16_777_217, 251), (u32::MAX, 4_000_000_000)];
    let linear = LayerSpec { units: Some(1), irange: Some(0.1), ..LayerSpec::new(Kind::Linear) };
    let mut cases = vec![];
    for spec in &specs {
        for (t, epoch) in moments {
            let (clock, values) = lab.clock([1, t, epoch - 1, 17]);
            let network = Network::new(&mut lab.rec, "N", std::slice::from_ref(&linear), 1, false, &[], &clock);
            let momentum = Momentum::new(&mut lab.rec, &network, spec, &clock);
            momentum.schedule(&mut lab.rec);
            cases.push((spec, t, epoch, clock, values, momentum.rates));
        }
    }
    let inputs: Vec<_> = cases.iter().map(|(.., clock, values, _)| (clock, &values[..])).collect();
    let outputs: Vec<_> = cases.iter().map(|(.., rates)| rates).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, (spec, t, epoch, .., rates)) in cases.iter().enumerate() {
        let exponent = f64::from(*t) * spec.decay.ln();
        let floor = f64::from(spec.min_learning_rate);
        let rate = (f64::from(spec.learning_rate) / spec.decay.powf(f64::from(*t))).max(floor);
        let progress = (f64::from(epoch - 1) / f64::from(spec.saturated - 1).max(1.0)).clamp(0.0, 1.0);
        let progress = if spec.saturated == 1 { 1.0 } else { progress };
        let (first, last) = (f64::from(spec.momentum), f64::from(spec.final_momentum));
        let expected = [rate, first + (last - first) * progress];
        // t and the logarithm of the decay are rounded to f32, and so is their product; then exp, and a product.
        let rate_bound = rate * (3.0 * UNIT * exponent + exp_error(exponent.min(100.0)) + 2.0 * UNIT);
        // Two conversions, a division, a difference, a product, a sum.
        let momentum_bound = 5.0 * UNIT + 2.5 * ULP;
        let twin = lab.host.reals(rates);
        // The twin takes the logarithm of the decay as the f32 that the kernel gets.
        assert!((twin[0] / rate - 1.0).abs() <= 2.0 * UNIT * exponent + 1e-12, "the twin's rate at {t}: {}, not {rate}", twin[0]);
        assert!((twin[1] - expected[1]).abs() < 1e-12, "the twin's momentum in epoch {epoch}: {}, not {}", twin[1], expected[1]);
        for gpu in &seen {
            let what = format!("{}: rates at {t} in epoch {epoch}", gpu.name);
            within(&what, &gpu.reals(number), &expected, |i| [rate_bound, momentum_bound][i]);
        }
    }
}
