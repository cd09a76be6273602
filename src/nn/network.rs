//! Networks: a stack of layers over one buffer of parameters.

use crate::nn::{
    Activation, Affine, Applied, BiasStart, Convolution, Dropout, Initial, Input, Kind, Layer, LayerSpec, MaxPooling, Maxout, Nonlinearity,
    Shaped, TransposedConvolution, marginals, shapes,
};
use crate::plan::{Recorder, Tensor, Work};
use std::ops::Range;

/// A parameter and what training keeps beside it.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The parameter itself.
    pub value: Tensor,
    /// ∂L/∂θ of the last parameter gradient.
    pub gradient: Tensor,
    /// The velocity of momentum.
    pub velocity: Tensor,
    /// The second moment, where Adam keeps one.
    pub second_moment: Option<Tensor>,
    /// The moving average, where the network keeps one.
    pub average: Option<Tensor>,
    /// How it begins.
    pub initial: Initial,
    /// The norm that no column may exceed.
    pub max_col_norm: Option<f32>,
}

/// A network: G or D.
pub struct Network {
    name: String,
    layers: Vec<Box<dyn Layer>>,
    /// How many of them stand up to the end of each layer of the configuration.
    ends: Vec<usize>,
    parameters: Vec<Parameter>,
    inputs: u32,
    parameter_count: u64,
    /// All parameters, padding included.
    pub theta: Tensor,
    /// All gradients, padding (zero) included.
    pub gradient: Tensor,
    /// All velocities, padding (zero) included.
    pub velocity: Tensor,
    /// All second moments, padding (zero) included, where the network learns by Adam.
    pub second_moment: Option<Tensor>,
    /// The moving averages of all parameters, padding (zero) included, where the network keeps them.
    pub average: Option<Tensor>,
}

/// One forward pass of a minibatch through a network: all that its backward passes need.
#[derive(Clone, Debug)]
pub struct Pass {
    applied: Vec<Applied>,
    /// The number of the layer that each application is of.
    layers: Vec<usize>,
}

impl Pass {
    /// What the network gave out.
    pub fn output(&self) -> &Tensor {
        &self.applied.last().expect("a network has layers").y
    }

    /// What the last layer took in: the highest hidden layer.
    pub fn features(&self) -> &Tensor {
        &self.applied.last().expect("a network has layers").x
    }

    /// The same pass, seen on some of its rows only: the same values, the same masks.
    pub fn rows_at(&self, rows: Range<u32>) -> Pass {
        Pass { applied: self.applied.iter().map(|at| at.rows_at(rows.clone())).collect(), layers: self.layers.clone() }
    }
}

impl Network {
    /// Builds a network and reserves its parameters.
    ///
    /// `logits` leaves the last sigmoid out: the losses take D's logit. `mean` is the training data's mean, for a bias from the marginals.
    /// # Panics
    /// if a layer cannot take in what the one before gives out: [`shapes`] says so beforehand.
    #[track_caller]
    pub fn new(
        rec: &mut Recorder,
        name: &str,
        specs: &[LayerSpec],
        inputs: impl Into<Input>,
        logits: bool,
        mean: &[f32],
        clock: &Tensor,
    ) -> Network {
        let inputs = inputs.into();
        let shaped = shapes(name, specs, inputs).unwrap_or_else(|error| panic!("{error}"));
        let (shapes, starts) = parameter_table(name, specs, &shaped, mean);
        let (theta, values) = rec.carve(&format!("{name} theta"), &shapes);
        let (gradient, gradients) = rec.carve(&format!("{name} gradient"), &shapes);
        let (velocity, velocities) = rec.carve(&format!("{name} velocity"), &shapes);
        let views = values.into_iter().zip(gradients).zip(velocities).zip(starts);
        let parameters: Vec<Parameter> = views
            .map(|(((value, gradient), velocity), (initial, max_col_norm))| {
                let gradient = gradient.named(&format!("d {}", value.name()));
                Parameter { value, gradient, velocity, second_moment: None, average: None, initial, max_col_norm }
            })
            .collect();
        let mut pairs = parameters.chunks_exact(2);
        let (mut layers, mut ends): (Vec<Box<dyn Layer>>, _) = (vec![], vec![]);
        for (at, (spec, shaped)) in specs.iter().zip(&shaped).enumerate() {
            if let Some(keep) = spec.dropout() {
                layers.push(Box::new(Dropout { keep, clock: clock.clone() }));
            }
            layers.extend(linear(spec, shaped, &mut pairs));
            match spec.nonlinearity() {
                Nonlinearity::Relu => layers.push(Box::new(Activation::Relu)),
                Nonlinearity::Sigmoid if logits && at + 1 == specs.len() => {}
                Nonlinearity::Sigmoid => layers.push(Box::new(Activation::Sigmoid)),
                Nonlinearity::Maxout => {
                    layers.push(Box::new(Maxout { pieces: spec.columns_per_output(), positions: shaped.output.positions() }));
                }
                Nonlinearity::Linear => {}
            }
            ends.push(layers.len());
        }
        Network {
            name: name.into(),
            layers,
            ends,
            parameters,
            inputs: inputs.extent.numbers(),
            parameter_count: shaped.iter().map(Shaped::parameters).sum(),
            theta,
            gradient,
            velocity,
            second_moment: None,
            average: None,
        }
    }

