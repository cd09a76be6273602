//! `rest`: the gradient of a player that rests, and the games in which one does, in f64.

use crate::compare::same_bits;
use crate::lab::{Lab, On, numbers};
use crate::options::{Played, play_once};
use crate::play::plays;
use gander::plan::{Tensor, Work};

/// (rows m, numbers of da, real rows judged right, fakes judged right, least, most, whether it rests): at both limits, beyond them, and with as many rows as
/// a minibatch may have.
const CASES: [(u32, u32, u32, u32, u32, u32, bool); 8] = [
    (10, 20, 9, 9, 18, u32::MAX, true),
    (10, 20, 9, 8, 18, u32::MAX, false),
    (10, 10, 3, 6, 0, 10, true),
    (10, 10, 3, 7, 0, 10, false),
    (1, 2, 1, 1, 2, u32::MAX, true),
    (65, 130, 64, 65, 130, u32::MAX, false),
    (1 << 20, 67, (1 << 20) - 1, 333_333, (1 << 20) + 333_332, u32::MAX, true),
    (1 << 20, 67, (1 << 20) - 1, 333_333, (1 << 20) + 333_333, u32::MAX, false),
];

#[test]
fn a_gradient_is_zero_where_so_many_rows_were_judged_right_and_as_it_was_elsewhere() {
    let mut lab = Lab::enter();
    let cases: Vec<[Tensor; 2]> = CASES
        .iter()
        .map(|(m, count, _, _, least, most, _)| {
            let (tally, da) = (lab.rec.tensor("tally", [1, 6]), lab.rec.tensor("da", [*count, 1]));
            let dispatch = lab.rec.dispatch("rest").bind("tally", &tally).bind("da", &da).argument("count", *count);
            dispatch.argument("m", *m).argument("least", *least).argument("most", *most).work(Work::Flat(*count)).record();
            [tally, da]
        })
        .collect();
    let values: Vec<[Vec<f32>; 2]> = CASES
        .iter()
        .map(|(m, count, real, fake, ..)| {
            // As loss_discriminator.wgsl divides: by a product with the rounded 1/m.
            let share = |right: &u32| *right as f32 * (1.0 / *m as f32);
            [vec![0.5, -1.0, 0.25, 0.75, share(real), share(fake)], numbers(*m, *count)]
        })
        .collect();
    let inputs: Vec<_> =
        cases.iter().zip(&values).flat_map(|([tally, da], [shares, numbers])| [(tally, &shares[..]), (da, &numbers[..])]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().map(|[_, da]| da).collect::<Vec<_>>());
    for (number, (.., rests)) in CASES.into_iter().enumerate() {
        let given = &values[number][1];
        let expected = if rests { vec![0.0; given.len()] } else { given.clone() };
        let twin: Vec<f32> = lab.host.reals(&cases[number][1]).iter().map(|x| *x as f32).collect();
        same_bits(&format!("the twin, case {number}"), &twin, &expected);
        for gpu in &seen {
            same_bits(&format!("{}, case {number}", gpu.name), &gpu.reals(number), &expected);
        }
    }
}

/// How many of its minibatch D judged right, and whether D's gradient of the step is zero.
fn judged(played: &Played) -> (f64, bool) {
    let tally = played.host.reals(&played.game.d_tally);
    ((tally[4] + tally[5]) / 2.0, played.host.reals(&played.game.discriminator.gradient).iter().all(|g| *g == 0.0))
}

#[test]
fn the_discriminator_rests_in_the_steps_in_which_it_is_ahead_and_only_in_these() {
    for play in [&plays()[0], &plays()[3]] {
        let mut played = play_once(&play.with(&["train.discriminator_rests_above=0.6"]));
        let mut rested = vec![];
        for _ in 0..20 {
            let (right, rests) = judged(&played);
            assert_eq!(rests, right > 0.6 - 1e-9, "{}: {right} right", play.name);
            rested.push(rests);
            let before = played.host.reals(&played.game.discriminator.theta).to_vec();
            played.again();
            assert_ne!(played.host.reals(&played.game.discriminator.theta), before, "{}: momentum carries on", play.name);
        }
        assert!(rested.contains(&true) && rested.contains(&false), "{}: this test sees one kind only: {rested:?}", play.name);
    }
}

#[test]
fn the_generator_rests_in_the_iterations_in_which_the_discriminator_is_beaten() {
    // Diversity, too, moves G only where it does not rest.
    for (play, settings) in [(&plays()[0], &[][..]), (&plays()[3], &[]), (&plays()[0], &["train.diversity=0.1"])] {
        let mut played = play_once(&play.with(&[&["train.generator_rests_below=0.6"], settings].concat()));
        let mut rested = vec![];
        for _ in 0..20 {
            let (right, rests) = (judged(&played).0, played.gradient_of_g().iter().all(|g| *g == 0.0));
            assert_eq!(rests, right < 0.6 - 1e-9, "{}: {right} right", play.name);
            rested.push(rests);
            played.again();
        }
        assert!(rested.contains(&true) && rested.contains(&false), "{}: this test sees one kind only: {rested:?}", play.name);
    }
}

/// With k adapted, the first steps carry no dispatch that could rest; with nothing to be enough, it is the game with as many steps, bit for bit.
#[test]
fn an_adaptive_k_takes_its_least_steps_always_and_the_others_while_they_are_needed() {
    let play = &plays()[0];
    let adaptive = play_once(&play.with(&["train.k=4", "train.k_adaptive={ least = 3, enough = 0.6 }"]));
    assert_eq!(adaptive.of("rest").len(), 1);
    let never = "train.k_adaptive={ least = 1, enough = 1.0 }";
    let [mut plain, mut adaptive] = [&["train.k=4"][..], &["train.k=4", never]].map(|settings| play_once(&play.with(settings)));
    for _ in 0..10 {
        let (right, _) = judged(&adaptive);
        assert!(right < 1.0, "D judged a whole minibatch right: this test compares what is not equal");
        assert_eq!(plain.host.reals(&plain.game.discriminator.theta), adaptive.host.reals(&adaptive.game.discriminator.theta));
        plain.again();
        adaptive.again();
    }
}
