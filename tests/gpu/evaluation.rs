//! Log-likelihoods and neighbours as they are evaluated, on every adapter and on the host in f32, against their formulas in f64.

use crate::lab::{Gpu, On, numbers, open, wait_for};
use gander::data::digits;
use gander::eval::birthday::support;
use gander::eval::distances::{ParzenFold, Rows, Sizes, WithinFold, squared_distance};
use gander::eval::manifold::{K, manifold};
use gander::eval::neighbours::nearest;
use gander::eval::parzen::{Estimate, Grid, HeldOut, Place, Protocol, Score, log_likelihoods, published_grid};
use gander::gan::{Config, Sampler, Told, Trainer, preset};
use gander::host::HostDevice;
use gander::plan::{Device, Recorder};
use std::pin::pin;

/// Runs an evaluation on each device; what comes out belongs to the name of the device.
pub fn on_every_device<T>(evaluate: impl AsyncFn(&mut dyn Device, &mut Recorder) -> gander::Result<T>) -> Vec<(String, T)> {
    let mut seen = vec![];
    let mut host = HostDevice::<f32>::new();
    let on_host = pollster::block_on(evaluate(&mut host, &mut Recorder::new())).expect("the host takes it");
    seen.push(("host in f32".to_string(), on_host));
    for Gpu { name, mut device, waiter, .. } in open(On::EveryAdapter) {
        let mut rec = Recorder::new();
        let result = wait_for(pin!(evaluate(&mut device, &mut rec)), &waiter).unwrap_or_else(|error| panic!("{name}: {error}"));
        seen.push((name, result));
    }
    seen
}

/// LL(x) = log 1/n Σ_j exp(−‖x − s_j‖²/2σ²) − D·ln(σ·√(2π)).
fn by_the_formula(x: &[f32], samples: Rows, sigma: f64) -> f64 {
    let exponents: Vec<f64> = samples.iter().map(|s| -squared_distance(x, s) / (2.0 * sigma * sigma)).collect();
    let most = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = exponents.iter().map(|e| (e - most).exp()).sum::<f64>() / samples.count() as f64;
    most + mean.ln() - x.len() as f64 * (sigma * (2.0 * std::f64::consts::PI).sqrt()).ln()
}

/// Distances are off by (D + 8) units of (‖x‖ + ‖s‖)² at most, sums by what `folds` derives: exponents change by so much, and logarithms with them.
fn bound(x: &[f32], samples: Rows, sigma: f64) -> f64 {
    let norm = |row: &[f32]| squared_distance(row, &vec![0.0; row.len()]).sqrt();
    let reach = norm(x) + samples.iter().map(norm).fold(0.0, f64::max);
    let unit = 1.0 / 16_777_216.0;
    let (n, d, scale) = (samples.count() as f64, x.len() as f64, 0.5 / (sigma * sigma));
    scale * unit * reach * reach * (d + 16.0) + unit * (8.0 * n + 64.0)
}

#[test]
fn log_likelihoods_are_those_of_the_formula_for_any_sizes_and_widths() {
    // Blocks and pieces end in the middle of the largest sets; of the others one is a single point, one a single sample.
    for (points, references, dimensions) in [(2003, 1005, 2), (1, 9, 7), (5, 1, 3), (67, 131, 20)] {
        let x = numbers(points, points * dimensions);
        let mut s = numbers(references + 1, references * dimensions);
        // The last reference is far from everything, and so is the first point.
        let last = s.len() - 1;
        s[last] = 300.0;
        let (points, samples) = (Rows::new(&x, dimensions as usize), Rows::new(&s, dimensions as usize));
        let sigmas = [0.01, 0.2, 3.0];
        let seen = on_every_device(async |device, rec| {
            let fold = ParzenFold::new(device, rec, Sizes::of(points, samples), sigmas.len())?;
            log_likelihoods(device, &fold, points, samples, &sigmas).await
        });
        for (name, logs) in seen {
            for (logs, sigma) in logs.iter().zip(sigmas) {
                for (i, (found, x)) in logs.iter().zip(points.iter()).enumerate() {
                    let (expected, bound) = (by_the_formula(x, samples, sigma), bound(x, samples, sigma));
                    assert!((found - expected).abs() <= bound, "{name}: point {i}, σ {sigma}: {found}, not {expected}, bound {bound:e}");
                }
            }
        }
    }
}

