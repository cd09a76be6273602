//! `find_non_finite`: names the first check whose tensor holds NaN or infinity, tested on bits; and plans with a check behind each dispatch.

use crate::lab::{LIMIT, Lab, On, numbers};
use gander::plan::{NOTHING_FOUND, Tensor, record_check};

/// A quiet NaN, one with a sign and another payload, a signalling one; both infinities.
const NOT_FINITE: [u32; 5] = [0x7fc0_0000, 0xffc0_0001, 0x7f80_0001, 0x7f80_0000, 0xff80_0000];

/// What is large, small or zero, and finite.
const FINITE: [u32; 6] = [0, 0x8000_0000, 1, 0x807f_ffff, 0x7f7f_ffff, 0xff7f_ffff];

/// One number; less than a group; ragged groups; more than a team's stretch; a workgroup's 4096 and a ragged rest; more than a limited device binds.
const LENGTHS: [u32; 6] = [1, 3, 131, 517, 4096 + 7, LIMIT as u32 / 4 + 1025];

/// A tensor with one value at one place, and whether it is to be found.
struct Case {
    x: Tensor,
    values: Vec<f32>,
    bad: bool,
}

fn cases(lab: &mut Lab) -> Vec<Case> {
    let mut cases = vec![];
    for (seed, len) in LENGTHS.into_iter().enumerate() {
        let places = [0, len / 2, len - 1];
        for (number, bits) in NOT_FINITE.into_iter().chain(FINITE).enumerate() {
            let x = lab.rec.tensor("x", [1, len]);
            let mut values = numbers(seed as u32, len);
            values[places[number % 3] as usize] = f32::from_bits(bits);
            cases.push(Case { x, values, bad: number < NOT_FINITE.len() });
        }
    }
    cases
}

/// Each case has a word of its own, in which checks 9, 4 and 6 look at it: the lowest stays.
#[test]
fn whatever_is_not_finite_lowers_the_word_and_nothing_else_does() {
    let mut lab = Lab::enter();
    let cases = cases(&mut lab);
    let words: Vec<Tensor> = cases.iter().map(|_| lab.rec.words("found", 1)).collect();
    for (case, found) in cases.iter().zip(&words) {
        [9, 4, 6].into_iter().for_each(|number| record_check(&mut lab.rec, &case.x, found, number));
    }
    let plan = lab.rec.finish("checks");
    let nothing = [f32::from_bits(NOTHING_FOUND)];
    let mut inputs: Vec<(&Tensor, &[f32])> = cases.iter().map(|case| (&case.x, &case.values[..])).collect();
    inputs.extend(words.iter().map(|found| (found, &nothing[..])));
    let outputs: Vec<&Tensor> = words.iter().collect();
    for on in [On::EveryAdapter, On::Limited] {
        let seen = lab.run_plan(on, &plan, &inputs, &outputs);
        for (number, case) in cases.iter().enumerate() {
            // The formula: the least number of a check if an element is not finite.
            let expected = if case.bad { 4 } else { NOTHING_FOUND };
            assert_eq!(case.bad, case.values.iter().any(|x| !x.is_finite()), "the test's own case");
            let what = format!("case {number}, {} numbers", case.x.len());
            assert_eq!(lab.words(&words[number]), [expected], "the twin: {what}");
            seen.iter().for_each(|gpu| assert_eq!(gpu.words(number), [expected], "{}: {what}", gpu.name));
        }
    }
}

/// A tensor ends within a group of four, and what lies behind it is another's.
#[test]
fn what_lies_behind_a_tensor_is_not_looked_at() {
    let mut lab = Lab::enter();
    let whole = lab.rec.tensor("x", [1, 128]);
    let views: Vec<Tensor> = [61, 62, 63, 64].map(|len| whole.elements_at(0..len)).into();
    let words: Vec<Tensor> = views.iter().map(|_| lab.rec.words("found", 1)).collect();
    views.iter().zip(&words).for_each(|(view, found)| record_check(&mut lab.rec, view, found, 0));
    let mut values = numbers(3, 128);
    values[63] = f32::NAN;
    let nothing = [f32::from_bits(NOTHING_FOUND)];
    let mut inputs: Vec<(&Tensor, &[f32])> = vec![(&whole, &values)];
    inputs.extend(words.iter().map(|found| (found, &nothing[..])));
    let seen = lab.run(On::EveryAdapter, &inputs, &words.iter().collect::<Vec<_>>());
    for (number, view) in views.iter().enumerate() {
        let expected = if view.len() == 64 { 0 } else { NOTHING_FOUND };
        assert_eq!(lab.words(&words[number]), [expected], "the twin: {} numbers", view.len());
        seen.iter().for_each(|gpu| assert_eq!(gpu.words(number), [expected], "{}: {} numbers", gpu.name, view.len()));
    }
}
