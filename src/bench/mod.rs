//! Where an iteration's time and memory go, measured: medians with their spread, beside what the device can do at its best.
//!
//! * [`profile`]: each kernel of the recorded iteration; [`pace`]: the whole iteration; [`peak`]: the device's own limits, in the same call.
//! * [`check()`]: whether the device computes what the twin computes, before its speed counts.
//! * [`Bench`] holds all of it, and says it as a table or as JSON.
//!
//! Nothing here judges: machines are shared and noisy, so what is compared are ratios within one run.

mod check;
mod figure;
mod kernels;
mod memory;
mod pace;
mod peak;
mod table;

pub use check::{ADVICE, COSINE_GATE, Checked, apart, check, contests, cosines};
pub use figure::Figure;
pub use kernels::{KernelFigures, profile};
pub use memory::Memory;
pub use pace::{PaceFigures, pace};
pub use peak::{Peak, peak, record_peaks};
pub use table::{Bench, Startup, listing};