#[test]
fn the_mean_over_pictures_agrees_with_f64_to_a_ten_thousandth_of_a_nat() {
    let dataset = digits::digits(1, 2800);
    let rows: Vec<f32> = (0..2500).flat_map(|i| dataset.example(i)).collect();
    let (points, samples) = (Rows::new(&rows[..2000 * 784], 784), Rows::new(&rows[2000 * 784..], 784));
    for sigma in [published_grid()[0], published_grid()[4]] {
        let expected: Vec<f64> = points.iter().map(|x| by_the_formula(x, samples, sigma)).collect();
        let expected = Estimate::of(&expected);
        let seen = on_every_device(async |device, rec| {
            let fold = ParzenFold::new(device, rec, Sizes::of(points, samples), 1)?;
            log_likelihoods(device, &fold, points, samples, &[sigma]).await
        });
        for (name, logs) in seen {
            let found = Estimate::of(&logs[0]);
            assert!((found.mean - expected.mean).abs() < 1e-4, "{name}: σ {sigma}: {found:?}, not {expected:?}");
            assert!((found.standard_error - expected.standard_error).abs() < 1e-4, "{name}: σ {sigma}: {found:?}, not {expected:?}");
        }
    }
}

/// The whole protocol for one set of samples.
async fn score(
    device: &mut dyn Device,
    rec: &mut Recorder,
    samples: Rows<'_>,
    valid: Rows<'_>,
    test: Rows<'_>,
    grid: Grid,
) -> gander::Result<Score> {
    Protocol::new(device, rec, valid, test, samples.count())?.score(device, samples, valid, test, grid).await
}

/// One window on one sample is one Gaussian.
#[test]
fn the_whole_protocol_finds_the_width_of_one_gaussian() {
    let dimensions = 3;
    // 2,000 points of N(0, 0.3²) by twelve uniform numbers each, which is near enough: the estimate of σ is that of their spread.
    let normal: Vec<f32> = numbers(5, 12 * 6000).chunks(12).map(|twelve| 0.3 * twelve.iter().sum::<f32>() / 2.0).collect();
    let (valid, test) = (Rows::new(&normal[..3000], dimensions), Rows::new(&normal[3000..], dimensions));
    let sample = [0.0; 3];
    for (name, found) in on_every_device(async |device, rec| score(device, rec, Rows::new(&sample, 3), valid, test, Grid::Published).await)
    {
        let sigma = found.sigma;
        assert!((sigma - 10f64.powf(-5.0 / 9.0)).abs() < 1e-12 && found.place == Place::Inside, "{name}: {found:?}");
        let density = |x: &[f32]| {
            let square = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            -square / (2.0 * sigma * sigma) - 1.5 * (2.0 * std::f64::consts::PI * sigma * sigma).ln()
        };
        let logs: Vec<f64> = test.iter().map(density).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let deviation = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / logs.len() as f64).sqrt();
        let expected = Estimate { mean, standard_error: deviation / (logs.len() as f64).sqrt(), count: 1000 };
        assert!((found.test.mean - expected.mean).abs() < 1e-4, "{name}: {found:?}, not {expected:?}");
        assert!((found.test.standard_error - expected.standard_error).abs() < 1e-5, "{name}: {found:?}, not {expected:?}");
        assert_eq!((found.test.count, found.grid.len(), found.samples), (1000, 10, 1));
    }
}

