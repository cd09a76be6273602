//! Convolutions both ways, maxout over channels, pooling, and a small whole game against what PyTorch computes in f64.
//!
//! `tests/golden/make.py` wrote `tests/golden/layers.json`; nothing here needs PyTorch. Everything given is exact in f32 and at most 1 in magnitude, so a
//! sum of K products is off by at most (K + 2) units of K + 1, whatever its order. Of whole games, gradients are compared norm-wise, as `golden` does.

use crate::compare::{UNIT, within};
use crate::lab::{Lab, On};
use gander::bench::apart;
use gander::nn::loss::{self, GeneratorLoss, Loss};
use gander::nn::{
    Applied, Convolution, Extent, Initial, Layer, LayerSpec, MaxPooling, Maxout, Network, Parameter, TransposedConvolution, Window,
};
use gander::plan::{Plan, Recorder, Tensor};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    game: Game,
}

/// A layer with its input, its output, and its gradients for a given gradient of its output.
#[derive(Deserialize)]
struct Case {
    layer: String,
    input: [u32; 4],
    output: [u32; 4],
    #[serde(default)]
    kernel: u32,
    #[serde(default)]
    stride: u32,
    #[serde(default)]
    padding: u32,
    #[serde(default)]
    pieces: u32,
    #[serde(default)]
    window: u32,
    x: Vec<f64>,
    #[serde(default)]
    w: Vec<f64>,
    #[serde(default)]
    b: Vec<f64>,
    y: Vec<f64>,
    dy: Vec<f64>,
    dx: Vec<f64>,
    #[serde(default)]
    dw: Vec<f64>,
    #[serde(default)]
    db: Vec<f64>,
}

/// A small G and D: parameters in their order, one batch, and what comes of it.
#[derive(Deserialize)]
struct Game {
    generator: Vec<LayerSpec>,
    discriminator: Vec<LayerSpec>,
    g: Vec<Vec<f64>>,
    d: Vec<Vec<f64>>,
    x: Vec<f64>,
    z: Vec<f64>,
    forged: Vec<f64>,
    logits: Vec<f64>,
    d_loss: f64,
    g_loss: f64,
    d_gradients: Vec<Vec<f64>>,
    g_gradients: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/layers.json");
    let text = std::fs::read_to_string(path).expect("tests/golden/make.py wrote it");
    serde_json::from_str(&text).expect("it is what make.py writes")
}

/// Exact: make.py gives multiples of 1/64.
fn single(values: &[f64]) -> Vec<f32> {
    let single: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    assert!(single.iter().zip(values).all(|(single, value)| f64::from(*single) == *value), "not every number given is an f32");
    single
}

fn parameter(rec: &mut Recorder, name: &str, shape: [u32; 2]) -> Parameter {
    let [value, gradient, velocity] = ["", "d ", "v "].map(|prefix| rec.tensor(&format!("{prefix}{name}"), shape));
    Parameter { value, gradient, velocity, second_moment: None, average: None, initial: Initial::Constant(0.0), max_col_norm: None }
}

/// What was recorded of a case: given tensors with their values, computed ones with what they must be and the most terms of a sum.
type Recorded<'a> = (Vec<(Tensor, Vec<f32>)>, Vec<(Tensor, &'a [f64], u32)>);

impl Case {
    fn record(&self, rec: &mut Recorder) -> Recorded<'_> {
        let extent = |[_, channels, height, width]: [u32; 4]| Extent { channels, height, width };
        let (input, output, m) = (extent(self.input), extent(self.output), self.input[0]);
        let [x, y] = [("x", input), ("y", output)].map(|(name, size)| rec.tensor(name, [m, size.numbers()]));
        let dy = rec.tensor("dy", [m, output.numbers()]);
        let &Case { kernel, stride, padding, pieces, window, .. } = self;
        let (image, result) = if self.layer == "convolution" { (input, output) } else { (output, input) };
        let w = parameter(rec, "w", [image.channels * (kernel * kernel).max(1), result.channels]);
        let b = parameter(rec, "b", [1, self.b.len().max(1) as u32]);
        let moving = Window { image, result, kernel, stride, padding };
        let layer: Box<dyn Layer> = match self.layer.as_str() {
            "convolution" => Box::new(Convolution { w: w.clone(), b: b.clone(), window: moving }),
            "transposed-convolution" => Box::new(TransposedConvolution { w: w.clone(), b: b.clone(), window: moving }),
            "maxout" => Box::new(Maxout { pieces, positions: output.positions() }),
            "max-pooling" => Box::new(MaxPooling { input, output, window, stride }),
            other => panic!("make.py wrote a layer `{other}`"),
        };
        let kept = layer.keep(rec, m, input.numbers());
        let at = Applied { x: x.clone(), y: y.clone(), kept, salt: 0, first_row: 0 };
        layer.forward(rec, &at);
        layer.parameter_gradient(rec, &at, &dy);
        let dx = layer.input_gradient(rec, &at, &dy);
        let taps = kernel * kernel;
        let mut given = vec![(x, single(&self.x)), (dy, single(&self.dy))];
        let mut computed =
            vec![(y, &self.y[..], taps * input.channels + 1), (dx, &self.dx[..], (taps * output.channels).max(window * window))];
        if layer.has_parameters() {
            given.extend([(w.value, single(&self.w)), (b.value, single(&self.b))]);
            computed.extend([(w.gradient, &self.dw[..], m * result.positions()), (b.gradient, &self.db[..], m * output.positions())]);
        }
        (given, computed)
    }
}

