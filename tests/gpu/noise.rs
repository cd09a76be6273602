//! `noise` with `noise/uniform`, `noise/hypercube` and `noise/gaussian`, and `normalize_rows`: the priors without components, their numbers and their distributions.

use crate::compare::{TINY, ULP, UNIT, narrow, same_bits, wide, within};
use crate::lab::{Lab, On};
use gander::gan::{Noise, Prior};
use gander::plan::Tensor;
use gander::random::threefry2x32;
use std::f64::consts::{PI, SQRT_2};
use std::sync::Arc;

/// Draws m×size numbers of a prior; odd and even counts.
fn draw(lab: &mut Lab, noise: Noise, [m, size]: [u32; 2], clock: [u32; 4], salt: u32) -> (Tensor, Vec<f32>, Tensor) {
    let (clock, values) = lab.clock(clock);
    let z = Prior::new(noise, size, &clock).draw_with(&mut lab.rec, m, salt);
    (clock, values, z)
}

/// 24 bits fit an f32, so only the last product of U(-√3, √3) is rounded, and nothing of U(0, 1).
#[test]
fn uniform_noise_is_the_same_bits_everywhere() {
    exact(Noise::Uniform, |bits| ((bits / 8_388_608.0 - 1.0) * f64::from(1.732_050_8_f32)) as f32);
    exact(Noise::Hypercube, |bits| (bits / 16_777_216.0) as f32);
}

fn exact(noise: Noise, of_bits: fn(f64) -> f32) {
    let mut lab = Lab::enter();
    let shapes = [[1, 1], [7, 11], [10, 100]];
    let draws = shapes.map(|shape| draw(&mut lab, noise, shape, [5, 1_000_000, 9, 9], 3));
    let inputs: Vec<_> = draws.iter().map(|(clock, values, _)| (clock, &values[..])).collect();
    let outputs: Vec<_> = draws.iter().map(|(.., z)| z).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [m, n]) in shapes.into_iter().enumerate() {
        let number_of = |i: u32| of_bits(f64::from(threefry2x32([5, 3], [1_000_000, i / 2])[i as usize % 2] >> 8));
        let expected: Vec<f32> = (0..m * n).map(number_of).collect();
        same_bits("the twin", &narrow(lab.host.reals(outputs[number])), &expected);
        for gpu in &seen {
            same_bits(&format!("{}: {noise:?}, {m}×{n}", gpu.name), &gpu.reals(number), &expected);
        }
    }
}

/// What radius·cos(angle) may be off by. The logarithm u ↦ -2·log u is off by 2·2⁻²¹ (3 ULP below 0.5), which its square root, itself off by 2 ULP and a
/// division, makes e/(2r), or √e near 0; cosine and sine may be off by 2⁻¹¹.
pub fn gaussian_bound(word: u32) -> f64 {
    let u = f64::from((word >> 8) as f32 / 16_777_216.0 + 1.0 / 33_554_432.0);
    let square = -2.0 * u.ln();
    let error = 2.0 * if u >= 0.5 { 8.0 * UNIT } else { 3.0 * ULP * u.ln().abs() } + UNIT * square;
    let radius = square.sqrt();
    let radius_error = error.sqrt().min(error / radius.max(1e-30)) + 5.0 * ULP * radius;
    radius / 2048.0 + radius_error * (1.0 + 1.0 / 2048.0) + UNIT * radius + TINY
}

#[test]
fn gaussian_noise_is_box_and_mullers_within_the_bounds_of_log_and_cos() {
    let mut lab = Lab::enter();
    let len = 2001;
    let (clock, values, z) = draw(&mut lab, Noise::Gaussian, [1, len], [8, 70_000, 0, 0], 12);
    let seen = lab.run(On::EveryAdapter, &[(&clock, &values)], &[&z]);
    let words = |i: u32| threefry2x32([8, 12], [70_000, i / 2]);
    let unit = |word: u32| f64::from((word >> 8) as f32 / 16_777_216.0 + 1.0 / 33_554_432.0);
    let number = |i: u32| {
        let [u, v] = words(i).map(unit);
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), 2.0 * PI * (v - 0.5));
        radius * if i.is_multiple_of(2) { angle.cos() } else { angle.sin() }
    };
    let expected: Vec<f64> = (0..len).map(number).collect();
    for (i, (twin, expected)) in lab.host.reals(&z).iter().zip(&expected).enumerate() {
        // The twin's 2π is the f32 nearest to it.
        assert!((twin - expected).abs() < 3e-6, "the twin's z[{i}] is {twin}, not {expected}");
    }
    for gpu in seen {
        within(&gpu.name, &gpu.reals(0), &expected, |i| gaussian_bound(words(i as u32)[0]));
    }
}

