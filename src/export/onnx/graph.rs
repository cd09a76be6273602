//! The graph: a node or two per module, and the tensors that nodes take beside what flows.

use super::fields;
use crate::export::{Kernel, Module, Sequential};
use crate::gan::{Array, Player};
use crate::protobuf::Message;
use std::mem::take;

/// A graph that grows, module after module.
pub(super) struct Graph {
    message: Message,
    /// What the last node gives out.
    flowing: String,
    /// Nodes so far: each has its number in its name.
    nodes: usize,
}

/// Something that a node is told.
enum Attribute<'a> {
    Integer(&'a str, u64),
    Integers(&'a str, &'a [u32]),
}

impl Graph {
    /// The graph of a network, whose parameters are in the order of its modules.
    pub fn of(network: &Sequential, parameters: &[(String, Array)]) -> Graph {
        let (name, input, outputs) = match network.player {
            Player::Generator => ("generator", "z", &["x"][..]),
            Player::Discriminator if network.modules.last() == Some(&Module::Sigmoid) => {
                ("discriminator", "x", &["logit", "probability"][..])
            }
            Player::Discriminator => ("discriminator", "x", &["logit"][..]),
        };
        let message = Message::new().text(fields::GRAPH_NAME, name).part(fields::GRAPH_INPUT, rows(input, network.inputs));
        let mut graph = Graph { message, flowing: input.into(), nodes: 0 };
        parameters.iter().for_each(|(name, array)| graph.initializer(name, tensor(array)));
        let mut names = parameters.iter().map(|(name, _)| name.as_str());
        let modules: Vec<&Module> = network.modules.iter().filter(|module| !matches!(module, Module::Dropout(_))).collect();
        for (at, module) in modules.iter().enumerate() {
            // The last outputs are those of the last modules.
            let output = (outputs.len() + at).checked_sub(modules.len()).map(|at| outputs[at]);
            graph.module(module, &mut names, output);
        }
        outputs.iter().for_each(|output| graph.append(fields::GRAPH_OUTPUT, rows(output, network.outputs)));
        graph
    }

    /// `GraphProto`.
    pub fn message(self) -> Message {
        self.message
    }

