//! The backward passes against central differences, in f64 on the twin: (L(θ + h) − L(θ − h)) / 2h.
//!
//! With h = 1e-5 the difference is off by h²/6·L''' ≈ 2e-11·L''' and by the rounding of L, 1e-16/h = 1e-11; gradients here are of the order of 0.01 to 1,
//! so 1e-7 of the largest is far above both and far below any mistake. A kink within reach of h would show as an error of the order of the gradient, so the
//! margin is asserted: golden's 2e-6 is not enough here, and h moves an input by h times what feeds it.

use crate::lab::{Lab, as_bits, numbers};
use crate::play::{Play, completion_plays, conditional_plays, inference_plays};
use gander::data::labels;
use gander::gan::{Game, Recipe};
use gander::host::HostDevice;
use gander::nn::columns;
use gander::nn::loss::{self, GeneratorLoss, Loss};
use gander::nn::{BiasStart, Extent, Initial, Input, Kind, LayerSpec, Network, Nonlinearity};
use gander::plan::{Device, Dispatch, Plan, Recorder, Tensor};

const H: f64 = 1e-5;
/// Relative to the largest element of the gradient.
const TOLERANCE: f64 = 1e-7;
/// No kink is nearer than what h can move a unit's input: h times the largest input, here below 20.
const MARGIN: f64 = 20.0 * H;

/// Rows of the minibatch.
const M: u32 = 6;
/// Numbers in an example.
const INPUTS: u32 = 5;

fn layer(kind: Kind, units: u32, keep: Option<f32>) -> LayerSpec {
    let pieces = (kind == Kind::Maxout).then_some(3);
    LayerSpec { units: Some(units), pieces, irange: Some(0.9), bias: Some(BiasStart::Constant(0.1)), keep, ..LayerSpec::new(kind) }
}

/// A convolution, one way or the other: so many channels by a window of kernel×kernel, stride and padding.
fn convolution(kind: Kind, channels: u32, [kernel, stride, padding]: [u32; 3], activation: Nonlinearity) -> LayerSpec {
    let pieces = (activation == Nonlinearity::Maxout).then_some(2);
    let window = LayerSpec { kernel: Some(kernel), stride: Some(stride), padding: Some(padding), ..LayerSpec::new(kind) };
    LayerSpec { channels: Some(channels), activation: Some(activation), pieces, irange: Some(0.9), ..window }
}

fn pooling(window: u32, stride: u32) -> LayerSpec {
    LayerSpec { window: Some(window), stride: Some(stride), ..LayerSpec::new(Kind::MaxPooling) }
}

fn reshape([channels, height, width]: [u32; 3]) -> LayerSpec {
    LayerSpec { channels: Some(channels), height: Some(height), width: Some(width), ..LayerSpec::new(Kind::Reshape) }
}

/// Nets over pictures: convolutions that move by one and by two, channels of two pieces, windows that hang over the edge and overlap, and what is
/// reshaped and convolved back.
fn picture_nets() -> Vec<(&'static str, Vec<LayerSpec>)> {
    let picture = reshape([2, 5, 5]);
    let logit = layer(Kind::Sigmoid, 1, Some(0.5));
    let maxout = |size| convolution(Kind::Convolution, 3, size, Nonlinearity::Maxout);
    let back = |size, activation| convolution(Kind::TransposedConvolution, 2, size, activation);
    vec![
        ("convolution", vec![picture.clone(), convolution(Kind::Convolution, 3, [3, 2, 1], Nonlinearity::Sigmoid), logit.clone()]),
        ("maxout over channels", vec![picture.clone(), maxout([2, 1, 0]), logit.clone()]),
        ("pooling", vec![picture.clone(), maxout([4, 1, 2]), pooling(3, 2), layer(Kind::Maxout, 4, Some(0.5)), logit.clone()]),
        ("transposed convolution", vec![reshape([2, 5, 5]), back([3, 2, 1], Nonlinearity::Sigmoid), logit.clone()]),
        (
            "all of them",
            vec![
                picture,
                LayerSpec { keep: Some(0.8), ..maxout([3, 2, 2]) },
                pooling(2, 1),
                back([4, 3, 1], Nonlinearity::Maxout),
                pooling(2, 2),
                logit,
            ],
        ),
    ]
}