/// The last numbers below 1, where a logarithm may come out above 0, and the first above 0: no word gives infinity or not-a-number.
#[test]
fn gaussian_noise_is_finite_for_the_most_extreme_words() {
    let mut lab = Lab::enter();
    let (clock, values, z) = draw(&mut lab, Noise::Gaussian, [1, 4096], [1, 1, 0, 0], 1);
    let mut plan = lab.rec.finish("test");
    let mut kernel = (*plan.dispatches[0].kernel).clone();
    let drawn = "threefry(vec2<u32>(clock.seed, args.salt), vec2<u32>(clock.iteration, pair))";
    assert!(kernel.source.contains(drawn), "noise.wgsl draws in another way than this test knows");
    // Even pairs from the top down, odd ones from the bottom up; the clock stays bound.
    kernel.source = kernel
        .source
        .replace(drawn, "vec2<u32>(select(clock.seed * (pair << 7u), 0xffffffffu - (pair << 7u), pair % 2u == 0u), pair << 21u)");
    plan.dispatches[0].kernel = Arc::new(kernel);
    for gpu in lab.run_gpus(On::EveryAdapter, &plan, &[(&clock, &values)], &[&z]) {
        for (i, z) in gpu.reals(0).iter().enumerate() {
            // u ≥ 2⁻²⁵: the radius is at most √(50·log 2) = 5.89.
            assert!(z.abs() < 5.9, "{}: z[{i}] is {z}", gpu.name);
        }
    }
}

/// A norm of 1 within m + 1 roundings under a root (half remain), the root, a division, and this sum's own.
#[test]
fn spherical_noise_has_length_one() {
    let mut lab = Lab::enter();
    let shapes = [[3, 1], [7, 11], [67, 100]];
    let draws = shapes.map(|shape| draw(&mut lab, Noise::Spherical, shape, [2, 17, 0, 0], 4));
    let inputs: Vec<_> = draws.iter().map(|(clock, values, _)| (clock, &values[..])).collect();
    let outputs: Vec<_> = draws.iter().map(|(.., z)| z).collect();
    for gpu in lab.run(On::EveryAdapter, &inputs, &outputs) {
        for (number, [m, n]) in shapes.into_iter().enumerate() {
            let z = wide(&gpu.reals(number));
            let norms: Vec<f32> = z.chunks_exact(n as usize).map(|z| z.iter().map(|z| z * z).sum::<f64>().sqrt() as f32).collect();
            let bound = f64::from(n + 1) / 2.0 * UNIT + 5.0 * ULP + 2.5 * ULP + UNIT;
            within(&format!("{}: norms of {m}×{n}", gpu.name), &norms, &vec![1.0; m as usize], |_| bound);
        }
    }
}

/// `normalize_rows` alone, against its formula.
#[test]
fn rows_are_divided_by_their_norm() {
    let mut lab = Lab::enter();
    let (m, n) = (65, 7);
    let z = lab.rec.tensor("z", [m, n]);
    let dispatch = lab.rec.dispatch("normalize_rows").bind("z", &z).argument("m", m).argument("n", n);
    dispatch.work(gander::plan::Work::Flat(m)).record();
    let values = crate::lab::numbers(4, m * n);
    let seen = lab.run(On::EveryAdapter, &[(&z, &values)], &[&z]);
    let wide_values = wide(&values);
    let norm = |row: usize| wide_values[row * n as usize..][..n as usize].iter().map(|z| z * z).sum::<f64>().sqrt();
    let expected: Vec<f64> = wide_values.iter().enumerate().map(|(i, z)| z / norm(i / n as usize)).collect();
    assert!(lab.host.reals(&z).iter().zip(&expected).all(|(twin, expected)| (twin - expected).abs() < 1e-15), "the twin");
    for gpu in seen {
        let bound = f64::from(n + 1) / 2.0 * UNIT + 7.5 * ULP;
        within(&gpu.name, &gpu.reals(0), &expected, |i| bound * expected[i].abs());
    }
}

