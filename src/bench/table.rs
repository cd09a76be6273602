//! Everything that was measured of one game on one device, as a table.

use crate::bench::{Figure, KernelFigures, PaceFigures, Peak};
use serde::Serialize;
use std::fmt;

/// What `gander bench` found out about one game.
#[derive(Clone, Debug, Serialize)]
pub struct Bench {
    /// The version of gander.
    pub version: &'static str,
    /// The adapter with its back end and driver, or the host.
    pub device: String,
    /// The game's name.
    pub game: String,
    /// Examples in a minibatch.
    pub batch: u32,
    /// Steps of D per step of G.
    pub k: u32,
    /// Units of the widest layer.
    pub width: u32,
    /// Floating-point operations of an iteration.
    pub flops: u64,
    /// Bytes that an iteration moves if each operand is read once and each result written once.
    pub bytes: u64,
    /// What the device can do at its best.
    pub peak: Peak,
    /// Time by kernel.
    pub kernels: Vec<KernelFigures>,
    /// The whole iteration.
    pub iteration: PaceFigures,
    /// Bytes on the device by kind: as the plan predicts them.
    pub memory: Vec<(&'static str, u64)>,
    /// Time to the first iteration, if it was measured.
    pub startup: Option<Startup>,
}

/// Seconds from starting the program until its first iteration is complete.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Startup {
    /// With an empty shader cache; drivers whose cache cannot be moved aside have none.
    pub cold: Option<f64>,
    /// With the shaders of the run before in the cache.
    pub warm: f64,
}

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bench { game, batch, k, width, .. } = self;
        writeln!(f, "{game}: batch {batch}, k {k}, widest layer {width}; gander {} on {}", self.version, self.device)?;
        let Peak { gflops, gigabytes } = &self.peak;
        writeln!(f, "measured peak: {} GFLOP/s of multiply-adds, {} GB/s of copying\n", spread(gflops), spread(gigabytes))?;
        writeln!(
            f,
            "{:34} {:>17} {:8} {:>3} {:>15} {:>6} {:>9} {:>6} {:>8} {:>6}",
            "kernel", "shape", "variant", "×", "ms", "share", "GFLOP/s", "peak", "GB/s", "peak"
        )?;
        let total: f64 = self.kernels.iter().map(|kernel| kernel.milliseconds.median).sum();
        let mut kernels: Vec<_> = self.kernels.iter().collect();
        kernels.sort_by(|a, b| b.milliseconds.median.total_cmp(&a.milliseconds.median));
        for kernel in kernels {
            let (gflops, gigabytes) = (kernel.gflops(), kernel.gigabytes());
            writeln!(
                f,
                "{:34} {:>17} {:8} {:>3} {:>15} {:>6} {:>9} {:>6} {:>8} {:>6}",
                kernel.kernel,
                kernel.shape,
                kernel.variant,
                kernel.dispatches,
                spread(&kernel.milliseconds),
                percent(kernel.milliseconds.median / total),
                format!("{gflops:.2}"),
                percent(gflops / self.peak.gflops.median),
                format!("{gigabytes:.2}"),
                percent(gigabytes / self.peak.gigabytes.median),
            )?;
        }
        let pace = &self.iteration;
        let (ms, host) = (&pace.milliseconds, &pace.host_milliseconds);
        writeln!(f, "{:34} {:>17} {:8} {:>3} {total:>9.3}", "all kernels, timed one by one", "", "", pace.dispatches)?;
        writeln!(f)?;
        writeln!(f, "iteration         {} ms, {:.2} per second", spread(ms), 1e3 / ms.median)?;
        writeln!(
            f,
            "                  {:.1} GFLOP/s, {} of the peak; {:.1} GB/s, {}",
            self.flops as f64 / ms.median / 1e6,
            percent(self.flops as f64 / ms.median / 1e6 / self.peak.gflops.median),
            self.bytes as f64 / ms.median / 1e6,
            percent(self.bytes as f64 / ms.median / 1e6 / self.peak.gigabytes.median),
        )?;
        writeln!(
            f,
            "dispatches        {} per iteration; {:.1} iterations per submission",
            pace.dispatches, pace.iterations_per_submission
        )?;
        writeln!(f, "training thread   {} ms per iteration, {} of a core", spread(host), percent(host.median / ms.median))?;
        let memory: u64 = self.memory.iter().map(|(_, bytes)| bytes).sum();
        let kinds: Vec<_> = self.memory.iter().map(|(kind, bytes)| format!("{kind} {}", mebibytes(*bytes))).collect();
        writeln!(f, "device memory     {}: {}", mebibytes(memory), kinds.join(", "))?;
        if let Some(Startup { cold, warm }) = self.startup {
            let cold = cold.map_or(String::new(), |cold| format!("{cold:.2} s with a cold shader cache, "));
            writeln!(f, "first iteration   {cold}{warm:.2} s with a warm one")?;
        }
        Ok(())
    }
}

fn spread(figure: &Figure) -> String {
    let digits = if figure.median >= 100.0 {
        0
    } else if figure.median >= 10.0 {
        1
    } else {
        3
    };
    format!("{:.digits$} ±{:.0} %", figure.median, 100.0 * figure.spread())
}

fn percent(share: f64) -> String {
    if share < 0.0995 { format!("{:.1} %", 100.0 * share) } else { format!("{:.0} %", 100.0 * share) }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
