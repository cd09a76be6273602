//! What the doctor says of an adapter: as a table, or as JSON.

use crate::doctor::{Drift, Findings, Mismatch, Row};
use serde::Serialize;
use std::fmt;

/// Everything that was found out about an adapter.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The version of gander.
    pub version: &'static str,
    /// The adapter with its back end and driver, or the host.
    pub adapter: String,
    /// What it offers: limits, features, memory.
    pub facts: Vec<(&'static str, String)>,
    /// The ways in which it was examined: families of products, the one that it trains in first.
    pub subjects: Vec<String>,
    /// Times that everything was run, each with chance of its own.
    pub rounds: u32,
    /// Dispatches that were compared.
    pub dispatches: u64,
    /// Plans that were compared as a whole with their dispatches one by one.
    pub plans: u64,
    /// Plans of which that differed.
    pub plans_failed: u64,
    /// By kernel and variant.
    pub kernels: Vec<Row>,
    /// What differs, the first ones.
    pub mismatches: Vec<Mismatch>,
    /// What the device or its driver said when it refused or failed.
    pub fault: Option<String>,
    /// How far the parameters of a game are from f64.
    pub drift: Option<Drift>,
    /// Seconds that it took.
    pub seconds: f64,
}

impl Diagnosis {
    /// Of an adapter about which nothing is known yet.
    pub fn new(adapter: String, facts: Vec<(&'static str, String)>) -> Diagnosis {
        Diagnosis {
            version: crate::VERSION,
            adapter,
            facts,
            subjects: vec![],
            rounds: 0,
            dispatches: 0,
            plans: 0,
            plans_failed: 0,
            kernels: vec![],
            mismatches: vec![],
            fault: None,
            drift: None,
            seconds: 0.0,
        }
    }

    /// Takes over what came out.
    pub fn of(self, findings: &Findings) -> Diagnosis {
        Diagnosis {
            dispatches: findings.dispatches,
            plans: findings.plans,
            plans_failed: findings.plans_failed,
            kernels: findings.rows(),
            mismatches: findings.mismatches.clone(),
            ..self
        }
    }

    /// Whether nothing differs and nothing failed.
    pub fn passes(&self) -> bool {
        self.mismatches.is_empty() && self.fault.is_none() && self.plans_failed == 0 && self.kernels.iter().all(|row| row.failed == 0)
    }

    /// What is wrong, in a sentence.
    pub fn complaint(&self) -> Option<String> {
        if self.passes() {
            return None;
        }
        let adapter = &self.adapter;
        Some(match (self.mismatches.first(), &self.fault) {
            (Some(first), _) => format!("{adapter} does not compute what the twin computes: {first}"),
            (None, Some(fault)) => format!("{adapter}: {fault}"),
            (None, None) => format!("{adapter} does not compute what the twin computes"),
        })
    }
}

/// A line of a table; what is longer stands in the JSON.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 120;
    if value.chars().count() <= LONGEST { value.into() } else { value.chars().take(LONGEST).chain(" …".chars()).collect() }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { subject, script, dispatch, plan, kernel, variant, tensor, index, found, expected, bound, .. } = self;
        write!(
            f,
            "`{kernel}` ({variant}), dispatch {dispatch} of {plan} in \"{script}\" ({subject}): {tensor}[{index}] is {found:e}, not {expected:e} within {bound:.1e}"
        )
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "gander {} on {}", self.version, self.adapter)?;
        self.facts.iter().try_for_each(|(name, value)| writeln!(f, "  {name:10} {}", shortened(value)))?;
        writeln!(f, "  examined   {}\n", self.subjects.join("; "))?;
        writeln!(f, "{:36} {:8} {:>6} {:>9} {:>12}", "kernel", "variant", "cases", "numbers", "error/bound")?;
        for Row { kernel, variant, cases, numbers, exact, worst, failed } in &self.kernels {
            let worst = if exact == numbers && *worst == 0.0 { "exact".into() } else { format!("{worst:.3}") };
            let verdict = if *failed == 0 { "pass".into() } else { format!("FAIL in {failed}") };
            writeln!(f, "{kernel:36} {variant:8} {cases:>6} {numbers:>9} {worst:>12}  {verdict}")?;
        }
        let Diagnosis { dispatches, plans, plans_failed, rounds, seconds, .. } = self;
        writeln!(f, "\n{dispatches} dispatches alone, each on the device's own inputs; {rounds} rounds; {seconds:.1} s")?;
        writeln!(f, "{plans} plans as a whole beside their dispatches one by one: {plans_failed} differ in a bit")?;
        if let Some(drift) = &self.drift {
            writeln!(f, "drift: {drift}")?;
        }
        self.mismatches.iter().try_for_each(|mismatch| writeln!(f, "differs: {mismatch}"))?;
        self.fault.iter().try_for_each(|fault| writeln!(f, "fault: {fault}"))?;
        writeln!(f, "{}", if self.passes() { "pass" } else { "FAIL" })
    }
}