#[test]
fn a_width_at_the_edge_is_flagged_and_the_grid_widens_to_both_sides() {
    let points = numbers(3, 300);
    for (spread, place) in [(1e-3_f32, Place::LowerEdge), (40.0, Place::UpperEdge)] {
        let near: Vec<f32> = points.iter().map(|x| x * spread).collect();
        let (valid, sample) = (Rows::new(&near, 1), [0.0]);
        let (mut host, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
        let mut run =
            |grid| pollster::block_on(score(&mut host, &mut rec, Rows::new(&sample, 1), valid, valid, grid)).expect("the host takes it");
        assert_eq!(run(Grid::Published).place, place, "spread {spread}");
        let widened = run(Grid::Widened);
        assert_eq!(widened.place, Place::Inside, "{widened:?}");
        // The best width is the root mean square of the points, to within a step of the grid.
        let best = (near.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / near.len() as f64).sqrt();
        assert!((widened.sigma / best).ln().abs() < 10f64.ln() / 9.0, "{} is not near {best}", widened.sigma);
    }
}

/// Folds of equal size have the whole set's mean when they choose the same σ, and the standard error is that of their means.
#[test]
fn the_standard_error_across_folds_is_that_of_their_means() {
    let points = numbers(3, 400);
    let (valid, test, samples) = (Rows::new(&points[..100], 1), Rows::new(&points[100..300], 1), Rows::new(&points[300..], 1));
    let (mut host, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let protocol = Protocol::new(&mut host, &mut rec, valid, test, 100).expect("the host takes it");
    let held_out: Vec<_> = (0..4).map(|fold| HeldOut { valid: valid.part(fold, 4), test: test.part(fold, 4) }).collect();
    let folds = pollster::block_on(protocol.score_folds(&mut host, samples, &held_out, Grid::Published)).expect("the host takes it");
    assert_eq!(folds.scores.len(), 4);
    let means: Vec<f64> = (0..4)
        .map(|fold| {
            let part = Rows::new(&points[100 + 50 * fold..][..50], 1);
            let logs: Vec<f64> = part.iter().map(|x| by_the_formula(x, samples, folds.scores[fold].sigma)).collect();
            logs.iter().sum::<f64>() / 50.0
        })
        .collect();
    let mean = means.iter().sum::<f64>() / 4.0;
    let error = (means.iter().map(|each| (each - mean).powi(2)).sum::<f64>() / 4.0).sqrt() / 2.0;
    assert!((folds.test.mean - mean).abs() < 1e-5 && (folds.test.standard_error - error).abs() < 1e-5, "{folds:?}, not {mean} ± {error}");
}

#[test]
fn neighbours_are_those_of_brute_force_among_near_ties_too() {
    for (points, references, dimensions) in [(11, 2500, 3), (2001, 7, 5), (3, 1, 4), (40, 60, 784)] {
        let x = numbers(points, points * dimensions);
        let mut s = numbers(references + 9, references * dimensions);
        let n = dimensions as usize;
        // Six references are as good as one: they differ from the first by less than f32 tells apart in a squared distance, and two are equal.
        for copy in 1..6.min(references as usize) {
            for at in 0..n {
                s[copy * n + at] = s[at];
            }
            if copy > 1 {
                s[copy * n] = f32::from_bits(s[0].to_bits() + copy as u32 - 1);
            }
        }
        let (points, references) = (Rows::new(&x, n), Rows::new(&s, n));
        let brute = |x: &[f32]| {
            let all = references.iter().map(|s| squared_distance(x, s)).enumerate();
            all.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))).expect("there are some").0
        };
        let mut near_first = x.clone();
        near_first[..n].copy_from_slice(&s[..n]);
        let points = Rows::new(&near_first, points.dimensions);
        for (name, found) in on_every_device(async |device, rec| nearest(device, rec, points, references).await) {
            for (i, (near, x)) in found.iter().zip(points.iter()).enumerate() {
                assert_eq!(near.reference, brute(x), "{name}: point {i}");
                assert!((near.distance - squared_distance(x, references.row(near.reference)).sqrt()).abs() < 1e-12, "{name}: point {i}");
            }
        }
    }
}

#[test]
fn counts_within_a_radius_are_those_of_brute_force_away_from_the_rim() {
    let (n, points, references) = (3usize, 2001u32, 1003u32);
    let (x, s) = (numbers(1, points * n as u32), numbers(2, references * n as u32));
    let (points, references) = (Rows::new(&x, n), Rows::new(&s, n));
    let radii: Vec<f64> = (0..references.count()).map(|j| 0.05 + 0.3 * (j % 7) as f64 / 7.0).collect();
    let rim = 1e-4;
    for (name, found) in on_every_device(async |device, rec| {
        let fold = WithinFold::new(device, rec, Sizes::of(points, references))?;
        fold.count(device, points, references, &radii).await
    }) {
        for (i, (found, x)) in found.iter().zip(points.iter()).enumerate() {
            let holding = |slack: f64| references.iter().zip(&radii).filter(|(s, r)| squared_distance(x, s) <= **r + slack).count() as u32;
            assert!((holding(-rim)..=holding(rim)).contains(found), "{name}: point {i}: {found}, not {}", holding(0.0));
        }
    }
}

#[test]
fn samples_are_the_generator_of_their_noise_and_beyond_a_thousand_go_on_in_pieces() {
    let preset = preset("gaussian-1d").expect("it is one of ours");
    let config = Config::parse(preset.toml, &["train.batch=16".into()]).expect("a preset is a configuration");
    let dataset = gander::data::open(&gander::data::DataConfig::named("gaussian-1d", 1), None).expect("it is made");
    let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset).expect("the host takes it");
    let state = pollster::block_on(trainer.state()).expect("the host reads");
    let mut sampler = Sampler::new(Box::new(HostDevice::<f32>::new()), &config, &state).expect("it is its own game");
    let [few, many] = [1000, 2500].map(|count| pollster::block_on(sampler.samples(count, 7, Told::All)).expect("the host draws"));
    assert_eq!(few[..], many[..1000], "the first samples of a seed are the same however many are drawn");
    assert_ne!(many[..500], many[1000..1500], "later pieces have noise of their own");
    let noise = pollster::block_on(sampler.noise(2500, 7, Told::All)).expect("the host draws");
    assert_eq!(pollster::block_on(sampler.generate(&noise)).expect("the host generates"), many);
    assert_eq!(pollster::block_on(trainer.generate(&noise)).expect("the host generates"), many);
}

