//! `average`: the exponential moving average, and that samples are made by it.

use crate::compare::{UNIT, wide, within};
use crate::golden::start;
use crate::lab::{Lab, On, numbers};
use crate::play::plays;
use gander::gan::{Array, Game, State};
use gander::plan::Work;

/// A workgroup's 256 numbers and a ragged rest; one group of four.
const LENGTHS: [u32; 2] = [256 + 3 * 64, 4];
const RATE: f32 = 0.01;

#[test]
fn an_average_moves_by_its_rate_towards_what_it_follows() {
    let mut lab = Lab::enter();
    let cases = LENGTHS.map(|len| ["average", "theta"].map(|name| lab.rec.tensor(name, [1, len])));
    for [average, theta] in &cases {
        let count = theta.len() / 4;
        let dispatch = lab.rec.dispatch("average").bind("average", average).bind("theta", theta);
        dispatch.argument("count", count).argument("rate", RATE).work(Work::Flat(count)).record();
    }
    // The first four are equal already.
    let values = LENGTHS.map(|len| {
        let (mut average, theta) = (numbers(1, len), numbers(2, len));
        average[..4].copy_from_slice(&theta[..4]);
        [average, theta]
    });
    let inputs: Vec<_> = cases.iter().zip(&values).flat_map(|([a, t], [average, theta])| [(a, &average[..]), (t, &theta[..])]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().map(|[average, _]| average).collect::<Vec<_>>());
    for (number, [average, theta]) in values.iter().enumerate() {
        let gaps: Vec<f64> = wide(average).iter().zip(wide(theta)).map(|(average, theta)| theta - average).collect();
        let expected: Vec<f64> = wide(average).iter().zip(&gaps).map(|(average, gap)| average + f64::from(RATE) * gap).collect();
        assert_eq!(lab.host.reals(&cases[number][0]), expected, "the twin");
        for gpu in &seen {
            // A difference and a product, both times the rate; then the sum.
            within(&gpu.name, &gpu.reals(number), &expected, |i| {
                1.01 * UNIT * (2.0 * f64::from(RATE) * gaps[i].abs() + if gaps[i] == 0.0 { 0.0 } else { expected[i].abs() })
            });
        }
    }
}

/// After n updates it is d^n·θ₀ + Σ (1 - d)·d^(n - i)·θ_i.
#[test]
fn the_average_of_a_game_is_the_weighted_sum_of_all_its_parameters_so_far() {
    let mut lab = Lab::enter();
    for play in [0, 2].map(|at| plays().into_iter().nth(at).expect("there are more")) {
        let play = play.with(&["generator.average=0.75"]);
        let game =
            Game::new(&mut lab.rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
        let plan = game.record_iteration(&mut lab.rec);
        let inputs = start(&game, &play, &plan);
        lab.start_twin(&plan, &inputs.iter().map(|(tensor, values)| (tensor, &values[..])).collect::<Vec<_>>());
        let whole = game.generator.average.as_ref().expect("it keeps averages");
        let mut expected = lab.host.reals(&game.generator.theta).to_vec();
        assert_eq!(lab.host.reals(whole), expected, "{}: it begins where the parameters begin", play.name);
        for _ in 0..5 {
            plan.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
            let theta = lab.host.reals(&game.generator.theta);
            expected.iter_mut().zip(theta).for_each(|(average, theta)| *average = 0.75 * *average + 0.25 * theta);
        }
        let found = lab.host.reals(whole);
        assert!(found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-14), "{}", play.name);
        assert!(found.iter().zip(lab.host.reals(&game.generator.theta)).any(|(average, theta)| average != theta), "{}", play.name);
    }
}

/// What is shown is the plain pass with the averages as parameters; training goes on with the raw ones.
#[test]
fn a_network_is_shown_by_its_averages() {
    let mut lab = Lab::enter();
    let [play, ..] = plays();
    let play = play.with(&["generator.average=0.75"]);
    let game =
        Game::new(&mut lab.rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
    let g = &game.generator;
    let z = lab.rec.tensor("z", [3, g.inputs()]);
    let (shown, raw) = (g.show(&mut lab.rec, &z), g.evaluate(&mut lab.rec, &z));
    let (zs, theta, average) = (numbers(1, z.len()), numbers(2, g.theta.len()), numbers(3, g.theta.len()));
    let whole = g.average.as_ref().expect("it keeps averages");
    let inputs = [(&z, &zs[..]), (&g.theta, &theta[..]), (whole, &average[..])];
    let seen = lab.run(On::EveryAdapter, &inputs, &[&shown, &raw]);
    let swapped = [(&z, &zs[..]), (&g.theta, &average[..]), (whole, &theta[..])];
    let again = {
        let (shown, raw) = (g.show(&mut lab.rec, &z), g.evaluate(&mut lab.rec, &z));
        lab.run(On::EveryAdapter, &swapped, &[&shown, &raw])
    };
    for (one, other) in seen.iter().zip(&again) {
        assert_eq!(one.reals(0), other.reals(1), "{}", one.name);
        assert_eq!(one.reals(1), other.reals(0), "{}", one.name);
        assert_ne!(one.reals(0), one.reals(1), "{}", one.name);
    }
}

#[test]
fn a_state_as_it_is_shown_has_averages_for_parameters() {
    let array = |value: f32| Array { shape: vec![1, 2], values: vec![value; 2] };
    let named =
        |tensors: &[(&str, f32)]| State { iteration: 3, tensors: tensors.iter().map(|(name, x)| (name.to_string(), array(*x))).collect() };
    let state = named(&[("D.0.w", 1.0), ("G.0.w", 2.0), ("G.0.w average", 3.0), ("G.0.w velocity", 4.0)]);
    assert_eq!(state.shown(), named(&[("D.0.w", 1.0), ("G.0.w", 3.0), ("G.0.w velocity", 4.0)]));
    assert_eq!(state.shown().shown(), state.shown());
}
