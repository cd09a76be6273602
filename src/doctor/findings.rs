//! What came out: a table by kernel and variant, and what differs.

use crate::doctor::{Chosen, Evidence};
use serde::Serialize;
use std::collections::BTreeMap;

/// Dispatches that differ, of which more would only repeat themselves.
const MOST_MISMATCHES: usize = 20;

/// One kernel in one variant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Operation and hook, as `gander plan` calls them.
    pub kernel: String,
    /// What it is written for.
    pub variant: String,
    /// Dispatches that were compared.
    pub cases: u64,
    /// Numbers and words that were compared.
    pub numbers: u64,
    /// Those of them that had to be the same bit for bit, and every one that was not written.
    pub exact: u64,
    /// The largest ratio of an error to its bound; above 1 in a case that failed. Infinite where the bound is zero and something differs.
    pub worst: f64,
    /// Cases that failed.
    pub failed: u64,
}

/// A dispatch that differs from the twin.
#[derive(Clone, Debug, Serialize)]
pub struct Mismatch {
    /// The family that was examined, and whether bindings were small.
    pub subject: String,
    /// The script that it belongs to.
    pub script: String,
    /// Its place in the plan.
    pub dispatch: usize,
    /// The plan: `iteration`.
    pub plan: String,
    /// The kernel, or the kernels of a dispatch that was cut.
    pub kernel: String,
    /// What it is written for.
    pub variant: String,
    /// The tensor with the worst number.
    pub tensor: String,
    /// The place of that number.
    pub index: usize,
    /// What the device has there; a word as a number.
    pub found: f64,
    /// What the twin has there.
    pub expected: f64,
    /// How far apart they may be.
    pub bound: f64,
    /// What it takes to see it again.
    #[serde(skip)]
    pub evidence: Option<Box<Evidence>>,
}

/// What came out of some scripts on a device.
#[derive(Default)]
pub struct Findings {
    rows: BTreeMap<(String, String), Row>,
    /// What differs, in the order in which it was met.
    pub mismatches: Vec<Mismatch>,
    /// Dispatches that were compared.
    pub dispatches: u64,
    /// Plans whose replay as a whole was compared with their dispatches one by one.
    pub plans: u64,
    /// Plans of which that differed.
    pub plans_failed: u64,
}

/// What one comparison says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compared {
    /// Numbers and words.
    pub numbers: u64,
    /// Those with a bound of zero.
    pub exact: u64,
    /// The largest ratio of an error to its bound.
    pub worst: f64,
}

impl Findings {
    /// Takes note of a comparison, of every kernel that had a part in it.
    pub fn note(&mut self, kernels: &[Chosen], compared: Compared) {
        self.dispatches += 1;
        let mut noted: Vec<(&str, &str)> = vec![];
        for Chosen { label, variant, .. } in kernels {
            if noted.contains(&(label, variant)) {
                continue;
            }
            noted.push((label, variant));
            let row = self.rows.entry((label.clone(), variant.clone())).or_default();
            (row.kernel, row.variant) = (label.clone(), variant.clone());
            row.cases += 1;
            row.numbers += compared.numbers;
            row.exact += compared.exact;
            row.worst = row.worst.max(compared.worst);
            row.failed += u64::from(compared.worst > 1.0);
        }
    }

    /// Keeps a dispatch that differs.
    pub fn keep(&mut self, mismatch: Mismatch) {
        if self.mismatches.len() < MOST_MISMATCHES {
            self.mismatches.push(mismatch);
        }
    }

    /// The table, sorted by kernel.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
    }

    /// Adds what came out elsewhere.
    pub fn add(&mut self, other: Findings) {
        for (key, from) in other.rows {
            let row = self.rows.entry(key).or_default();
            (row.kernel, row.variant) = (from.kernel, from.variant);
            row.cases += from.cases;
            row.numbers += from.numbers;
            row.exact += from.exact;
            row.worst = row.worst.max(from.worst);
            row.failed += from.failed;
        }
        other.mismatches.into_iter().for_each(|mismatch| self.keep(mismatch));
        self.dispatches += other.dispatches;
        self.plans += other.plans;
        self.plans_failed += other.plans_failed;
    }
}
