//! The kernels behind the options of the game, `loss_blend`, `perturb`, `diversify`, `scale_factor` and `scale`; and the options themselves, in f64.

use crate::activation::{sigmoid, sigmoid_bound};
use crate::compare::{TINY, ULP, UNIT, wide, within};
use crate::lab::{Lab, On, as_bits, numbers};
use crate::loss::{logits, mean, mean_bound, softplus, softplus_bound};
use crate::play::{Play, completion_plays, conditional_plays, plays};
use gander::gan::{Game, Recipe};
use gander::host::HostDevice;
use gander::nn::loss::{self, GeneratorLoss, Loss};
use gander::plan::{Device, Dispatch, Plan, Recorder, Tensor, Work};

/// (of -log D(G(z)), of log(1 - D(G(z)))).
const WEIGHTS: [f32; 2] = [0.75, 0.25];

#[test]
fn the_blended_loss_is_the_sum_of_both_forms_by_their_weights() {
    let mut lab = Lab::enter();
    let cases = [1, 13, 65, 131];
    let tensors = cases.map(|m| {
        let [a, tally, one, other] = [[m, 1], [1, 1], [1, 1], [1, 1]].map(|shape| lab.rec.tensor("t", shape));
        let da = loss::blend(&mut lab.rec, &a, WEIGHTS, &tally);
        let forms = [(GeneratorLoss::NonSaturating, &one), (GeneratorLoss::Minimax, &other)];
        let [d_one, d_other] = forms.map(|(form, tally)| loss::generator(&mut lab.rec, &a, Loss::CrossEntropy, form, tally));
        [a, da, tally, d_one, d_other, one, other]
    });
    let values = cases.map(logits);
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|([a, ..], values)| (a, &values[..])).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|[_, da, tally, ..]| [da, tally]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    let [u, v] = WEIGHTS.map(f64::from);
    for (number, m) in cases.into_iter().enumerate() {
        let a = wide(&values[number]);
        let share = 1.0 / f64::from(m);
        let da: Vec<f64> = a.iter().map(|a| -share * (u * sigmoid(-a) + v * sigmoid(*a))).collect();
        let terms: Vec<f64> = a.iter().map(|a| u * softplus(-a) - v * softplus(*a)).collect();
        let [_, da_tensor, tally_tensor, d_one, d_other, one, other] = &tensors[number];
        let twin = |tensor: &Tensor| lab.host.reals(tensor);
        assert!(twin(da_tensor).iter().zip(&da).all(|(twin, da)| (twin - da).abs() <= 1e-15), "the twin's da");
        assert!((twin(tally_tensor)[0] - mean(&terms)).abs() <= 1e-11, "the twin's tally");
        // And so it is the blend of the two that are tested elsewhere.
        assert!((twin(tally_tensor)[0] - (u * twin(one)[0] + v * twin(other)[0])).abs() <= 1e-11);
        assert!((0..m as usize).all(|i| (twin(da_tensor)[i] - (u * twin(d_one)[i] + v * twin(d_other)[i])).abs() <= 1e-15));
        // Two products and their sum, of terms that may cancel; then as for one form.
        let magnitude = |a: f64| u * softplus(-a) + v * softplus(a);
        let term_bound = |a: f64| u * softplus_bound(-a) + v * softplus_bound(a) + 2.0 * UNIT * magnitude(a);
        let slope_bound = |a: f64| u * sigmoid_bound(-a) + v * sigmoid_bound(a) + 2.0 * UNIT;
        for gpu in &seen {
            within(&format!("{}: da, m = {m}", gpu.name), &gpu.reals(2 * number), &da, |i| {
                share * slope_bound(a[i]) + da[i].abs() * (2.0 * UNIT + 2.5 * ULP) + TINY
            });
            let magnitudes: Vec<f64> = a.iter().map(|a| magnitude(*a)).collect();
            let bound = mean_bound(&magnitudes, a.iter().map(|a| term_bound(*a)));
            within(&format!("{}: loss, m = {m}", gpu.name), &gpu.reals(2 * number + 1), &[mean(&terms)], |_| bound);
        }
    }
}