/// A net per kind of layer; each but the last layer of D ends in its activation.
fn nets() -> Vec<(&'static str, Vec<LayerSpec>)> {
    let logit = |keep| layer(Kind::Sigmoid, 1, keep);
    vec![
        ("relu", vec![layer(Kind::Relu, 7, None), logit(None)]),
        ("sigmoid", vec![layer(Kind::Sigmoid, 7, None), logit(None)]),
        ("linear", vec![layer(Kind::Linear, 7, None), logit(None)]),
        ("maxout", vec![layer(Kind::Maxout, 7, None), logit(None)]),
        ("dropout", vec![layer(Kind::Sigmoid, 9, Some(0.8)), logit(Some(0.5))]),
        (
            "all together",
            vec![layer(Kind::Maxout, 8, Some(0.8)), layer(Kind::Relu, 7, Some(0.5)), layer(Kind::Sigmoid, 6, None), logit(Some(0.5))],
        ),
    ]
}

/// A function of a few tensors, and its gradient, as plans on the twin.
struct Function {
    host: HostDevice<f64>,
    forward: Plan,
    loss: Tensor,
}

impl Function {
    fn value(&mut self) -> f64 {
        self.forward.dispatches.iter().for_each(|dispatch| self.host.run(dispatch));
        self.host.reals(&self.loss)[0]
    }

    /// Fails unless `gradient` holds the derivatives by every element of `by`, and zero for those that are zero: the corners beside a label's weights, which
    /// are held there.
    fn check(&mut self, what: &str, by: &Tensor, gradient: &[f64]) {
        let scale = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        assert!(scale > 1e-4, "{what}: the gradient is {gradient:?}, too small to be tested");
        let mut values = self.host.reals(by).to_vec();
        let mut worst: f64 = 0.0;
        for i in 0..values.len() {
            let x = values[i];
            if x == 0.0 {
                assert!(gradient[i] == 0.0, "{what}[{i}] is held at zero, its gradient is {}", gradient[i]);
                continue;
            }
            let mut at = |x| {
                values[i] = x;
                self.host.set_reals(by, &values);
                self.value()
            };
            let slope = (at(x + H) - at(x - H)) / (2.0 * H);
            at(x);
            let error = (slope - gradient[i]).abs();
            assert!(
                error <= TOLERANCE * scale,
                "{what}[{i}]: gradient {}, difference {slope}, error {error:e}, bound {:e}",
                gradient[i],
                TOLERANCE * scale
            );
            worst = worst.max(error / scale);
        }
        println!("{what}: worst relative error {worst:.1e}");
    }
}

/// Allocates, fills every network with its initial parameters (biases spread out, so that nothing is symmetric), and takes inputs that
/// keep off the kinks.
fn ready(rec: &Recorder, forward: Plan, loss: &Tensor, networks: &[&Network], x: &Tensor, clock: &Tensor) -> Function {
    let mut host = HostDevice::<f64>::new();
    host.allocate(rec.memory()).expect("the host takes any tensor");
    host.write(clock, bytemuck::cast_slice(&as_bits(&[21, 4, 0, 0])));
    for (number, network) in networks.iter().enumerate() {
        for (index, parameter) in network.parameters().iter().enumerate() {
            let drawn = parameter.initial.values(5, (number as u32) << 16 | index as u32, parameter.value.len() as usize);
            let mut values = drawn.clone();
            values.iter_mut().zip(numbers(index as u32 + 9, parameter.value.len())).for_each(|(value, more)| *value += 0.2 * more);
            if let Initial::Blocks { .. } = parameter.initial {
                values.iter_mut().zip(&drawn).filter(|(_, drawn)| **drawn == 0.0).for_each(|(value, _)| *value = 0.0);
            }
            host.write(&parameter.value, bytemuck::cast_slice(&values));
        }
    }
    let mut function = Function { host, forward, loss: loss.clone() };
    let clear = (1..=20).find(|seed| {
        function.host.write(x, bytemuck::cast_slice(&numbers(*seed, x.len())));
        function.value();
        function.forward.dispatches.iter().all(|dispatch| nearest_kink(&function.host, dispatch) > MARGIN)
    });
    assert!(clear.is_some(), "twenty inputs all lie near a kink: take other parameters");
    function
}

