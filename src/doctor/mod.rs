//! Whether a device computes right, kernel by kernel: what `gander doctor` runs.
//!
//! * [`exercises()`]: everything that is run. Games of every preset's architecture, made narrow ([`narrow_presets`]); small games that between them take
//!   every option ([`plays`]); products, evaluations, peaks. They are written down once ([`Script`]) and asked of any device.
//! * [`Lockstep`]: one device against the twin. Every dispatch is run alone on the device's own inputs, and each number that it wrote is held to a bound
//!   that the twin derives while it computes ([`host::Bounded`](crate::host::Bounded)). Words have a bound of zero. Then the plan as a whole must leave the
//!   same bits as its dispatches one by one.
//! * [`Subject`]: an adapter opened in one of its families of products, or with small bindings, which cut tensors.
//! * [`Findings`]: the table by kernel and variant, and the dispatches that differ; [`Evidence`]: one of these as a folder for a bug report.
//! * [`drift`]: how far a device has gone from f64 after 100 iterations.
//!
//! Nothing here says how fast a device is (that is [`mod@bench`](crate::bench)), nor whether it stays with us.

mod diagnosis;
mod drift;
mod evidence;
mod exercises;
mod findings;
mod lockstep;
mod narrow;
pub mod plays;
mod script;
mod subject;

pub use diagnosis::Diagnosis;
pub use drift::{Drift, drift};
pub use evidence::Evidence;
pub use exercises::{Exercises, exercises};
pub use findings::{Findings, Mismatch, Row};
pub use lockstep::Lockstep;
pub use narrow::{narrow, narrow_presets};
pub use script::{Event, Part, Scribe, Script};
pub use subject::{Chosen, Kernels, Scope, Subject, host, subjects};

/// The most bytes that a limited device binds of a tensor at once: twelve thousand numbers.
pub const LIMIT: u64 = 48 << 10;
