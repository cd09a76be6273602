//! ONNX: a network as a graph of operators with its parameters inside. Sources: onnx/onnx.proto; onnx/docs/Operators.md.
//!
//! G takes `z` and gives `x`; D takes `x` and gives its `logit` and, where it is trained by cross-entropy, the `probability` that x is real. Both are N rows,
//! for any N, flat as everywhere in gander. Dropout does nothing in a network that is evaluated, and so is not there.

mod fields;
mod graph;

use crate::VERSION;
use crate::atomic;
use crate::error::{Error, Result};
use crate::export::{Origin, Sequential};
use crate::gan::Array;
use crate::protobuf::Message;
use graph::Graph;
use std::path::Path;

/// The version of the operators: the oldest that means what is written here. Runtimes run graphs of older versions than their own.
pub const OPERATORS: u64 = 13;
/// The version of the format that brought these operators (ONNX 1.8).
const FORMAT: u64 = 7;
/// Most numbers of parameters: with all that is around them they make less than the 2 GiB that readers of protocol buffers take.
const MOST_NUMBERS: usize = (1 << 29) - (1 << 20);

/// Writes a network and its parameters, whole or not at all.
/// # Errors
/// if the file cannot be written, or would be larger than its readers take.
pub fn save(path: &Path, network: &Sequential, parameters: &[(String, Array)], origin: &Origin) -> Result<()> {
    let numbers: usize = parameters.iter().map(|(_, array)| array.values.len()).sum();
    if numbers > MOST_NUMBERS {
        let path = path.display();
        return Err(Error::Config(format!(
            "{path}: {numbers} parameters are more than the {MOST_NUMBERS} that fit into an ONNX file; take --format safetensors"
        )));
    }
    let graph = Graph::of(network, parameters).message();
    let model = model(origin).before(fields::MODEL_GRAPH, graph.as_bytes().len());
    atomic::write(path, |file| {
        file.write_all(model.as_bytes())?;
        file.write_all(graph.as_bytes())
    })
}

/// `ModelProto`, but for the graph.
fn model(origin: &Origin) -> Message {
    let operators = Message::new().text(fields::SET_DOMAIN, "").integer(fields::SET_VERSION, OPERATORS);
    let model = Message::new()
        .integer(fields::MODEL_FORMAT, FORMAT)
        .text(fields::MODEL_PRODUCER, "gander")
        .text(fields::MODEL_PRODUCER_VERSION, VERSION)
        .part(fields::MODEL_OPERATORS, operators);
    origin.metadata().into_iter().fold(model, |model, (key, value)| {
        model.part(fields::MODEL_METADATA, Message::new().text(fields::ENTRY_KEY, key).text(fields::ENTRY_VALUE, &value))
    })
}