/// How far the unit of a dispatch that is nearest to its kink is from it.
fn nearest_kink(host: &HostDevice<f64>, dispatch: &gander::plan::Dispatch) -> f64 {
    match (dispatch.kernel.operation.as_str(), dispatch.kernel.hook.as_deref()) {
        ("activation_forward", Some("activation/relu")) => {
            host.reals(dispatch.tensor("x")).iter().map(|x| x.abs()).fold(f64::MAX, f64::min)
        }
        ("maxout_forward" | "max_pooling_forward", _) => crate::golden::gaps(host, dispatch).into_iter().fold(f64::MAX, f64::min),
        _ => f64::MAX,
    }
}

#[test]
fn the_discriminators_gradients_are_the_slopes_of_its_loss_for_every_kind_of_layer() {
    let nets = nets().into_iter().map(|(name, specs)| (name, specs, INPUTS));
    for (name, specs, inputs) in nets.chain(picture_nets().into_iter().map(|(name, specs)| (name, specs, 50))) {
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let network = Network::new(&mut rec, "D", &specs, inputs, true, &[], &clock);
        let (x, tally) = (rec.tensor("x", [2 * M, inputs]), rec.tensor("tally", [1, 6]));
        let judged = network.forward(&mut rec, &x);
        let da = loss::discriminator(&mut rec, judged.output(), Loss::CrossEntropy, 0.5, &tally);
        let forward = rec.finish("forward");
        network.parameter_gradient(&mut rec, &judged, &da);
        let dx = network.input_gradient(&mut rec, &judged, &da);
        let backward = rec.finish("backward");
        let mut function = ready(&rec, forward, &tally.named("L_D"), &[&network], &x, &clock);
        backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
        for parameter in network.parameters() {
            let gradient = function.host.reals(&parameter.gradient).to_vec();
            function.check(&format!("{name}: ∂L_D/∂{}", parameter.value.name()), &parameter.value, &gradient);
        }
        let gradient = function.host.reals(&dx).to_vec();
        function.check(&format!("{name}: ∂L_D/∂x"), &x, &gradient);
    }
}

#[test]
fn the_generators_gradients_are_the_slopes_of_both_its_losses_through_the_discriminator() {
    for kind in [GeneratorLoss::Minimax, GeneratorLoss::NonSaturating] {
        let dense = vec![layer(Kind::Relu, 6, None), layer(Kind::Sigmoid, INPUTS, None)];
        let back = convolution(Kind::TransposedConvolution, 2, [3, 2, 0], Nonlinearity::Linear);
        let pictures = vec![layer(Kind::Relu, 12, None), reshape([3, 2, 2]), back];
        let mut games: Vec<_> = nets().into_iter().map(|(name, d_specs)| (name, dense.clone(), d_specs)).collect();
        games.extend(picture_nets().into_iter().map(|(name, d_specs)| (name, pictures.clone(), d_specs)));
        for (name, g_specs, d_specs) in games {
            let mut rec = Recorder::new();
            let clock = rec.words("clock", 4);
            let g = Network::new(&mut rec, "G", &g_specs, 4, false, &[], &clock);
            let d = Network::new(&mut rec, "D", &d_specs, g.outputs(), true, &[], &clock);
            let (z, tally) = (rec.tensor("z", [M, 4]), rec.tensor("tally", [1, 1]));
            let forged = g.forward(&mut rec, &z);
            let judged = d.forward(&mut rec, forged.output());
            let da = loss::generator(&mut rec, judged.output(), Loss::CrossEntropy, kind, &tally);
            let forward = rec.finish("forward");
            let dx = d.input_gradient(&mut rec, &judged, &da);
            g.parameter_gradient(&mut rec, &forged, &dx);
            let dz = g.input_gradient(&mut rec, &forged, &dx);
            let backward = rec.finish("backward");
            let mut function = ready(&rec, forward, &tally, &[&g, &d], &z, &clock);
            backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
            for parameter in g.parameters() {
                let gradient = function.host.reals(&parameter.gradient).to_vec();
                function.check(&format!("{name}, {kind:?}: ∂L_G/∂{}", parameter.value.name()), &parameter.value, &gradient);
            }
            let gradient = function.host.reals(&dz).to_vec();
            function.check(&format!("{name}, {kind:?}: ∂L_G/∂z"), &z, &gradient);
        }
    }
}