#[test]
fn instance_noise_is_added_by_its_deviation() {
    let mut lab = Lab::enter();
    let sigma = 0.3_f32;
    let cases = [1, 64, 137].map(|len| ["x", "z", "y"].map(|name| lab.rec.tensor(name, [1, len])));
    for [x, z, y] in &cases {
        let dispatch = lab.rec.dispatch("perturb").bind("x", x).bind("z", z).bind("y", y);
        dispatch.argument("count", x.len()).argument("sigma", sigma).work(Work::Flat(x.len())).record();
    }
    let values: Vec<_> = cases.iter().map(|[x, ..]| [numbers(1, x.len()), numbers(2, x.len())]).collect();
    let inputs: Vec<_> = cases.iter().zip(&values).flat_map(|([x, z, _], [xs, zs])| [(x, &xs[..]), (z, &zs[..])]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().map(|[.., y]| y).collect::<Vec<_>>());
    for (number, [xs, zs]) in values.iter().enumerate() {
        let added: Vec<f64> = wide(zs).iter().map(|z| f64::from(sigma) * z).collect();
        let expected: Vec<f64> = wide(xs).iter().zip(&added).map(|(x, added)| x + added).collect();
        assert_eq!(lab.host.reals(&cases[number][2]), expected, "the twin");
        for gpu in &seen {
            // A product and a sum.
            within(&gpu.name, &gpu.reals(number), &expected, |i| 1.01 * UNIT * (added[i].abs() + expected[i].abs()));
        }
    }
}

#[test]
fn what_is_made_is_pushed_away_from_the_other_number_by_number() {
    let mut lab = Lab::enter();
    let share = 0.3_f32;
    let cases = [1, 64, 137].map(|len| ["x", "other", "dx"].map(|name| lab.rec.tensor(name, [1, len])));
    for [x, other, dx] in &cases {
        let dispatch = lab.rec.dispatch("diversify").bind("x", x).bind("other", other).bind("dx", dx);
        dispatch.argument("count", x.len()).argument("share", share).work(Work::Flat(x.len())).record();
    }
    // Every third number is the same in both: there is nothing to push.
    let values: Vec<_> = cases
        .iter()
        .map(|[x, ..]| {
            let (xs, mut others) = (numbers(1, x.len()), numbers(2, x.len()));
            others.iter_mut().zip(&xs).step_by(3).for_each(|(other, x)| *other = *x);
            [xs, others, numbers(3, x.len())]
        })
        .collect();
    let inputs: Vec<_> = cases.iter().zip(&values).flat_map(|(t, v)| t.iter().zip(v.iter().map(Vec::as_slice))).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().map(|[.., dx]| dx).collect::<Vec<_>>());
    for (number, [xs, others, before]) in values.iter().enumerate() {
        let push = |i: usize| {
            f64::from(share) * f64::from(u8::from(xs[i] > others[i])) - f64::from(share) * f64::from(u8::from(xs[i] < others[i]))
        };
        let expected: Vec<f64> = wide(before).iter().enumerate().map(|(i, dx)| dx - push(i)).collect();
        assert_eq!(lab.host.reals(&cases[number][2]), expected, "the twin");
        for gpu in &seen {
            within(&gpu.name, &gpu.reals(number), &expected, |i| 1.01 * UNIT * (f64::from(share) + expected[i].abs()));
        }
    }
}

/// The clock, the gradient and both results of one case.
fn record_scaling(lab: &mut Lab, len: u32, target_norm: f32, every: u32) -> [Tensor; 4] {
    let (clock, _) = lab.clock([1, 0, 0, 0]);
    let [dx, factor, scaled] = [len, 1, len].map(|len| lab.rec.tensor("t", [1, len]));
    let dispatch = lab.rec.dispatch("scale_factor").bind("clock", &clock).bind("dx", &dx).bind("factor", &factor);
    dispatch.argument("count", len).argument("target_norm", target_norm).argument("every", every).record();
    let dispatch = lab.rec.dispatch("scale").bind("factor", &factor).bind("x", &dx).bind("y", &scaled);
    dispatch.argument("count", len).work(Work::Flat(len)).record();
    [clock, dx, factor, scaled]
}

