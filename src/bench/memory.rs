//! Bytes by what they are for.

use serde::Serialize;
use std::fmt;

/// A use of memory, and its bytes; in the order in which it is to be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Memory(Vec<(&'static str, u64)>);

impl Memory {
    /// Of these parts.
    pub fn of(parts: &[(&'static str, u64)]) -> Memory {
        Memory(parts.to_vec())
    }

    /// All parts together.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl fmt::Display for Memory {
    /// The sum, then the parts: `92.1 MiB (data 52.3, parameters 14.3, …)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let parts: Vec<_> = self.0.iter().map(|(what, bytes)| format!("{what} {:.1}", mebibytes(*bytes))).collect();
        write!(f, "{:.1} MiB ({})", mebibytes(self.total()), parts.join(", "))
    }
}