/// The labels of the rows stay as they are: all classes, some twice.
#[test]
fn the_classifiers_gradients_are_the_slopes_of_its_loss() {
    for (name, mut specs) in nets() {
        specs.pop();
        specs.push(layer(Kind::Linear, 4, Some(0.5)));
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let network = Network::new(&mut rec, "C", &specs, INPUTS, false, &[], &clock);
        let (x, tally, labels) = (rec.tensor("x", [M, INPUTS]), rec.tensor("tally", [1, 2]), rec.words("labels", M));
        let pass = network.forward(&mut rec, &x);
        let da = loss::softmax(&mut rec, pass.output(), &labels, &tally);
        let forward = rec.finish("forward");
        network.parameter_gradient(&mut rec, &pass, &da);
        let dx = network.input_gradient(&mut rec, &pass, &da);
        let backward = rec.finish("backward");
        let mut function = ready(&rec, forward, &tally, &[&network], &x, &clock);
        function.host.write(&labels, bytemuck::cast_slice(&as_bits(&[0, 1, 2, 3, 1, 0])));
        function.value();
        backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
        for parameter in network.parameters() {
            let gradient = function.host.reals(&parameter.gradient).to_vec();
            function.check(&format!("{name}: ∂L/∂{}", parameter.value.name()), &parameter.value, &gradient);
        }
        let gradient = function.host.reals(&dx).to_vec();
        function.check(&format!("{name}: ∂L/∂x"), &x, &gradient);
    }
}

/// Through a D whose logit of "real" is the logarithm of a sum over classes: by D's own parameters too, for both players' gradients go through it.
#[test]
fn the_gradients_through_a_discriminator_of_several_logits_are_the_slopes_of_the_loss() {
    for (name, mut d_specs) in nets() {
        d_specs.pop();
        d_specs.push(layer(Kind::Linear, 4, Some(0.5)));
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let g_specs = [layer(Kind::Relu, 6, None), layer(Kind::Sigmoid, INPUTS, None)];
        let g = Network::new(&mut rec, "G", &g_specs, 4, false, &[], &clock);
        let d = Network::new(&mut rec, "D", &d_specs, INPUTS, false, &[], &clock);
        let (z, tally) = (rec.tensor("z", [M, 4]), rec.tensor("tally", [1, 1]));
        let forged = g.forward(&mut rec, &z);
        let judged = d.forward(&mut rec, forged.output());
        let l = judged.output();
        let a = loss::log_sum_exp(&mut rec, l);
        let da = loss::generator(&mut rec, &a, Loss::CrossEntropy, GeneratorLoss::NonSaturating, &tally);
        let forward = rec.finish("forward");
        let dl = rec.tensor("dl", [l.rows(), l.cols()]);
        loss::log_sum_exp_gradient(&mut rec, l, &a, &da, &dl);
        d.parameter_gradient(&mut rec, &judged, &dl);
        let dx = d.input_gradient(&mut rec, &judged, &dl);
        g.parameter_gradient(&mut rec, &forged, &dx);
        let backward = rec.finish("backward");
        let mut function = ready(&rec, forward, &tally, &[&g, &d], &z, &clock);
        backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
        for parameter in g.parameters().iter().chain(d.parameters()) {
            let gradient = function.host.reals(&parameter.gradient).to_vec();
            function.check(&format!("{name}: ∂L_G/∂{}", parameter.value.name()), &parameter.value, &gradient);
        }
    }
}