/// (elements, target norm, every, iteration, whether the gradient is zero): smaller than the target, larger, on and off its turn, and nothing at all.
const SCALINGS: [(u32, f32, u32, u32, bool); 6] = [
    (300, 50.0, 1, 5, false),
    (300, 0.1, 1, 5, false),
    (77, 20.0, 3, 6, false),
    (77, 20.0, 3, 7, false),
    (5, 0.5, 1, 0, true),
    (1, 0.0, 2, 4, false),
];

#[test]
fn a_small_gradient_is_scaled_up_to_the_target_norm_and_counts_in_its_turn_only() {
    let mut lab = Lab::enter();
    let cases = SCALINGS.map(|(len, target, every, ..)| record_scaling(&mut lab, len, target, every));
    let values = SCALINGS.map(|(len, _, _, iteration, zero)| {
        let dx = if zero { vec![0.0; len as usize] } else { numbers(len, len) };
        [as_bits(&[1, iteration, 0, 0]), dx]
    });
    let inputs: Vec<_> = cases.iter().zip(&values).flat_map(|([clock, dx, ..], [at, xs])| [(clock, &at[..]), (dx, &xs[..])]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &cases.iter().flat_map(|[.., factor, scaled]| [factor, scaled]).collect::<Vec<_>>());
    let mut factors = vec![];
    for (number, (len, target, every, iteration, _)) in SCALINGS.into_iter().enumerate() {
        let dx = wide(&values[number][1]);
        let norm = dx.iter().map(|x| x * x).sum::<f64>().sqrt();
        let scale = if norm > 0.0 { f64::max(1.0, f64::from(target) / norm) } else { 1.0 };
        let factor = if iteration % every == 0 { scale } else { 0.0 };
        let scaled: Vec<f64> = dx.iter().map(|x| factor * x).collect();
        let [.., factor_tensor, scaled_tensor] = &cases[number];
        assert!((lab.host.reals(factor_tensor)[0] - factor).abs() <= 1e-13 * factor, "the twin's factor in case {number}");
        assert!(lab.host.reals(scaled_tensor).iter().zip(&scaled).all(|(twin, x)| (twin - x).abs() <= 1e-12), "the twin's product");
        // A sum of squares under a root (half its error remains), the root, a division; then one product.
        let relative = f64::from(len.div_ceil(64) + 7) / 2.0 * UNIT + 5.0 * ULP + 2.5 * ULP;
        for gpu in &seen {
            within(&format!("{}: factor {number}", gpu.name), &gpu.reals(2 * number), &[factor], |_| relative * factor);
            within(&format!("{}: scaled {number}", gpu.name), &gpu.reals(2 * number + 1), &scaled, |i| {
                (relative + 1.01 * UNIT) * scaled[i].abs()
            });
        }
        factors.push(factor);
    }
    assert!(factors[0] > 1.0 && factors[1] == 1.0 && factors[2] > 1.0 && factors[3] == 0.0 && factors[4] == 1.0, "{factors:?}");
}

/// A game that has played one iteration on the twin. Chance is the same in all of them that draw alike: each has a recorder of its own.
pub struct Played {
    pub host: HostDevice<f64>,
    pub game: Game,
    plan: Plan,
}

pub fn play_once(play: &Play) -> Played {
    let (mut rec, outline) = (Recorder::new(), play.dataset.outline());
    let game = Game::new(&mut rec, &play.config, &outline, &play.dataset.training_mean()).expect("the game fits its data");
    let plan = game.record_iteration(&mut rec);
    let mut host = HostDevice::new();
    host.allocate(rec.memory()).expect("the host takes any tensor");
    for (tensor, values) in crate::golden::start(&game, play, &plan) {
        host.write(&tensor, bytemuck::cast_slice(&values));
    }
    let mut played = Played { host, game, plan };
    played.again();
    played
}

