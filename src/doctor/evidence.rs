//! A dispatch that differs, as a folder for a bug report: `report.json`, `tensors.safetensors`, and the text of each kernel in a file of its own.
//!
//! The tensors are named by side and slot: `before.x` went in, `device.y` came out, `twin.y` should have.

use crate::atomic;
use crate::doctor::{Chosen, Mismatch};
use crate::error::{Error, Result};
use crate::plan::{Dispatch, Element, Tensor, Value};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value as Json, json};
use std::path::Path;

/// A tensor at one moment.
#[derive(Clone, Debug)]
pub struct Part {
    /// Side and slot: `before.x`.
    pub name: String,
    /// Its shape, and what its elements are.
    pub tensor: Tensor,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What it takes to see a mismatch again.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What was recorded: one dispatch, or two that the device fused.
    pub dispatches: Vec<Dispatch>,
    /// What the device made of it.
    pub kernels: Vec<Chosen>,
    /// What went in and what came out.
    pub parts: Vec<Part>,
}

impl Evidence {
    /// Writes the folder of a mismatch on an adapter.
    /// # Errors
    /// if the folder cannot be made or a file cannot be written.
    pub fn save(&self, folder: &Path, mismatch: &Mismatch, adapter: &str) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        for (number, chosen) in self.kernels.iter().enumerate() {
            let path = folder.join(format!("kernel-{number}-{}.wgsl", chosen.kernel.operation));
            atomic::write(&path, |file| file.write_all(chosen.kernel.source.as_bytes()))?;
        }
        atomic::write(&folder.join("tensors.safetensors"), |file| file.write_all(&self.tensors()))?;
        let report = serde_json::to_string_pretty(&self.report(mismatch, adapter)).expect("plain numbers and text");
        atomic::write(&folder.join("report.json"), |file| file.write_all(report.as_bytes()))
    }

    fn tensors(&self) -> Vec<u8> {
        let views = self.parts.iter().map(|Part { name, tensor, bytes }| {
            let kind = if tensor.element() == Element::Real { Dtype::F32 } else { Dtype::U32 };
            let shape = vec![tensor.rows() as usize, tensor.cols() as usize];
            (name.clone(), TensorView::new(kind, shape, bytes).expect("a part has as many bytes as its tensor"))
        });
        safetensors::serialize(views, None).expect("views of checked sizes")
    }

    fn report(&self, mismatch: &Mismatch, adapter: &str) -> Json {
        let dispatches: Vec<Json> = self
            .dispatches
            .iter()
            .map(|dispatch| {
                let arguments: serde_json::Map<String, Json> = dispatch.arguments.iter().map(|(name, value)| (name.to_string(), number(value))).collect();
                let bindings: serde_json::Map<String, Json> = dispatch.bindings.iter().map(|(slot, tensor)| (slot.to_string(), json!(tensor.to_string()))).collect();
                json!({ "kernel": dispatch.kernel.label(), "work": format!("{:?}", dispatch.work), "arguments": arguments, "bindings": bindings })
            })
            .collect();
        json!({ "gander": crate::VERSION, "adapter": adapter, "mismatch": mismatch, "dispatches": dispatches })
    }
}

fn number(value: &Value) -> Json {
    match value {
        Value::Word(word) => json!(word),
        Value::Real(real) => json!(real),
    }
}