/// The way that a search for z goes: L of one row by z, through G as it is evaluated, where some numbers count half and some nothing.
#[test]
fn the_squared_errors_gradient_by_z_is_its_slope_through_every_kind_of_generator() {
    let back = convolution(Kind::TransposedConvolution, 2, [3, 2, 0], Nonlinearity::Linear);
    let dense = vec![layer(Kind::Relu, 9, Some(0.5)), layer(Kind::Maxout, 8, None), layer(Kind::Sigmoid, 11, None)];
    let pictures = vec![layer(Kind::Relu, 12, None), reshape([3, 2, 2]), back];
    for (name, specs) in [("dense", dense), ("transposed convolution", pictures)] {
        let mut rec = Recorder::new();
        let clock = rec.words("clock", 4);
        let g = Network::new(&mut rec, "G", &specs, 4, false, &[], &clock);
        let [z, x, w, losses] = [[1, 4], [1, g.outputs()], [1, g.outputs()], [1, 1]].map(|shape| rec.tensor("t", shape));
        let pass = g.evaluate_pass(&mut rec, &z);
        let dx = loss::squares(&mut rec, pass.output(), &x, &w, 1.0, &losses);
        let forward = rec.finish("forward");
        let dz = g.input_gradient(&mut rec, &pass, &dx);
        let backward = rec.finish("backward");
        let mut function = ready(&rec, forward, &losses, &[&g], &z, &clock);
        function.host.write(&x, bytemuck::cast_slice(&numbers(3, x.len())));
        let weights: Vec<f32> = (0..w.len()).map(|i| [1.0, 0.0, 0.5][i as usize % 3]).collect();
        function.host.write(&w, bytemuck::cast_slice(&weights));
        function.value();
        backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
        let gradient = function.host.reals(&dz).to_vec();
        function.check(&format!("{name}: ∂L/∂z"), &z, &gradient);
    }
}

/// Through G and D that are both told a label, and none of it by the label: where the label joins z and x in the first layer, and where it has units of its
/// own there. G draws chance in the one, too.
#[test]
fn the_gradients_of_a_conditional_game_are_the_slopes_of_its_loss() {
    let g = |label_units, keep| {
        vec![LayerSpec { label_units, ..layer(Kind::Relu, 6, None) }, layer(Kind::Relu, 5, keep), layer(Kind::Sigmoid, INPUTS, keep)]
    };
    let d = |label_units| {
        vec![LayerSpec { label_units, ..layer(Kind::Maxout, 7, Some(0.8)) }, layer(Kind::Maxout, 4, None), layer(Kind::Sigmoid, 1, None)]
    };
    the_slopes_of("a label beside its rows", &g(None, None), &d(None));
    the_slopes_of("a label with units of its own", &g(Some(4), Some(0.5)), &d(Some(3)));
}

