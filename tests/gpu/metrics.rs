//! `metrics`: a row of the ring per iteration, and the flag for what is not finite, tested on bits.

use crate::compare::{ULP, UNIT, same_bits, within};
use crate::lab::{Lab, On, numbers};
use gander::plan::Tensor;

const COLUMNS: usize = 10;

struct Case {
    clock: Tensor,
    clock_values: Vec<f32>,
    parts: [Tensor; 4],
    values: [Vec<f32>; 4],
    ring: Tensor,
}

/// Records the metrics of an iteration with a ring of 8 rows.
fn record(lab: &mut Lab, iteration: u32, values: [Vec<f32>; 4]) -> Case {
    let (clock, clock_values) = lab.clock([1, iteration, 0, 0]);
    let rec = &mut lab.rec;
    let parts =
        [0, 1, 2, 3].map(|at: usize| rec.tensor(["d tally", "g tally", "g squares", "d squares"][at], [1, values[at].len() as u32]));
    let ring = rec.tensor("ring", [8, COLUMNS as u32]);
    let dispatch = rec.dispatch("metrics").bind("clock", &clock).bind("d_tally", &parts[0]).bind("g_tally", &parts[1]);
    let dispatch = dispatch.bind("g_squares", &parts[2]).bind("d_squares", &parts[3]).bind("ring", &ring);
    let dispatch = dispatch.argument("rows", 8_u32).argument("g_count", parts[2].len());
    dispatch.argument("d_count", parts[3].len()).record();
    Case { clock, clock_values, parts, values, ring }
}

/// Tallies, and squares in more and in fewer places than a workgroup has invocations.
fn usual() -> [Vec<f32>; 4] {
    let squares = |seed, len| numbers(seed, len).iter().map(|x| x * x).collect();
    [numbers(1, 6), numbers(2, 1), squares(3, 5), squares(4, 192 + 64)]
}

fn inputs(cases: &[Case]) -> Vec<(&Tensor, &[f32])> {
    let mut inputs = vec![];
    for Case { clock, clock_values, parts, values, .. } in cases {
        inputs.push((clock, &clock_values[..]));
        inputs.extend(parts.iter().zip(values.iter().map(|values| &values[..])));
    }
    inputs
}

#[test]
fn a_row_of_the_ring_holds_what_happened_and_no_other_row_is_touched() {
    let mut lab = Lab::enter();
    let iterations = [0, 7, 8, 4_000_000_003];
    let cases = iterations.map(|iteration| record(&mut lab, iteration, usual()));
    let outputs: Vec<_> = cases.iter().map(|case| &case.ring).collect();
    let seen = lab.run(On::EveryAdapter, &inputs(&cases), &outputs);
    let [d, g, g_squares, d_squares] = usual().map(|values| values.into_iter().map(f64::from).collect::<Vec<f64>>());
    let [g_norm, d_norm] = [&g_squares, &d_squares].map(|squares| squares.iter().sum::<f64>().sqrt());
    let expected = [d[0], g[0], d[1], d[2], d[3], d[4], d[5], g_norm, d_norm, 0.0];
    // Half of the roundings of a sum of positive terms, a root of 2 ULP and a division.
    let norm_bound = |terms: usize, norm: f64| (terms as f64 / 2.0 * UNIT + 5.0 * ULP) * norm;
    let bound = |i: usize| match i {
        7 => norm_bound(g_squares.len(), g_norm),
        8 => norm_bound(d_squares.len(), d_norm),
        _ => 0.0,
    };
    for (number, iteration) in iterations.into_iter().enumerate() {
        let row = (iteration % 8) as usize * COLUMNS..(iteration % 8 + 1) as usize * COLUMNS;
        let twin = lab.host.reals(&cases[number].ring);
        assert!(twin[row.clone()].iter().zip(expected).all(|(twin, expected)| (twin - expected).abs() < 1e-12), "the twin's row");
        assert_eq!(twin.iter().filter(|x| x.is_nan()).count(), 7 * COLUMNS, "the twin's other rows");
        for gpu in &seen {
            let mut ring = gpu.reals(number);
            within(&format!("{}: iteration {iteration}", gpu.name), &ring[row.clone()], &expected, bound);
            ring.drain(row.clone());
            same_bits(&format!("{}: other rows", gpu.name), &ring, &[f32::NAN; 7 * COLUMNS]);
        }
    }
}

#[test]
fn whatever_is_not_finite_raises_the_flag_and_nothing_else_does() {
    let mut lab = Lab::enter();
    let not_finite = [0x7fc0_0000, 0xffc0_0001, 0x7f80_0001, 0x7f80_0000, 0xff80_0000].map(f32::from_bits);
    let finite = [0.0, -0.0, f32::MIN_POSITIVE / 2.0, 1.0, -1e38, f32::MAX];
    let mut cases = vec![];
    for (value, flag) in not_finite.map(|value| (value, 1.0)).into_iter().chain(finite.map(|value| (value, 0.0))) {
        for part in 0..4 {
            // A sum of squares is never below zero, and is large only where it overflows.
            if part >= 2 && (value < 0.0 && flag == 0.0) {
                continue;
            }
            let mut values = usual();
            // The loss; the first and the last place of the squares.
            let at = if part == 3 { values[part].len() - 1 } else { 0 };
            values[part][at] = value;
            cases.push((record(&mut lab, 3, values), part, value, flag));
        }
    }
    let (cases, what): (Vec<Case>, Vec<_>) = cases.into_iter().map(|(case, part, value, flag)| (case, (part, value, flag))).unzip();
    let outputs: Vec<_> = cases.iter().map(|case| &case.ring).collect();
    let seen = lab.run(On::EveryAdapter, &inputs(&cases), &outputs);
    for (number, (part, value, flag)) in what.into_iter().enumerate() {
        let at = 3 * COLUMNS + 9;
        assert!(lab.host.reals(&cases[number].ring)[at] == flag, "the twin: {value} ({:#x}) in part {part}", value.to_bits());
        for gpu in &seen {
            assert!(
                gpu.reals(number)[at].to_bits() == (flag as f32).to_bits(),
                "{}: {value} ({:#x}) in part {part}",
                gpu.name,
                value.to_bits()
            );
        }
    }
}