impl Played {
    /// Plays another iteration.
    pub fn again(&mut self) {
        self.plan.dispatches.iter().for_each(|dispatch| self.host.run(dispatch));
    }

    /// The dispatches of an operation.
    pub fn of(&self, operation: &str) -> Vec<&Dispatch> {
        self.plan.dispatches.iter().filter(|dispatch| dispatch.kernel.operation == operation).collect()
    }

    /// The numbers of the tensor of this name.
    fn last_written(&self, name: &str) -> &[f64] {
        let named = |dispatch: &&Dispatch| dispatch.tensors(true).any(|tensor| tensor.name() == name);
        let last = self.plan.dispatches.iter().rev().find(named).expect("it is recorded");
        let tensor = last.tensors(true).find(|tensor| tensor.name() == name).expect("it was found");
        self.host.reals(tensor)
    }

    pub fn gradient_of_g(&self) -> &[f64] {
        self.host.reals(&self.game.generator.gradient)
    }
}

/// In both recipes: the first play of each.
fn of_both_recipes() -> [Play; 2] {
    let [first, _, third, ..] = plays();
    assert!(first.config.train.recipe == Recipe::Algorithm1 && third.config.train.recipe == Recipe::Code2014);
    [first, third]
}

#[test]
fn the_scaled_gradient_of_the_generator_is_the_plain_one_times_one_factor() {
    for play in of_both_recipes() {
        let plain = play_once(&play);
        let steered = play_once(&play.with(&["train.generator_gradient_norm=10.0"]));
        let factor = steered.host.reals(steered.of("scale_factor")[0].tensor("factor"))[0];
        assert!(factor > 1.0, "{}: the gradient is larger than the target", play.name);
        let most = steered.gradient_of_g().iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        let same = plain.gradient_of_g().iter().zip(steered.gradient_of_g()).all(|(g, h)| (factor * g - h).abs() <= 1e-12 * most);
        assert!(same && most > 0.0, "{}", play.name);
    }
}

#[test]
fn without_dropout_for_the_generator_its_step_draws_no_mask_and_the_discriminators_does() {
    for play in of_both_recipes() {
        let (with_masks, without) = (play_once(&play), play_once(&play.with(&["train.generator_dropout=false"])));
        let (before, after) = (with_masks.of("dropout").len(), without.of("dropout").len());
        assert!(after > 0 && after < before, "{}: {before} masks, then {after}", play.name);
        assert!(without.gradient_of_g().iter().any(|g| *g != 0.0), "{}: no gradient comes through", play.name);
        let operations: Vec<&str> = without.plan.dispatches.iter().map(|dispatch| dispatch.kernel.operation.as_str()).collect();
        let g_step = operations.iter().position(|operation| *operation == "loss_generator").expect("it is recorded");
        assert!(!operations[g_step..].contains(&"dropout"), "{}", play.name);
    }
}

#[test]
fn every_draw_of_instance_noise_is_its_own_and_reaches_both_halves_and_the_generators_step() {
    for play in of_both_recipes() {
        let play = play.with(&["train.instance_noise=0.5"]);
        let played = play_once(&play);
        let (k, m) = (play.config.train.k, play.config.train.batch);
        let shown: Vec<u32> = played.of("perturb").iter().map(|dispatch| dispatch.tensor("x").rows()).collect();
        let expected =
            if play.config.train.recipe == Recipe::Algorithm1 { [vec![2 * m; k as usize], vec![m]].concat() } else { vec![2 * m] };
        assert_eq!(shown, expected, "{}", play.name);
        let noise: Vec<&[f64]> = played.of("perturb").iter().map(|dispatch| played.host.reals(dispatch.tensor("z"))).collect();
        for (number, one) in noise.iter().enumerate() {
            assert!(noise[..number].iter().all(|other| one.iter().zip(*other).all(|(a, b)| a != b)), "{}: noise is drawn twice", play.name);
        }
    }
}