/// Through D that judges pairs: L_D by D's own parameters, of (x, E(x)) over (G(z), z); L_G by G's, of (G(z), z), where z goes to D by itself, too; and L_E
/// by E's, of (x, E(x)), for every loss. A critic of Wasserstein's is free up to a constant, so its last bias has no slope.
#[test]
fn the_gradients_of_a_bidirectional_game_are_the_slopes_of_its_losses() {
    const SIZE: u32 = 4;
    let e_specs = [layer(Kind::Relu, 6, None), layer(Kind::Sigmoid, 5, Some(0.5)), layer(Kind::Linear, SIZE, None)];
    let g_specs = [layer(Kind::Relu, 6, None), layer(Kind::Sigmoid, INPUTS, None)];
    let d_specs = [layer(Kind::Maxout, 7, Some(0.8)), layer(Kind::Maxout, 4, None), layer(Kind::Sigmoid, 1, None)];
    let check = |function: &mut Function, what: &str, backward: Plan, network: &Network| {
        backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
        for parameter in network.parameters() {
            let (name, gradient) = (parameter.value.name(), function.host.reals(&parameter.gradient).to_vec());
            if (what, name) == ("Wasserstein, NonSaturating, L_D", "D.2.b") {
                assert!(gradient.iter().all(|slope| slope.abs() < TOLERANCE), "{what}: {name} has the slope {gradient:?}");
                continue;
            }
            function.check(&format!("{what}: slope by {name}"), &parameter.value, &gradient);
        }
    };
    let losses = [Loss::CrossEntropy, Loss::Hinge, Loss::LeastSquares, Loss::Wasserstein].map(|loss| (loss, GeneratorLoss::NonSaturating));
    for (kind, form) in losses.into_iter().chain([(Loss::CrossEntropy, GeneratorLoss::Minimax)]) {
        for player in ["D", "G", "E"] {
            let mut rec = Recorder::new();
            let clock = rec.words("clock", 4);
            let e = Network::new(&mut rec, "E", &e_specs, INPUTS, false, &[], &clock);
            let g = Network::new(&mut rec, "G", &g_specs, SIZE, false, &[], &clock);
            let d = Network::new(&mut rec, "D", &d_specs, INPUTS + SIZE, true, &[], &clock);
            // One input holds both: x and z, side by side.
            let (both, tally) = (rec.tensor("x beside z", [M, INPUTS + SIZE]), rec.tensor("tally", [1, 6]));
            let x = columns::part(&mut rec, &both, 0..INPUTS);
            let z = columns::part(&mut rec, &both, INPUTS..INPUTS + SIZE);
            let (encoded, forged) = (e.forward(&mut rec, &x), g.forward(&mut rec, &z));
            let what = format!("{kind:?}, {form:?}, L_{player}");
            match player {
                "D" => {
                    let pairs = rec.tensor("pairs", [2 * M, INPUTS + SIZE]);
                    let (real, fake) = pairs.halves();
                    columns::join_into(&mut rec, &x, encoded.output(), &real);
                    columns::join_into(&mut rec, forged.output(), &z, &fake);
                    let judged = d.forward(&mut rec, &pairs);
                    let da = loss::discriminator(&mut rec, judged.output(), kind, 1.0, &tally);
                    let forward = rec.finish("forward");
                    d.parameter_gradient(&mut rec, &judged, &da);
                    let backward = rec.finish("backward");
                    let mut function = ready(&rec, forward, &tally, &[&e, &g, &d], &both, &clock);
                    check(&mut function, &what, backward, &d);
                }
                "G" => {
                    let pairs = columns::join(&mut rec, forged.output(), &z);
                    let judged = d.forward(&mut rec, &pairs);
                    let da = loss::generator(&mut rec, judged.output(), kind, form, &tally);
                    let forward = rec.finish("forward");
                    let dy = d.input_gradient(&mut rec, &judged, &da);
                    let dx = columns::part(&mut rec, &dy, 0..INPUTS);
                    g.parameter_gradient(&mut rec, &forged, &dx);
                    let backward = rec.finish("backward");
                    let mut function = ready(&rec, forward, &tally, &[&e, &g, &d], &both, &clock);
                    check(&mut function, &what, backward, &g);
                }
                _ => {
                    let pairs = columns::join(&mut rec, &x, encoded.output());
                    let judged = d.forward(&mut rec, &pairs);
                    let da = loss::encoder(&mut rec, judged.output(), kind, form, &tally);
                    let forward = rec.finish("forward");
                    let dy = d.input_gradient(&mut rec, &judged, &da);
                    let dz = columns::part(&mut rec, &dy, INPUTS..INPUTS + SIZE);
                    e.parameter_gradient(&mut rec, &encoded, &dz);
                    let backward = rec.finish("backward");
                    let mut function = ready(&rec, forward, &tally, &[&e, &g, &d], &both, &clock);
                    check(&mut function, &what, backward, &e);
                }
            }
        }
    }
}

