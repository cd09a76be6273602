//! Golden runs: twenty iterations of small games on each GPU and on the twin in f64, and every buffer compared.
//!
//! Games are also played with small bindings, which cut products: `layout/cut`, `layout/cut_nn`, `layout/cut_nt`, `layout/cut_tn`, `finish/add`.
//!
//! The gate. A gradient in f32 differs from f64's by at most 1e-5, norm-wise (measured on the paper's game: 1.4e-7 to 5.4e-7; `Tolerances that hold` of the
//! reliability findings). A step moves the parameters by rate·gradient, so its error enters times the rate, 0.1 and falling, and momentum at most 0.7
//! carries it on, in all 1/(1 − 0.7): 20 iterations, up to two steps each, add up to 40·0.1·3.4·1e-5 ≈ 1.4e-4 of a gradient's size at the very most, if all
//! errors pointed one way. The gate is 1e-4, a little below.
//!
//! Gaussian noise. WGSL lets cos and sin be off by 2⁻¹¹ (SwiftShader's are, by 1e-4), which the gate would mistake for a fault. So noise is held to its own
//! bound, and the twin then plays on with the GPU's.
//!
//! Kinks. Where a rectifier's input, the gap of two pieces, or a logit's sign sits within the error of zero, f32 and f64 may take different sides, and one
//! whole slope differs. So the twin's margin is asserted in every iteration: no input of a rectifier, no logit and no gap lies within 2e-6 of zero, unless
//! it is zero exactly, which it then is in f32 too (a dropped row through biases that are still zero: the lowest piece wins on either side).

use crate::compare::wide;
use crate::lab::{Lab, On, Seen, as_bits};
use crate::play::{ADAM, ADAM_FOR_G, Play, beyond_the_limit, completion_plays, conditional_plays, inference_plays, option_plays, plays};
use gander::bench::{COSINE_GATE, apart, contests, cosines};
use gander::data::Values;
use gander::gan::Game;
use gander::gpu::fuse;
use gander::host::HostDevice;
use gander::plan::{Dispatch, Element, Plan, Tensor};
use std::collections::BTreeSet;

const ITERATIONS: u32 = 20;
/// What separates a unit from its kink; errors of activations stay below it.
const MARGIN: f64 = 2e-6;
/// The norm-wise gate.
const GATE: f64 = 1e-4;

#[test]
fn every_buffer_of_a_game_of_algorithm_1_agrees_after_20_iterations() {
    let [first, second, ..] = plays();
    run(&first, On::EveryAdapter);
    run(&second, On::EveryAdapter);
}

#[test]
fn every_buffer_of_a_game_of_the_code_of_2014_agrees_after_20_iterations() {
    let [_, _, third, fourth, _] = plays();
    run(&third, On::EveryAdapter);
    run(&fourth, On::EveryFamily);
}

#[test]
fn every_buffer_of_games_with_every_option_agrees_after_20_iterations() {
    option_plays().iter().for_each(|play| run(play, On::EveryAdapter));
}

#[test]
fn every_buffer_of_conditional_games_agrees_after_20_iterations() {
    conditional_plays().iter().for_each(|play| run(play, On::EveryAdapter));
}

#[test]
fn every_buffer_of_bidirectional_games_agrees_after_20_iterations() {
    inference_plays().iter().chain(&completion_plays()).for_each(|play| run(play, On::EveryAdapter));
}

/// Matrices, parameters and the data set exceed what these devices bind at once, and are worked on piece by piece.
#[test]
fn every_buffer_of_a_game_agrees_that_is_cut_to_fit_small_bindings() {
    run(&beyond_the_limit(), On::Limited);
}

/// So are moments and averages, and whatever else is done to all parameters.
#[test]
fn every_buffer_of_a_game_with_options_agrees_that_is_cut_to_fit_small_bindings() {
    let options = ["train.shrink_d=0.99", "train.clip=0.2", "generator.average=0.9", ADAM, ADAM_FOR_G];
    run(&beyond_the_limit().with(&options), On::Limited);
}

