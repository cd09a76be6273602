//! `mixture`: Gaussian noise about the means of a mixture, and the prior that is made of it.

use crate::compare::{TINY, UNIT, wide, within};
use crate::lab::{Lab, On, numbers};
use crate::noise::gaussian_bound;
use gander::gan::{Noise, Prior, PriorConfig};
use gander::plan::{Tensor, Work};
use gander::random::{MEANS, threefry2x32, unit};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

const SEED: u32 = 5;
const ITERATION: u32 = 70_000;
const SALT: u32 = 9;

/// The component of a row.
fn component(row: u32, components: u32) -> u32 {
    (threefry2x32([SEED, u32::MAX - SALT], [ITERATION, row])[0] >> 16) * components / 65_536
}

/// The words that number j of a component's mean is made of.
fn words(component: u32, j: u32) -> [u32; 2] {
    threefry2x32([MEANS, component], [0, j / 2])
}

/// Number j of a component's mean, by Box and Muller.
fn mean(component: u32, j: u32) -> f64 {
    let [u, v] = words(component, j).map(|word| f64::from(unit(word)) + 1.0 / 33_554_432.0);
    let (radius, angle) = ((-2.0 * u.ln()).sqrt(), 2.0 * PI * (v - 0.5));
    radius * if j.is_multiple_of(2) { angle.cos() } else { angle.sin() }
}

/// (rows, numbers in each, components): one number, odd and even sizes, more components than 16 bits share out evenly, and more rows than a workgroup.
const CASES: [[u32; 3]; 4] = [[1, 1, 1], [7, 11, 3], [10, 100, 10], [67, 2, 50_000]];

#[test]
fn noise_is_moved_to_the_mean_of_its_rows_component_and_shrunk() {
    let mut lab = Lab::enter();
    let (clock, values) = lab.clock([SEED, ITERATION, 3, 3]);
    let cases: Vec<Tensor> = CASES
        .iter()
        .map(|[m, n, components]| {
            let z = lab.rec.tensor("z", [*m, *n]);
            let dispatch = lab.rec.dispatch_hooked("mixture", "noise/gaussian").bind("clock", &clock).bind("z", &z);
            let dispatch = dispatch
                .argument("m", *m)
                .argument("n", *n)
                .argument("components", *components)
                .argument("salt", SALT)
                .argument("means", MEANS);
            dispatch.work(Work::Flat(m * n.div_ceil(2))).record();
            z
        })
        .collect();
    let given: Vec<Vec<f32>> = CASES.iter().map(|[m, n, _]| numbers(m + n, m * n)).collect();
    let mut inputs: Vec<(&Tensor, &[f32])> = cases.iter().zip(&given).map(|(z, given)| (z, &given[..])).collect();
    inputs.push((&clock, &values));
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().collect::<Vec<_>>());
    for (number, [_, n, components]) in CASES.into_iter().enumerate() {
        let z = wide(&given[number]);
        let place = |i: usize| (component(i as u32 / n, components), i as u32 % n);
        let mean_at = |i: usize| mean(place(i).0, place(i).1);
        let expected: Vec<f64> = (0..z.len()).map(|i| (mean_at(i) + z[i]) * FRAC_1_SQRT_2).collect();
        for (i, (twin, expected)) in lab.host.reals(&cases[number]).iter().zip(&expected).enumerate() {
            // The twin's 2π and its 1/√2 are the f32 nearest to them.
            assert!((twin - expected).abs() < 3e-6, "case {number}: the twin's z[{i}] is {twin}, not {expected}");
        }
        for gpu in &seen {
            within(&format!("{}: mixture {number}", gpu.name), &gpu.reals(number), &expected, |i| {
                let (c, j) = place(i);
                // The mean's error; then a sum, a product, and the rounding of 1/√2.
                FRAC_1_SQRT_2 * gaussian_bound(words(c, j)[0]) + 3.0 * UNIT * (mean_at(i).abs() + z[i].abs()) + TINY
            });
        }
    }
}

/// Every row lies about one of the means, which another seed does not move: within a mixture of so few in so many dimensions there is no doubt about which.
#[test]
fn the_prior_is_a_fair_mixture_about_the_same_means_for_every_seed() {
    const COMPONENTS: u32 = 4;
    const SIZE: u32 = 100;
    const ROWS: u32 = 2000;
    let mut lab = Lab::enter();
    let config = PriorConfig { noise: Noise::Mixture, size: SIZE, components: Some(COMPONENTS) };
    let draws = [1, 2].map(|seed| {
        let (clock, values) = lab.clock([seed, 17, 0, 0]);
        (Prior::of(&config, &clock).draw_with(&mut lab.rec, ROWS, 4), clock, values)
    });
    let inputs: Vec<_> = draws.iter().map(|(_, clock, values)| (clock, &values[..])).collect();
    let outputs: Vec<_> = draws.iter().map(|(z, ..)| z).collect();
    let means: Vec<Vec<f64>> = (0..COMPONENTS).map(|c| (0..SIZE).map(|j| mean(c, j)).collect()).collect();
    for gpu in lab.run(On::EveryAdapter, &inputs, &outputs) {
        for draw in 0..draws.len() {
            let z = wide(&gpu.reals(draw));
            let (mut counts, mut squares) = ([0u32; COMPONENTS as usize], 0.0);
            for row in z.chunks_exact(SIZE as usize) {
                // √2·z - μ, which is N(0, 1) about the right mean.
                let residue = |mean: &Vec<f64>| row.iter().zip(mean).map(|(z, mean)| (z / FRAC_1_SQRT_2 - mean).powi(2)).sum::<f64>();
                let residues: Vec<f64> = means.iter().map(residue).collect();
                let nearest = (0..means.len()).min_by(|a, b| residues[*a].total_cmp(&residues[*b])).expect("there are means");
                counts[nearest] += 1;
                squares += residues[nearest];
            }
            // χ² of 200,000 numbers: its deviation is √(2/200,000); five of them.
            let variance = squares / f64::from(ROWS * SIZE);
            assert!((variance - 1.0).abs() < 5.0 * (2.0 / f64::from(ROWS * SIZE)).sqrt(), "{}: {variance}", gpu.name);
            // A binomial's deviation is √(2000·¼·¾) = 19.4; five of them.
            assert!(counts.iter().all(|count| count.abs_diff(ROWS / COMPONENTS) < 97), "{}: {counts:?}", gpu.name);
        }
        assert_ne!(gpu.reals(0), gpu.reals(1), "{}: two seeds draw alike", gpu.name);
    }
}
