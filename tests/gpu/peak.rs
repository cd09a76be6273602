//! `peak_arithmetic` and `peak_copy`: what a device is measured with computes what it says.

use crate::compare::{UNIT, same_bits, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

/// x ← a·x + b has the closed form aⁿ·x₀ + b·(1 − aⁿ)/(1 − a), and here every sequence keeps below its beginning, 12.
#[test]
fn the_arithmetic_is_that_of_its_recurrences() {
    let mut lab = Lab::enter();
    let (count, steps, a, b) = (67, 3, -0.75, 0.125);
    let y = lab.rec.tensor("y", [1, count]);
    let dispatch = lab.rec.dispatch("peak_arithmetic").bind("y", &y).argument("count", count).argument("steps", steps);
    dispatch.argument("a", a).argument("b", b).work(Work::Flat(count)).record();
    let seen = lab.run(On::EveryAdapter, &[], &[&y]);
    let (n, a, b) = (4 * steps as i32, f64::from(a), f64::from(b));
    let expected: f64 = (1..=12).map(|first| a.powi(n) * f64::from(first) + b * (1.0 - a.powi(n)) / (1.0 - a)).sum();
    assert!(lab.host.reals(&y).iter().all(|twin| (twin - expected).abs() < 1e-12), "the twin");
    // Two roundings a step, of numbers up to 12, twelve times; errors shrink by |a| a step, and eleven sums follow.
    for gpu in seen {
        within(&format!("{}: arithmetic", gpu.name), &gpu.reals(0), &vec![expected; count as usize], |_| {
            12.0 * 12.0 * UNIT * (2.0 / (1.0 - a.abs()) + 11.0)
        });
    }
}

#[test]
fn the_copy_is_a_copy() {
    let mut lab = Lab::enter();
    let [x, y] = ["x", "y"].map(|name| lab.rec.tensor(name, [1, 268]));
    lab.rec.dispatch("peak_copy").bind("x", &x).bind("y", &y).argument("count", 67).work(Work::Flat(67)).record();
    let values = numbers(11, 268);
    for gpu in lab.run(On::EveryAdapter, &[(&x, &values)], &[&y]) {
        same_bits(&format!("{}: copy", gpu.name), &gpu.reals(0), &values);
    }
}
