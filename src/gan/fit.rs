//! Whether a game fits a device, before anything is allocated there.

use crate::error::{Error, Result};
use crate::gan::Game;
use crate::plan::{Capacity, Device, Memory, Plan};
use std::fmt;

/// What a game takes of a device's memory, beside what the device offers.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Bytes by what they are for.
    kinds: Vec<(&'static str, u64)>,
    /// Buffers that kernels are given piece by piece, the largest first.
    cut: Vec<(String, u64)>,
    capacity: Capacity,
    device: String,
}

/// What copies of operands are called in the table.
const COPIES: &str = "operand copies";

impl Fit {
    /// Of a game whose buffers are in `memory` and whose iteration is `plan`.
    /// # Errors
    /// if a buffer is larger than one of the device may be, or a tensor cannot be bound there, not even in pieces.
    pub fn new(game: &Game, memory: &Memory, plan: &Plan, device: &dyn Device) -> Result<Fit> {
        let capacity = device.capacity();
        memory.ids().try_for_each(|id| capacity.check(memory.buffer(id), &device.identity(), remedy(game.kind_of(id))))?;
        let mut kinds = game.memory_by_kind(memory).to_vec();
        kinds.push((COPIES, device.beside(plan)?));
        kinds.retain(|(_, bytes)| *bytes > 0);
        let buffers = memory.buffers().iter().map(|buffer| (buffer.name.clone(), 4 * u64::from(buffer.len)));
        let mut cut: Vec<(String, u64)> = buffers.filter(|(_, bytes)| *bytes > capacity.binding).collect();
        cut.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        Ok(Fit { kinds, cut, capacity, device: device.identity() })
    }

    /// All bytes together.
    pub fn total(&self) -> u64 {
        self.kinds.iter().map(|(_, bytes)| bytes).sum()
    }

    /// The same, when there is room for the game.
    /// # Errors
    /// if there is not; the message says by how much, and what to shrink.
    pub fn checked(self) -> Result<Fit> {
        match self.capacity.memory {
            Some(offered) if self.total() > offered => {
                let (most, _) = self.most();
                Err(Error::Device(format!(
                    "the game takes {}, but {} has {}: {} too much; {most} take most of it: {}",
                    Mebibytes(self.total()),
                    self.device,
                    Mebibytes(offered),
                    Mebibytes(self.total() - offered),
                    remedy(most)
                )))
            }
            _ => Ok(self),
        }
    }

    /// The kind that takes most.
    fn most(&self) -> (&'static str, u64) {
        self.kinds.iter().copied().max_by_key(|(_, bytes)| *bytes).expect("a game has data and parameters")
    }
}

/// What makes a kind of memory smaller.
fn remedy(kind: &str) -> &'static str {
    match kind {
        "data" => "take fewer or smaller examples",
        "activations" => "take a smaller train.batch",
        COPIES => "take fewer units, or --adapter host, which keeps no copies",
        _ => "take fewer units",
    }
}

impl fmt::Display for Fit {
    /// The table of `gander plan --memory`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, bytes) in &self.kinds {
            writeln!(f, "{kind:16} {:>14}", Mebibytes(*bytes).to_string())?;
        }
        writeln!(f, "{:16} {:>14}", "all together", Mebibytes(self.total()).to_string())?;
        match self.capacity.memory {
            None => writeln!(f, "{} does not tell how much memory it has", self.device)?,
            Some(offered) => {
                writeln!(f, "{:16} {:>14}  {}", "offered", Mebibytes(offered).to_string(), self.device)?;
                match offered.checked_sub(self.total()) {
                    Some(spare) => writeln!(f, "it fits, with {} to spare", Mebibytes(spare))?,
                    None => {
                        let (most, _) = self.most();
                        writeln!(f, "it does not fit: {} too much; {}", Mebibytes(self.total() - offered), remedy(most))?;
                    }
                }
            }
        }
        if !self.cut.is_empty() {
            writeln!(f, "a kernel is given at most {} at once, so these are worked on piece by piece:", Mebibytes(self.capacity.binding))?;
            for (name, bytes) in &self.cut {
                writeln!(f, "  {name:14} {:>14}", Mebibytes(*bytes).to_string())?;
            }
        }
        Ok(())
    }
}

/// Bytes in MiB.
struct Mebibytes(u64);

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} MiB", self.0 as f64 / f64::from(1 << 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(memory: Option<u64>) -> Fit {
        let kinds = vec![("data", 3 << 20), ("parameters", 10 << 20), ("activations", 20 << 20)];
        let capacity = Capacity { memory, buffer: 1 << 40, binding: 8 << 20 };
        Fit { kinds, cut: vec![("G theta".into(), 9 << 20)], capacity, device: "card".into() }
    }

    #[test]
    fn a_game_that_does_not_fit_says_by_how_much_and_what_to_shrink() {
        let message = fit(Some(30 << 20)).checked().unwrap_err().to_string();
        assert_eq!(
            message,
            "the game takes 33.0 MiB, but card has 30.0 MiB: 3.0 MiB too much; activations take most of it: take a smaller train.batch"
        );
        assert!(fit(Some(33 << 20)).checked().is_ok());
        assert!(fit(None).checked().is_ok());
    }

    #[test]
    fn the_table_tells_the_sum_the_offer_and_what_is_cut() {
        let table = fit(Some(40 << 20)).to_string();
        for said in [
            "all together           33.0 MiB",
            "it fits, with 7.0 MiB to spare",
            "at most 8.0 MiB at once",
            "G theta               9.0 MiB",
        ] {
            assert!(table.contains(said), "`{said}` is not in:\n{table}");
        }
    }
}