    /// What it is called: `G`, `D`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Units it takes in.
    pub fn inputs(&self) -> u32 {
        self.inputs
    }

    /// Units it gives out.
    pub fn outputs(&self) -> u32 {
        self.layers.iter().fold(self.inputs, |inputs, layer| layer.outputs(inputs))
    }

    /// Most numbers per example that it takes in or that one of its layers gives out.
    pub fn widest(&self) -> u32 {
        let mut widths = vec![self.inputs];
        for layer in &self.layers {
            widths.push(layer.outputs(widths[widths.len() - 1]));
        }
        widths.into_iter().max().expect("the input is one")
    }

    /// Its parameters, from the input up: weights and biases by turns.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Numbers it learns.
    pub fn parameter_count(&self) -> u64 {
        self.parameter_count
    }

    /// Records a forward pass of x.   x: m×inputs.
    #[track_caller]
    pub fn forward(&self, rec: &mut Recorder, x: &Tensor) -> Pass {
        let y = rec.tensor(&format!("{}(·)", self.name), [x.rows(), self.outputs()]);
        self.forward_into(rec, x, &y)
    }

    /// Records a forward pass of x whose output goes to y.   x: m×inputs, y: m×outputs.
    /// # Panics
    /// if a shape does not fit.
    #[track_caller]
    pub fn forward_into(&self, rec: &mut Recorder, x: &Tensor, y: &Tensor) -> Pass {
        assert!(x.cols() == self.inputs, "{} takes {} columns, {x} has {}", self.name, self.inputs, x.cols());
        assert!(y.cols() == self.outputs() && y.rows() == x.rows(), "{} of {x} does not fit {y}", self.name);
        self.pass(rec, x, y, |_, _| true)
    }

    /// Records the plain forward pass of x, as networks are evaluated: without the layers that draw chance.   x: m×inputs, result: m×outputs.
    #[track_caller]
    pub fn evaluate(&self, rec: &mut Recorder, x: &Tensor) -> Tensor {
        self.evaluate_pass(rec, x).output().clone()
    }

    /// Records the same as [`Network::evaluate`]; the result knows its hidden layers too.
    #[track_caller]
    pub fn evaluate_pass(&self, rec: &mut Recorder, x: &Tensor) -> Pass {
        assert!(x.cols() == self.inputs, "{} takes {} columns, {x} has {}", self.name, self.inputs, x.cols());
        let y = rec.tensor(&format!("{}(·)", self.name), [x.rows(), self.outputs()]);
        self.pass(rec, x, &y, |_, layer| !layer.draws())
    }

    /// Numbers per example that a hidden layer gives out, counted from 0 as in the configuration; nothing where there is no such layer, or nothing is
    /// computed on one side of it.
    pub fn hidden(&self, layer: u32) -> Option<u32> {
        let end = *self.ends.get(layer as usize)?;
        let computes = |part: &[Box<dyn Layer>]| part.iter().any(|layer| !layer.draws());
        let (below, above) = self.layers.split_at(end);
        (computes(below) && computes(above)).then(|| below.iter().fold(self.inputs, |inputs, layer| layer.outputs(inputs)))
    }