#[test]
fn every_buffer_of_a_game_of_convolutions_agrees_after_20_iterations() {
    let [.., last] = plays();
    run(&last, On::EveryFamily);
}

fn run(play: &Play, on: On) {
    let mut lab = Lab::enter();
    let game =
        Game::new(&mut lab.rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
    let projection = game.record_projection(&mut lab.rec);
    let mut plan = game.record_iteration(&mut lab.rec);
    let inputs = start(&game, play, &plan);
    let given: Vec<_> = inputs.iter().map(|(tensor, values)| (tensor, &values[..])).collect();

    // The initial projection belongs to the run, and it alone runs once: its result in f64 is where both begin.
    lab.start_twin(&plan, &given);
    projection.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
    let networks = game.networks();
    let projected: Vec<Vec<f32>> =
        networks.iter().map(|network| lab.host.reals(&network.theta).iter().map(|x| *x as f32).collect()).collect();
    let mut given = given;
    given.extend(networks.into_iter().zip(&projected).map(|(network, theta)| (&network.theta, &theta[..])));

    // What a GPU leaves out is the sum before an activation; the activation itself is compared.
    let fused = fuse(&plan);
    let mut tensors = tensors(&plan);
    tensors.retain(|tensor| !fused.leaves_out(tensor));
    let drawn: Vec<&Tensor> = cosines(&plan).iter().map(|at| plan.dispatches[*at].tensor("z")).collect();
    plan.name = play.name.into();
    for run in lab.start_gpus(on, &plan, &given) {
        lab.start_twin(&plan, &given);
        for _ in 0..ITERATIONS {
            let seen = lab.replay(&run, 1, &drawn);
            let mut noise = (0..drawn.len()).map(|number| seen.reals(number));
            for (at, dispatch) in plan.dispatches.iter().enumerate() {
                lab.host.run(dispatch);
                if cosines(&plan).contains(&at) {
                    play_on_with(
                        &mut lab.host,
                        &format!("{}: {}", seen.name, play.name),
                        dispatch.tensor("z"),
                        &noise.next().expect("as many as drawn"),
                    );
                }
                assert_margin(play.name, &lab.host, dispatch);
            }
        }
        let seen = lab.replay(&run, 0, &tensors.iter().collect::<Vec<_>>());
        compare(&mut lab, play.name, &tensors, &seen);
    }
}

/// Holds noise to its bound, norm-wise, then takes it over.
fn play_on_with(host: &mut HostDevice<f64>, what: &str, z: &Tensor, noise: &[f32]) {
    let error = norm_wise(what, noise, host.reals(z));
    assert!(error <= COSINE_GATE, "{what}: {z}: norm-wise error {error:e}");
    host.set_reals(z, &noise.iter().map(|z| f64::from(*z)).collect::<Vec<_>>());
}

fn compare(lab: &mut Lab, name: &str, tensors: &[Tensor], gpu: &Seen) {
    let mut worst = (0.0, "");
    for (number, tensor) in tensors.iter().enumerate() {
        let what = format!("{}: {name}: {tensor}", gpu.name);
        if tensor.element() == Element::Word {
            assert_eq!(gpu.words(number), lab.words(tensor), "{what}");
            continue;
        }
        let error = norm_wise(&what, &gpu.reals(number), lab.host.reals(tensor));
        assert!(error <= GATE, "{what}: norm-wise error {error:e}, gate {GATE:e}");
        if error > worst.0 {
            worst = (error, tensor.name());
        }
    }
    println!("{}: {name}: worst norm-wise error {:.1e}, of `{}`", gpu.name, worst.0, worst.1);
}

/// Every tensor that a plan binds, once.
fn tensors(plan: &Plan) -> Vec<Tensor> {
    let mut seen = BTreeSet::new();
    let bound = plan.dispatches.iter().flat_map(|dispatch| dispatch.bindings.iter().map(|(_, tensor)| tensor));
    bound.filter(|tensor| seen.insert((tensor.buffer(), tensor.range().start, tensor.range().end))).cloned().collect()
}

/// What training starts from: initial parameters, velocities at rest, the clock, the data. Gradients too, for their padding is never written.
pub fn start(game: &Game, play: &Play, plan: &Plan) -> Vec<(Tensor, Vec<f32>)> {
    let mut inputs = vec![(game.clock.clone(), as_bits(&game.clock_at(play.config.seed, 0)))];
    for (number, network) in game.networks().into_iter().enumerate() {
        for whole in
            [&network.theta, &network.velocity, &network.gradient].into_iter().chain(&network.second_moment).chain(&network.average)
        {
            inputs.push((whole.clone(), vec![0.0; whole.len() as usize]));
        }
        for (index, parameter) in network.parameters().iter().enumerate() {
            let stream = (number as u32) << 16 | index as u32;
            let values = parameter.initial.values(play.config.seed, stream, parameter.value.len() as usize);
            inputs.extend(parameter.average.iter().map(|average| (average.clone(), values.clone())));
            inputs.push((parameter.value.clone(), values));
        }
    }
    inputs.push((game.ring.clone(), vec![0.0; game.ring.len() as usize]));
    let draw = plan.dispatches.iter().find(|dispatch| dispatch.kernel.operation == "draw").expect("an iteration draws examples");
    let values = match &play.dataset.values {
        Values::Reals(reals) => reals.clone(),
        Values::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            as_bits(&bytemuck::pod_collect_to_vec::<u8, u32>(&bytes))
        }
    };
    inputs.push((draw.tensor("examples").clone(), values));
    if let (Some(draw), Some(labels)) =
        (plan.dispatches.iter().find(|dispatch| dispatch.kernel.operation == "draw_labels"), &play.dataset.labels)
    {
        let words: Vec<u32> = labels.iter().map(|label| u32::from(*label)).collect();
        inputs.push((draw.tensor("labels").clone(), as_bits(&words)));
    }
    inputs
}