/// What G makes of other noise is told what the first was told, and what D thinks of the first is left as it was: the difference is the slope of −λ/(m·n) Σ |x − other| by x, twice.
#[test]
fn diversity_adds_the_slope_of_the_distance_to_what_other_noise_makes_under_the_same_condition() {
    const LAMBDA: f64 = 0.5;
    let all = of_both_recipes().into_iter().chain(completion_plays()).chain(conditional_plays());
    for play in all {
        let (plain, pushed) = (play_once(&play), play_once(&play.with(&[&format!("train.diversity={LAMBDA}")])));
        let [push] = pushed.of("diversify")[..] else { panic!("{}: it is recorded once", play.name) };
        let [x, other, dx] = ["x", "other", "dx"].map(|name| push.tensor(name));
        let (made, others) = (pushed.host.reals(x), pushed.host.reals(other));
        assert_eq!([x.rows(), dx.rows()], [play.config.train.batch; 2], "{}", play.name);
        // The same gradient without the push is the plain game's, since its chance comes first in the iteration.
        let before = plain.last_written(dx.name());
        let share = 2.0 * LAMBDA / made.len() as f64;
        let (mut apart, mut same) = (0, 0);
        for (i, (x, other)) in made.iter().zip(others).enumerate() {
            let slope = |at: f64| -share * (at - other).abs();
            let h = (x - other).abs() / 2.0;
            let expected = if h > 0.0 { (slope(x + h) - slope(x - h)) / (2.0 * h) } else { 0.0 };
            let added = pushed.host.reals(dx)[i] - before[i];
            assert!((added - expected).abs() <= 1e-5 * share, "{}: {added} for {expected} at {i}", play.name);
            if h > 0.0 { apart += 1 } else { same += 1 }
        }
        assert!(apart > 0, "{}: other noise made the same", play.name);
        // What a mask keeps is nobody's to change.
        assert_eq!(same > 0, play.config.train.completion, "{}", play.name);
    }
}

/// With G's turn in every third minibatch: in between its gradient is zero, and momentum alone moves it.
#[test]
fn the_generator_follows_its_gradient_in_its_turn_only() {
    let [_, play] = of_both_recipes();
    let mut played = play_once(&play.with(&["train.generator_every=3"]));
    let mut turns = vec![];
    for _ in 0..6 {
        turns.push(played.gradient_of_g().iter().any(|g| *g != 0.0));
        let before = played.host.reals(&played.game.generator.theta).to_vec();
        played.again();
        assert_ne!(played.host.reals(&played.game.generator.theta), before, "momentum carries on");
    }
    assert_eq!(turns, [true, false, false, true, false, false]);
}

#[test]
fn a_plain_game_is_the_same_without_its_options() {
    for play in of_both_recipes() {
        let mut options =
            vec!["train.generator_gradient_norm=0.5", "train.instance_noise=0.5", "train.shrink_d=0.9", "train.generator_dropout=false"];
        options.extend(["train.loss=hinge", "train.clip=0.1", "generator.average=0.9", "train.diversity=0.5"]);
        options.push("train.generator_rests_below=0.5");
        options.extend(match play.config.train.recipe {
            Recipe::Algorithm1 => &["train.k_adaptive={ least = 1, enough = 0.9 }"][..],
            Recipe::Code2014 => &["train.generator_every=2", "train.discriminator_rests_above=0.9"],
        });
        let optioned = play.with(&options);
        assert_ne!(optioned.config, play.config);
        assert_eq!(optioned.config.plain(), play.config);
        let blended = play.with(&["train.blend={ non_saturating = 1.0, minimax = 2.0 }"]);
        assert_eq!(blended.config.plain(), play.config);
    }
}