    /// The layers that [`Network::hidden`] knows.
    pub fn hidden_layers(&self) -> Vec<u32> {
        (0..self.ends.len() as u32).filter(|layer| self.hidden(*layer).is_some()).collect()
    }

    /// Records [`Network::evaluate`] of x from the input up to a hidden layer.   x: m×inputs, result: m×[`Network::hidden`].
    /// # Panics
    /// if there is no such hidden layer.
    #[track_caller]
    pub fn evaluate_below(&self, rec: &mut Recorder, x: &Tensor, layer: u32) -> Tensor {
        let width = self.hidden(layer).unwrap_or_else(|| panic!("{} has no hidden layer {layer}", self.name));
        let (end, y) = (self.ends[layer as usize], rec.tensor(&format!("{} up to layer {layer}", self.name), [x.rows(), width]));
        self.pass(rec, x, &y, |number, layer| number < end && !layer.draws());
        y
    }

    /// Records the rest of [`Network::evaluate`], from what a hidden layer gives out.   h: m×[`Network::hidden`], result: m×outputs.
    /// # Panics
    /// if there is no such hidden layer, or h is not what it gives out.
    #[track_caller]
    pub fn evaluate_above(&self, rec: &mut Recorder, h: &Tensor, layer: u32) -> Tensor {
        assert!(self.hidden(layer) == Some(h.cols()), "{h} is not what layer {layer} of {} gives out", self.name);
        let (end, y) = (self.ends[layer as usize], rec.tensor(&format!("{}(·)", self.name), [h.rows(), self.outputs()]));
        self.pass(rec, h, &y, |number, layer| number >= end && !layer.draws());
        y
    }

    /// Records the layers that take part, one after the other; the last one gives y.
    fn pass(&self, rec: &mut Recorder, x: &Tensor, y: &Tensor, takes_part: impl Fn(usize, &dyn Layer) -> bool) -> Pass {
        let layers: Vec<_> = self.layers.iter().enumerate().filter(|(number, layer)| takes_part(*number, layer.as_ref())).collect();
        let mut applied: Vec<Applied> = vec![];
        for (place, (number, layer)) in layers.iter().enumerate() {
            let x = applied.last().map_or(x, |below| &below.y).clone();
            let outputs = [x.rows(), layer.outputs(x.cols())];
            let y = if place + 1 == layers.len() { y.clone() } else { rec.tensor(&format!("{}.{number}", self.name), outputs) };
            let kept = layer.keep(rec, x.rows(), x.cols());
            let salt = if layer.draws() { rec.salt() } else { 0 };
            let at = Applied { x, y, kept, salt, first_row: 0 };
            layer.forward(rec, &at);
            applied.push(at);
        }
        Pass { applied, layers: layers.iter().map(|(number, _)| *number).collect() }
    }

    /// Records ∂L/∂x from ∂L/∂y: passes through the network and leaves its parameters alone.
    pub fn input_gradient(&self, rec: &mut Recorder, pass: &Pass, dy: &Tensor) -> Tensor {
        let layers = pass.layers.iter().zip(&pass.applied).rev();
        layers.fold(dy.clone(), |dy, (number, at)| self.layers[*number].input_gradient(rec, at, &dy))
    }

    /// Records ∂L/∂θ from ∂L/∂y, and stops at the lowest layer that has parameters.
    pub fn parameter_gradient(&self, rec: &mut Recorder, pass: &Pass, dy: &Tensor) {
        let lowest = self.layers.iter().position(|layer| layer.has_parameters()).unwrap_or(self.layers.len());
        let mut dy = dy.clone();
        for (number, at) in pass.layers.iter().zip(&pass.applied).filter(|(number, _)| **number >= lowest).rev() {
            self.layers[*number].parameter_gradient(rec, at, &dy);
            if *number > lowest {
                dy = self.layers[*number].input_gradient(rec, at, &dy);
            }
        }
    }

    /// Records the projection of every column of limited weights onto its ball: W ← W·min(n, c)/(1e-7 + n).
    /// Part of every update, and of the initial weights (Pylearn2 applies its constraints to both).
    pub fn project(&self, rec: &mut Recorder) {
        self.project_each(rec, |parameter| Some(&parameter.value));
    }