/// How far apart two buffers are, norm-wise.
fn norm_wise(what: &str, found: &[f32], expected: &[f64]) -> f64 {
    assert!(found.iter().all(|x| x.is_finite()), "{what}: not every number is finite");
    apart(&wide(found), expected)
}

/// How far ahead the winner of each maxout unit or pooling window is, where it has a rival.
pub fn gaps(host: &HostDevice<f64>, dispatch: &Dispatch) -> Vec<f64> {
    let (x, contests) = (host.reals(dispatch.tensor("x")), contests(dispatch));
    let sorted = (0..dispatch.tensor("winner").len()).map(|output| {
        let mut values: Vec<f64> = contests(output).into_iter().map(|(_, at)| x[at as usize]).collect();
        values.sort_by(f64::total_cmp);
        values
    });
    sorted.filter_map(|values| values.windows(2).last().map(|two| two[1] - two[0])).collect()
}

/// Fails where a dispatch has put a unit on its kink.
pub fn assert_margin(name: &str, host: &HostDevice<f64>, dispatch: &Dispatch) {
    let kernel = &dispatch.kernel;
    let clear = |what: &str, x: f64| assert!(x == 0.0 || x.abs() > MARGIN, "{name}: {what} lies {x:e} from its kink: take another seed");
    match (kernel.operation.as_str(), kernel.hook.as_deref()) {
        ("activation_forward", Some("activation/relu")) => {
            host.reals(dispatch.tensor("x")).iter().for_each(|x| clear("a rectifier's input", *x))
        }
        ("loss_discriminator", _) => host.reals(dispatch.tensor("a")).iter().for_each(|a| clear("a logit", *a)),
        ("maxout_forward" | "max_pooling_forward", _) => gaps(host, dispatch).into_iter().for_each(|gap| clear("a maximum", gap)),
        _ => {}
    }
}
