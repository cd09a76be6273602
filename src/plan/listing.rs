//! A plan as text: the documentation of a step.

use crate::plan::{Dispatch, Plan, Tensor};
use std::fmt;

impl fmt::Display for Plan {
    /// One line per dispatch: kernel, what it reads and writes, operations and bytes; the paper's lines stand above theirs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut section = "";
        for (number, dispatch) in self.dispatches.iter().enumerate() {
            if *dispatch.section != *section {
                section = &dispatch.section;
                writeln!(f, "\n# {section}")?;
            }
            line(f, number + 1, dispatch)?;
        }
        let flops = self.dispatches.iter().map(|dispatch| dispatch.flops).sum();
        let bytes = self.dispatches.iter().map(|dispatch| dispatch.bytes).sum();
        writeln!(f, "\n{}: {} dispatches, {}, {}", self.name, self.dispatches.len(), quantity(flops, "FLOP"), quantity(bytes, "B"))
    }
}

fn line(f: &mut fmt::Formatter<'_>, number: usize, dispatch: &Dispatch) -> fmt::Result {
    let list = |writes| dispatch.tensors(writes).map(shaped).collect::<Vec<_>>().join(", ");
    let (flops, bytes) = (quantity(dispatch.flops, "FLOP"), quantity(dispatch.bytes, "B"));
    writeln!(f, "{number:4}  {:34} {flops:>12} {bytes:>10}  {} → {}", dispatch.kernel.label(), list(false), list(true))
}

fn shaped(tensor: &Tensor) -> String {
    format!("{} [{}×{}]", tensor.name(), tensor.rows(), tensor.cols())
}

/// A number with a decimal prefix.
fn quantity(value: u64, unit: &str) -> String {
    let value = value as f64;
    match value {
        v if v >= 1e9 => format!("{:.2} G{unit}", v / 1e9),
        v if v >= 1e6 => format!("{:.2} M{unit}", v / 1e6),
        v if v >= 1e3 => format!("{:.1} k{unit}", v / 1e3),
        v => format!("{v} {unit}"),
    }
}