/// A game, its recorded iteration, and the twin where it starts.
fn recorded(lab: &mut Lab, play: &Play) -> (Game, Plan) {
    let game =
        Game::new(&mut lab.rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
    let plan = game.record_iteration(&mut lab.rec);
    let inputs = crate::golden::start(&game, play, &plan);
    let given: Vec<_> = inputs.iter().map(|(tensor, values)| (tensor, &values[..])).collect();
    lab.start_twin(&plan, &given);
    (game, plan)
}

/// The step of the last player in an iteration as a game records it, not one that is put together here: its gradient is the slope of the loss that it tallies.
fn check_recorded_step(play: &Play, last: impl Fn(&Game) -> &Network, algorithm_1: &str) {
    let mut lab = Lab::enter();
    let (game, plan) = recorded(&mut lab, play);
    // Biases begin at zero, where a slope is not looked for.
    for parameter in last(&game).parameters() {
        if lab.host.reals(&parameter.value).iter().all(|x| *x == 0.0) {
            lab.host.set_reals(&parameter.value, &vec![0.05; parameter.value.len() as usize]);
        }
    }
    // In the code of 2014 everybody's pass is part of D's, before anybody moves; in algorithm 1 the step is the last.
    let begin = match play.config.train.recipe {
        Recipe::Algorithm1 => algorithm_1,
        Recipe::Code2014 => "Sample m examples x",
    };
    let [before, step] = cut(&plan, begin);
    before.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
    let loss = step.dispatches.iter().rposition(|dispatch| dispatch.kernel.operation == "loss_generator").expect("the last loss");
    let tally = step.dispatches[loss].bindings.iter().find(|(slot, _)| *slot == "tally").expect("a loss has one").1.clone();
    let moves =
        |dispatch: &Dispatch| dispatch.tensors(true).any(|x| game.networks().iter().any(|network| network.theta.buffer() == x.buffer()));
    let end = step.dispatches.iter().position(moves).expect("somebody moves");
    let plan = |dispatches: &[Dispatch]| Plan { name: "a step".into(), dispatches: dispatches.to_vec() };
    // What others write in between does not reach this loss.
    let (forward, backward) = (plan(&step.dispatches[..=loss]), plan(&step.dispatches[loss + 1..end]));
    let host = std::mem::replace(&mut lab.host, HostDevice::new());
    let mut function = Function { host, forward, loss: tally };
    function.value();
    backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
    for parameter in last(&game).parameters() {
        let gradient = function.host.reals(&parameter.gradient).to_vec();
        function.check(&format!("{}: by {}", play.name, parameter.value.name()), &parameter.value, &gradient);
    }
}

#[test]
fn what_e_descends_in_a_recorded_iteration_is_the_slope_of_its_loss() {
    for play in &inference_plays() {
        check_recorded_step(play, |game| game.encoder().expect("it is a game of inference"), "Draw D's last examples x again");
    }
}

/// G with what is given: nothing, labels, or what is kept of an example, of which it learns nothing.
#[test]
fn what_g_descends_in_a_recorded_iteration_is_the_slope_of_its_loss() {
    for play in completion_plays().iter().chain(&conditional_plays()) {
        check_recorded_step(play, |game| &game.generator, "Sample m fresh noise vectors z");
    }
}

fn the_slopes_of(what: &str, g_specs: &[LayerSpec], d_specs: &[LayerSpec]) {
    const CLASSES: u32 = 3;
    let told = |numbers: u32| Input { extent: Extent::from(numbers + CLASSES), labels: CLASSES };
    let mut rec = Recorder::new();
    let clock = rec.words("clock", 4);
    let g = Network::new(&mut rec, "G", g_specs, told(4), false, &[], &clock);
    let d = Network::new(&mut rec, "D", d_specs, told(INPUTS), true, &[], &clock);
    let (z, labels, tally) = (rec.tensor("z", [M, 4]), rec.words("labels", M), rec.tensor("tally", [1, 1]));
    let told = labels::join(&mut rec, &z, &labels, CLASSES);
    let forged = g.forward(&mut rec, &told);
    let shown = labels::join(&mut rec, forged.output(), &labels, CLASSES);
    let judged = d.forward(&mut rec, &shown);
    let da = loss::generator(&mut rec, judged.output(), Loss::CrossEntropy, GeneratorLoss::NonSaturating, &tally);
    let forward = rec.finish("forward");
    let dx = d.input_gradient(&mut rec, &judged, &da);
    let dx = columns::part(&mut rec, &dx, 0..INPUTS);
    g.parameter_gradient(&mut rec, &forged, &dx);
    let dz = g.input_gradient(&mut rec, &forged, &dx);
    let dz = columns::part(&mut rec, &dz, 0..4);
    let backward = rec.finish("backward");
    let mut function = ready(&rec, forward, &tally, &[&g, &d], &z, &clock);
    backward.dispatches.iter().for_each(|dispatch| function.host.run(dispatch));
    for parameter in g.parameters() {
        let gradient = function.host.reals(&parameter.gradient).to_vec();
        function.check(&format!("{what}: ∂L_G/∂{}", parameter.value.name()), &parameter.value, &gradient);
    }
    let gradient = function.host.reals(&dz).to_vec();
    function.check(&format!("{what}: ∂L_G/∂z"), &z, &gradient);
}

/// Plays an iteration in two parts, cut before the first dispatch whose section begins so.
fn cut(plan: &Plan, section: &str) -> [Plan; 2] {
    let at = plan.dispatches.iter().position(|dispatch| dispatch.section.starts_with(section));
    let (before, after) = plan.dispatches.split_at(at.unwrap_or_else(|| panic!("no section begins with `{section}`")));
    [before, after].map(|part| Plan { name: plan.name.clone(), dispatches: part.to_vec() })
}

/// What D's steps write is not G's, and what G's step writes is not D's: neither its parameters nor its gradient nor its velocity.
#[test]
fn the_discriminators_step_leaves_the_generator_untouched_and_the_other_way_round() {
    let mut lab = Lab::enter();
    for play in crate::play::plays().iter().filter(|play| play.config.train.recipe == Recipe::Algorithm1) {
        let (game, plan) = recorded(&mut lab, play);
        let (g, d) = (&game.generator, &game.discriminator);
        let [of_g, of_d] = [g, d].map(|network| [&network.theta, &network.gradient, &network.velocity]);
        let state = |lab: &Lab, tensors: [&Tensor; 3]| tensors.map(|tensor| lab.host.reals(tensor).to_vec());
        let [d_steps, g_step] = cut(&plan, "Sample m fresh noise vectors z");
        let before = [state(&lab, of_g), state(&lab, of_d)];
        d_steps.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
        let between = [state(&lab, of_g), state(&lab, of_d)];
        assert!(before[0] == between[0], "{}: D's steps changed G", play.name);
        assert!((0..3).all(|at| before[1][at] != between[1][at]), "{}: D's steps did not move D", play.name);
        g_step.dispatches.iter().for_each(|dispatch| lab.host.run(dispatch));
        let after = [state(&lab, of_g), state(&lab, of_d)];
        assert!(between[1] == after[1], "{}: G's step changed D", play.name);
        assert!((0..3).all(|at| between[0][at] != after[0][at]), "{}: G's step did not move G", play.name);
    }
}

/// In the code of 2014 both gradients are made before either player moves, and G's comes through the masks and the fakes of D's own pass.
#[test]
fn the_code_of_2014_moves_both_at_once_on_the_same_fakes_under_the_same_masks() {
    let mut lab = Lab::enter();
    for play in crate::play::plays().iter().filter(|play| play.config.train.recipe == Recipe::Code2014) {
        let game =
            Game::new(&mut lab.rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
        let plan = game.record_iteration(&mut lab.rec);
        let [gradients, moves] = cut(&plan, "Both move at once");
        let thetas = [&game.generator, &game.discriminator].map(|network| network.theta.buffer());
        let written = |plan: &Plan| {
            plan.dispatches.iter().flat_map(|dispatch| dispatch.tensors(true)).filter(|tensor| thetas.contains(&tensor.buffer())).count()
        };
        assert_eq!(written(&gradients), 0, "{}: a player moved before both gradients were made", play.name);
        assert!(written(&moves) >= 2, "{}: not both moved", play.name);
        let of = |operation: &str| plan.dispatches.iter().filter(|dispatch| dispatch.kernel.operation == operation).collect::<Vec<_>>();
        assert_eq!(of("noise").len(), 1, "{}: noise is drawn once", play.name);
        assert_eq!(of("shuffle").len(), 1, "{}: one minibatch", play.name);
        // Every mask is drawn for 2m rows forward; backward for D's gradient by the whole, for G's by its second half, under the same salts.
        let (masks, m) = (of("dropout"), play.config.train.batch);
        let salts = |first: bool| {
            masks
                .iter()
                .filter(|mask| (mask.word("first") > 0) == first)
                .map(|mask| mask.word("salt"))
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(salts(true), salts(false), "{}: G's masks are D's", play.name);
        for mask in masks.iter().filter(|mask| mask.word("first") > 0) {
            let units = mask.word("count") / m;
            assert_eq!((mask.word("first"), mask.word("count")), (m * units, m * units), "{}: the rows of S", play.name);
        }
    }
}