    /// Records the same for one tensor of each parameter: itself, or its average.
    pub(super) fn project_each(&self, rec: &mut Recorder, which: impl Fn(&Parameter) -> Option<&Tensor>) {
        for parameter in &self.parameters {
            if let (Some(limit), Some(w)) = (parameter.max_col_norm, which(parameter)) {
                limit_columns(rec, w, limit);
            }
        }
    }
}

impl Network {
    /// Makes room for one more number beside every parameter: one buffer, laid out as the parameters are, and its view for each of them.
    pub(super) fn beside(&self, rec: &mut Recorder, what: &str) -> (Tensor, Vec<Tensor>) {
        let part = |parameter: &Parameter| (format!("{} {what}", parameter.value.name()), [parameter.value.rows(), parameter.value.cols()]);
        rec.carve(&format!("{} {what}", self.name), &self.parameters.iter().map(part).collect::<Vec<_>>())
    }

    pub(super) fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }
}

/// What stands before the nonlinearity of a layer; a reshape computes nothing.
fn linear<'a>(spec: &LayerSpec, shaped: &Shaped, pairs: &mut impl Iterator<Item = &'a [Parameter]>) -> Option<Box<dyn Layer>> {
    let (input, output) = (shaped.input, shaped.output);
    let mut pair = || {
        let pair = pairs.next().expect("every layer with weights has its pair");
        (pair[0].clone(), pair[1].clone())
    };
    match spec.kind {
        Kind::Reshape => None,
        Kind::MaxPooling => {
            let (window, stride) = (spec.window.unwrap_or(1), spec.stride.unwrap_or(1));
            Some(Box::new(MaxPooling { input, output, window, stride }))
        }
        Kind::Convolution => {
            let (w, b) = pair();
            Some(Box::new(Convolution { w, b, window: shaped.window(spec) }))
        }
        Kind::TransposedConvolution => {
            let (w, b) = pair();
            Some(Box::new(TransposedConvolution { w, b, window: shaped.window(spec) }))
        }
        Kind::Relu | Kind::Sigmoid | Kind::Linear | Kind::Maxout => {
            let (w, b) = pair();
            Some(Box::new(Affine { w, b, first_block: shaped.first_block }))
        }
    }
}

/// Records W_j ← W_j·min(n_j, limit)/(1e-7 + n_j) for every column j of norm n_j.
pub fn limit_columns(rec: &mut Recorder, w: &Tensor, limit: f32) {
    let (m, n) = (w.rows(), w.cols());
    let squares = rec.tensor("squared norms", [1, n]);
    let dispatch = rec.dispatch("column_squares").bind("w", w).bind("squares", &squares);
    dispatch.argument("m", m).argument("n", n).argument("carry", 0).work(Work::Flat(n)).flops(2 * u64::from(w.len())).record();
    let dispatch = rec.dispatch("column_limit").bind("squares", &squares).bind("w", w);
    dispatch.argument("m", m).argument("n", n).argument("limit", limit).work(Work::Flat(n)).flops(u64::from(w.len())).record();
}

type Start = (Initial, Option<f32>);

/// Name, shape, beginning and limit of every parameter.
fn parameter_table(name: &str, specs: &[LayerSpec], shaped: &[Shaped], mean: &[f32]) -> (Vec<(String, [u32; 2])>, Vec<Start>) {
    let (mut shapes, mut starts) = (vec![], vec![]);
    for (number, (spec, shaped)) in specs.iter().zip(shaped).enumerate() {
        let Some([rows, cols]) = shaped.weights else { continue };
        shapes.push((format!("{name}.{number}.w"), [rows, cols]));
        let irange = spec.irange.unwrap_or_default();
        let weights = match (spec.sparse_init, shaped.first_block) {
            (Some(count), _) => Initial::Sparse { count, cols },
            (None, Some(first)) => Initial::Blocks { irange, cols, first },
            (None, None) => Initial::Uniform(irange),
        };
        starts.push((weights, spec.max_col_norm));
        shapes.push((format!("{name}.{number}.b"), [1, shaped.biases]));
        let bias = match spec.bias.unwrap_or_default() {
            BiasStart::Constant(value) => Initial::Constant(value),
            BiasStart::Marginals(_) => Initial::Values(marginals(mean)),
        };
        starts.push((bias, None));
    }
    (shapes, starts)
}