    /// Appends the nodes of a module. `output` is what the last of them gives out, if that has a name.
    fn module<'a>(&mut self, module: &Module, names: &mut impl Iterator<Item = &'a str>, output: Option<&str>) {
        let mut name = || names.next().expect("each parameter of a module is in the list");
        match module {
            Module::Dropout(_) => {}
            Module::Flatten => self.node("Flatten", &[], &[Attribute::Integer("axis", 1)], output),
            Module::Unflatten(to) => self.reshape(&[to.channels, to.height, to.width], output),
            Module::Linear { .. } => self.node("Gemm", &[name(), name()], &[Attribute::Integer("transB", 1)], output),
            Module::Convolution(kernel) => self.convolution("Conv", &[name(), name()], kernel, output),
            Module::TransposedConvolution(kernel) => self.convolution("ConvTranspose", &[name()], kernel, output),
            Module::Bias(_) => self.node("Add", &[name()], &[], output),
            Module::Relu => self.node("Relu", &[], &[], output),
            Module::Sigmoid => self.node("Sigmoid", &[], &[], output),
            Module::Maxout { pieces, axes } => {
                self.reshape(&[&[axes[0], *pieces], &axes[1..]].concat(), None);
                self.node("ReduceMax", &[], &[Attribute::Integers("axes", &[2]), Attribute::Integer("keepdims", 0)], output);
            }
            Module::MaxPooling { window, stride, over } => {
                // What hangs over the edge is padding, which takes part in no maximum.
                let pads = [0, 0, over[0], over[1]];
                let attributes = [("kernel_shape", &window[..]), ("strides", &[*stride; 2]), ("pads", &pads)];
                self.node("MaxPool", &[], &attributes.map(|(name, values)| Attribute::Integers(name, values)), output);
            }
        }
    }

    fn convolution(&mut self, operator: &str, inputs: &[&str], kernel: &Kernel, output: Option<&str>) {
        let Kernel { size, stride, padding, .. } = *kernel;
        let attributes = [("kernel_shape", &[size; 2][..]), ("strides", &[stride; 2]), ("pads", &[padding; 4])];
        self.node(operator, inputs, &attributes.map(|(name, values)| Attribute::Integers(name, values)), output);
    }

    /// Appends a reshape of every row to these axes.
    fn reshape(&mut self, axes: &[u32], output: Option<&str>) {
        let name = format!("axes of {}", self.nodes);
        // A zero keeps the axis as it is: as many rows as there are.
        let axes: Vec<u8> = [0].iter().chain(axes).flat_map(|axis| u64::from(*axis).to_le_bytes()).collect();
        let tensor = Message::new().integers(fields::TENSOR_DIMENSIONS, &[axes.len() as u64 / 8]);
        let tensor = tensor.integer(fields::TENSOR_TYPE, fields::INT64).bytes(fields::TENSOR_BYTES, &axes);
        self.initializer(&name, tensor);
        self.node("Reshape", &[&name], &[], output);
    }

    /// Appends a node that takes what flows, then these inputs, and gives out what flows from there on.
    fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[Attribute], output: Option<&str>) {
        let name = format!("{} {operator}", self.nodes);
        let output = output.map_or_else(|| name.clone(), str::to_string);
        let inputs = [&[self.flowing.as_str()], inputs].concat();
        let node = inputs.into_iter().fold(Message::new(), |node, input| node.text(fields::NODE_INPUT, input));
        let node = node.text(fields::NODE_OUTPUT, &output).text(fields::NODE_NAME, &name).text(fields::NODE_OPERATOR, operator);
        let node = attributes.iter().fold(node, |node, attribute| node.part(fields::NODE_ATTRIBUTE, attribute.message()));
        self.append(fields::GRAPH_NODE, node);
        self.flowing = output;
        self.nodes += 1;
    }

    fn initializer(&mut self, name: &str, tensor: Message) {
        self.append(fields::GRAPH_INITIALIZER, tensor.text(fields::TENSOR_NAME, name));
    }

    fn append(&mut self, field: u32, part: Message) {
        self.message = take(&mut self.message).part(field, part);
    }
}

impl Attribute<'_> {
    fn message(&self) -> Message {
        match self {
            Attribute::Integer(name, value) => Message::new()
                .text(fields::ATTRIBUTE_NAME, name)
                .integer(fields::ATTRIBUTE_INTEGER, *value)
                .integer(fields::ATTRIBUTE_TYPE, fields::INTEGER),
            Attribute::Integers(name, values) => Message::new()
                .text(fields::ATTRIBUTE_NAME, name)
                .integers(fields::ATTRIBUTE_INTEGERS, &values.iter().map(|value| u64::from(*value)).collect::<Vec<_>>())
                .integer(fields::ATTRIBUTE_TYPE, fields::INTEGERS),
        }
    }
}

/// `TensorProto`, but for its name.
fn tensor(array: &Array) -> Message {
    let dimensions: Vec<u64> = array.shape.iter().map(|axis| *axis as u64).collect();
    let bytes: Vec<u8> = array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let tensor = Message::new().integers(fields::TENSOR_DIMENSIONS, &dimensions);
    tensor.integer(fields::TENSOR_TYPE, fields::FLOAT).bytes(fields::TENSOR_BYTES, &bytes)
}

/// `ValueInfoProto` of N rows of so many numbers.
fn rows(name: &str, columns: u32) -> Message {
    let shape = Message::new()
        .part(fields::SHAPE_DIMENSION, Message::new().text(fields::DIMENSION_NAME, "N"))
        .part(fields::SHAPE_DIMENSION, Message::new().integer(fields::DIMENSION_VALUE, columns.into()));
    let tensor = Message::new().integer(fields::ELEMENT_TYPE, fields::FLOAT).part(fields::ELEMENT_SHAPE, shape);
    let kind = Message::new().part(fields::TYPE_TENSOR, tensor);
    Message::new().text(fields::VALUE_NAME, name).part(fields::VALUE_TYPE, kind)
}