/// Numbers per distribution test.
const MANY: u32 = 60_000;

/// Kolmogorov and Smirnov's largest distance of the empirical distribution from F.
fn distance(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let at = |(i, x): (usize, &f64)| (f(*x) - i as f64 / n).abs().max((f(*x) - (i + 1) as f64 / n).abs());
    sorted.iter().enumerate().map(at).fold(0.0, f64::max)
}

/// Φ(x) = erfc(-x/√2)/2, erf by its series, erfc by its continued fraction.
fn normal(x: f64) -> f64 {
    let t = x.abs() / SQRT_2;
    let tail = if t < 2.5 {
        let mut term = t;
        let mut sum = t;
        for n in 1..80 {
            term *= -t * t / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        0.5 - sum / PI.sqrt()
    } else {
        let fraction = (1..60).rev().fold(0.0, |below, n| f64::from(n) / 2.0 / (t + below));
        (-t * t).exp() / (t + fraction) / PI.sqrt() / 2.0
    };
    if x < 0.0 { tail } else { 1.0 - tail }
}

fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut n, mut xy) = (0.0, 0.0);
    for (x, y) in pairs {
        n += 1.0;
        xy += x * y;
    }
    // Both have mean 0 and variance 1.
    xy / n
}

/// The probability that a fair source fails one of these: 1e-4 per Kolmogorov–Smirnov test (2.23/√n), 1e-5 per correlation (4.42/√n).
#[test]
fn noise_has_its_distribution_and_no_correlation_in_series_across_iterations_or_purposes() {
    assert!((normal(1.96) - 0.975_002_104_851_78).abs() < 1e-12 && (normal(-4.0) - 3.167_124_183_312e-5).abs() < 1e-12);
    let mut lab = Lab::enter();
    for noise in [Noise::Uniform, Noise::Gaussian] {
        let cases = [(5, 0, 1), (5, 1, 1), (5, 0, 2), (6, 0, 1)];
        let draws = cases.map(|(seed, iteration, salt)| draw(&mut lab, noise, [MANY / 100, 100], [seed, iteration, 0, 0], salt));
        let inputs: Vec<_> = draws.iter().map(|(clock, values, _)| (clock, &values[..])).collect();
        let outputs: Vec<_> = draws.iter().map(|(.., z)| z).collect();
        let root = f64::from(MANY).sqrt();
        for gpu in lab.run(On::EveryAdapter, &inputs, &outputs) {
            let z: Vec<Vec<f64>> = (0..4).map(|number| wide(&gpu.reals(number))).collect();
            for (z, case) in z.iter().zip(cases) {
                let far = match noise {
                    Noise::Uniform => distance(z, |x| (x / (2.0 * 3_f64.sqrt()) + 0.5).clamp(0.0, 1.0)),
                    _ => distance(z, normal),
                };
                assert!(far < 2.23 / root, "{}: {noise:?} {case:?} is {far} from its distribution", gpu.name);
                for lag in [1, 2, 3, 100] {
                    let serial = correlation(z.iter().copied().zip(z[lag..].iter().copied()));
                    assert!(
                        serial.abs() < 4.42 / root,
                        "{}: {noise:?} {case:?} has the serial correlation {serial} at lag {lag}",
                        gpu.name
                    );
                }
            }
            for (other, case) in z[1..].iter().zip(&cases[1..]) {
                let cross = correlation(z[0].iter().copied().zip(other.iter().copied()));
                assert!(cross.abs() < 4.42 / root, "{}: {noise:?} {:?} and {case:?} are correlated by {cross}", gpu.name, cases[0]);
                let same = z[0].iter().zip(other).filter(|(a, b)| a == b).count();
                assert!(same < 20, "{}: {noise:?} {:?} and {case:?} share {same} numbers", gpu.name, cases[0]);
            }
        }
    }
}