/// Precision and recall by brute force in f64: the share of points in any ball that is as wide as its centre's K-th nearest other.
fn covered_by_brute_force(points: Rows, set: Rows) -> f64 {
    let radius = |s: &[f32]| {
        let mut squares: Vec<f64> = set.iter().map(|other| squared_distance(s, other)).collect();
        squares.sort_by(f64::total_cmp);
        squares[K]
    };
    let balls: Vec<(&[f32], f64)> = set.iter().map(|s| (s, radius(s))).collect();
    let inside = points.iter().filter(|x| balls.iter().any(|(s, radius)| squared_distance(x, s) <= *radius));
    inside.count() as f64 / points.count() as f64
}

/// Random points are too far from every ball's edge, compared with rounding, for one to change sides.
#[test]
fn precision_and_recall_are_those_of_brute_force() {
    let (x, s) = (numbers(31, 137 * 5), numbers(32, 140 * 5));
    // Samples are narrower than real examples, and a part of them lies far away.
    let s: Vec<f32> = s.iter().enumerate().map(|(i, s)| if i < 100 { s + 5.0 } else { 0.5 * s }).collect();
    let (real, samples) = (Rows::new(&x, 5), Rows::new(&s, 5));
    let expected = [covered_by_brute_force(samples.first(137), real), covered_by_brute_force(real, samples.first(137))];
    assert!(expected[0] < 0.9 && expected[1] < 0.9 && expected[1] > 0.0, "the sets differ: {expected:?}");
    for (name, found) in on_every_device(async |device, rec| manifold(device, rec, real, samples).await) {
        assert_eq!((found.precision, found.recall, found.count), (expected[0], expected[1], 137), "{name}");
    }
}

#[test]
fn precision_and_recall_tell_a_collapsed_generator_from_a_scattered_one() {
    let real = numbers(41, 200 * 3);
    let collapsed: Vec<f32> = numbers(42, 200 * 3).iter().enumerate().map(|(i, x)| real[i % 3] + 1e-3 * x).collect();
    let scattered: Vec<f32> = numbers(43, 200 * 3).iter().map(|x| 10.0 * x).collect();
    let of = |samples: &[f32]| {
        let sets = (Rows::new(&real, 3), Rows::new(samples, 3));
        on_every_device(async |device, rec| {
            let same = manifold(device, rec, sets.0, sets.0).await?;
            Ok((same, manifold(device, rec, sets.0, sets.1).await?))
        })
    };
    for (name, (same, collapsed)) in of(&collapsed) {
        assert_eq!((same.precision, same.recall), (1.0, 1.0), "{name}: a set covers itself");
        assert!(collapsed.precision == 1.0 && collapsed.recall < 0.02, "{name}: {collapsed:?}");
    }
    for (name, (_, scattered)) in of(&scattered) {
        assert!(scattered.precision < 0.1 && scattered.recall > 0.5, "{name}: {scattered:?}");
    }
}

/// Draws from N distinct points, all further apart than the threshold: pairs have the mean n(n − 1)/2N, and nearly its deviation √mean.
#[test]
fn the_birthday_estimate_is_near_the_number_of_distinct_points() {
    let (distinct, n) = (400, 1500);
    let things = numbers(51, distinct * 8);
    let places = numbers(52, n);
    let draws: Vec<f32> = places
        .iter()
        .flat_map(|u| {
            let thing = ((0.5 * (u + 1.0)) * distinct as f32) as usize;
            things[thing * 8..(thing + 1) * 8].to_vec()
        })
        .collect();
    let mean = f64::from(n) * f64::from(n - 1) / (2.0 * f64::from(distinct));
    for (name, found) in on_every_device(async |device, rec| support(device, rec, Rows::new(&draws, 8), 0.05).await) {
        assert!((found.pairs as f64 - mean).abs() < 5.0 * mean.sqrt(), "{name}: {found:?}");
        let estimate = found.estimate.expect("there are pairs");
        assert!((estimate / f64::from(distinct) - 1.0).abs() < 6.0 / mean.sqrt(), "{name}: {found:?}");
    }
    for (name, found) in on_every_device(async |device, rec| support(device, rec, Rows::new(&things, 8), 0.05).await) {
        assert_eq!((found.pairs, found.estimate), (0, None), "{name}: distinct points have no pairs");
    }
}