#[test]
fn layers_compute_what_pytorch_computes_forward_and_backward() {
    let golden = golden();
    let mut lab = Lab::enter();
    let recorded: Vec<Recorded> = golden.cases.iter().map(|case| case.record(&mut lab.rec)).collect();
    let given: Vec<_> = recorded.iter().flat_map(|(given, _)| given.iter().map(|(tensor, values)| (tensor, &values[..]))).collect();
    let computed: Vec<_> = recorded.iter().flat_map(|(_, computed)| computed).collect();
    let outputs: Vec<&Tensor> = computed.iter().map(|(tensor, ..)| tensor).collect();
    let seen = lab.run(On::EveryFamily, &given, &outputs);
    for (number, (tensor, expected, terms)) in computed.into_iter().enumerate() {
        let bound = |unit: f64| f64::from(terms + 2) * unit * f64::from(terms + 1);
        for (i, (twin, expected)) in lab.host.reals(tensor).iter().zip(*expected).enumerate() {
            let error = (twin - expected).abs();
            assert!(error <= bound(f64::EPSILON), "the twin's {tensor}[{i}], number {number}: {twin}, not {expected}");
        }
        for gpu in &seen {
            within(&format!("{}: {tensor}, number {number}", gpu.name), &gpu.reals(number), expected, |_| bound(UNIT));
        }
    }
}

/// A network of the file with its parameters.
fn network(
    rec: &mut Recorder,
    name: &str,
    specs: &[LayerSpec],
    inputs: Extent,
    parameters: &[Vec<f64>],
) -> (Network, Vec<(Tensor, Vec<f32>)>) {
    let clock = rec.words("clock", 4);
    let network = Network::new(rec, name, specs, inputs, name == "D", &[], &clock);
    assert_eq!(network.parameters().len(), parameters.len(), "{name} has other parameters");
    let values = network.parameters().iter().zip(parameters).map(|(parameter, values)| (parameter.value.clone(), single(values))).collect();
    (network, values)
}

/// In f64 both do the same sums in other orders, some hundred terms long: 1e-13 norm-wise is far above. In f32 the gate is 1e-5, as golden runs derive it.
#[test]
fn a_whole_game_has_pytorchs_losses_and_gradients() {
    let Game { generator, discriminator, g, d, x, z, .. } = &golden().game;
    let golden = golden().game;
    let mut lab = Lab::enter();
    let rec = &mut lab.rec;
    let (g_net, mut given) = network(rec, "G", generator, 4.into(), g);
    let (d_net, of_d) = network(rec, "D", discriminator, Extent { channels: 3, height: 8, width: 8 }, d);
    given.extend(of_d);
    let m = z.len() as u32 / 4;
    let (pair, noise) = (rec.tensor("x over G(z)", [2 * m, 192]), rec.tensor("z", [m, 4]));
    let [d_tally, g_tally] = [6, 1].map(|n| rec.tensor("tally", [1, n]));
    let (real, forged) = pair.halves();
    let made = g_net.forward_into(rec, &noise, &forged);
    let judged = d_net.forward(rec, &pair);
    let da = loss::discriminator(rec, judged.output(), Loss::CrossEntropy, 1.0, &d_tally);
    d_net.parameter_gradient(rec, &judged, &da);
    let of_forged = judged.rows_at(m..2 * m);
    let da = loss::generator(rec, of_forged.output(), Loss::CrossEntropy, GeneratorLoss::NonSaturating, &g_tally);
    let dx = d_net.input_gradient(rec, &of_forged, &da);
    g_net.parameter_gradient(rec, &made, &dx);
    let plan: Plan = rec.finish("game");
    given.extend([(real, single(x)), (noise, single(z))]);
    let mut computed = vec![(forged, &golden.forged[..]), (judged.output().clone(), &golden.logits[..])];
    for (network, gradients) in [(&d_net, &golden.d_gradients), (&g_net, &golden.g_gradients)] {
        computed
            .extend(network.parameters().iter().zip(gradients).map(|(parameter, gradient)| (parameter.gradient.clone(), &gradient[..])));
    }
    let (d_loss, g_loss) = ([golden.d_loss], [golden.g_loss]);
    // The tally's first number is the loss.
    let losses = [(d_tally, &d_loss), (g_tally, &g_loss)];
    let inputs: Vec<_> = given.iter().map(|(tensor, values)| (tensor, &values[..])).collect();
    let outputs: Vec<&Tensor> = computed.iter().map(|(tensor, _)| tensor).chain(losses.iter().map(|(tensor, _)| tensor)).collect();
    let seen = lab.run_plan(On::EveryFamily, &plan, &inputs, &outputs);
    let all: Vec<(&Tensor, &[f64])> = computed
        .iter()
        .map(|(tensor, values)| (tensor, *values))
        .chain(losses.iter().map(|(tensor, value)| (tensor, &value[..])))
        .collect();
    for (number, (tensor, expected)) in all.into_iter().enumerate() {
        let error = apart(&lab.host.reals(tensor)[..expected.len()], expected);
        assert!(error <= 1e-13, "the twin's {tensor} is {error:e} from PyTorch's");
        for gpu in &seen {
            let found: Vec<f64> = gpu.reals(number).iter().take(expected.len()).map(|x| f64::from(*x)).collect();
            let error = apart(&found, expected);
            assert!(error <= 1e-5, "{}: {tensor} is {error:e} from PyTorch's", gpu.name);
        }
    }
}
