//! Everything that was measured of one game on one device, as a table.

use crate::bench::{Figure, KernelFigures, Memory, PaceFigures, Peak};
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
    /// Columns of the widest hidden layer, pieces of maxout counted singly.
    pub width: u32,
    /// Floating-point operations of an iteration.
    pub flops: u64,
    /// Bytes that an iteration moves if each operand is read once and each result written once.
    pub bytes: u64,
    /// What the device can do at its best, if it was measured.
    pub peak: Option<Peak>,
    /// Time by kernel, if it was measured.
    pub kernels: Vec<KernelFigures>,
    /// The whole iteration.
    pub iteration: PaceFigures,
    /// Bytes of the buffers as they were laid out, by what they hold.
    pub planned: Memory,
    /// Bytes that the device has taken for them, and beside them.
    pub allocated: Memory,
    /// Time to the first iteration, if it was measured.
    pub startup: Option<Startup>,
}

/// Seconds from starting the program until its first iteration is complete.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Startup {
    /// With an empty shader cache, where the driver's cache can be moved aside (Mesa's, NVIDIA's).
    pub cold: f64,
    /// With the shaders of the run before in the cache.
    pub warm: f64,
}

impl Bench {
    /// All kernels together, milliseconds.
    pub fn kernels_total(&self) -> f64 {
        self.kernels.iter().map(|kernel| kernel.milliseconds.median).sum()
    }

    /// The kernels, the costliest first.
    pub fn costliest(&self) -> Vec<&KernelFigures> {
        let mut kernels: Vec<_> = self.kernels.iter().collect();
        kernels.sort_by(|a, b| b.milliseconds.median.total_cmp(&a.milliseconds.median));
        kernels
    }

    fn write_kernels(&self, f: &mut fmt::Formatter<'_>, peak: &Peak) -> fmt::Result {
        writeln!(f, "measured peak: {} GFLOP/s of multiply-adds, {} GB/s of copying\n", spread(&peak.gflops), spread(&peak.gigabytes))?;
        let header = ["kernel", "shape", "variant", "×", "ms", "share", "GFLOP/s", "peak", "GB/s", "peak"];
        write_row(f, header.map(String::from))?;
        for kernel in self.costliest() {
            let (gflops, gigabytes) = (kernel.gflops(), kernel.gigabytes());
            write_row(
                f,
                [
                    kernel.kernel.clone(),
                    kernel.shape.clone(),
                    kernel.variant.clone(),
                    kernel.dispatches.to_string(),
                    spread(&kernel.milliseconds),
                    percent(kernel.milliseconds.median / self.kernels_total()),
                    format!("{gflops:.2}"),
                    percent(gflops / peak.gflops.median),
                    format!("{gigabytes:.2}"),
                    percent(gigabytes / peak.gigabytes.median),
                ],
            )?;
        }
        writeln!(f, "{:.3} ms in all kernels, timed one by one\n", self.kernels_total())
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, cells: [String; 10]) -> fmt::Result {
    let [kernel, shape, variant, dispatches, ms, share, gflops, of_gflops, gigabytes, of_gigabytes] = cells;
    writeln!(
        f,
        "{kernel:34} {shape:>15} {variant:8} {dispatches:>3} {ms:>12} {share:>6} {gflops:>8} {of_gflops:>6} {gigabytes:>7} {of_gigabytes:>6}"
    )
}

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bench { game, batch, k, width, .. } = self;
        writeln!(f, "{game}: batch {batch}, k {k}, layers up to {width} columns; gander {} on {}", self.version, self.device)?;
        if let Some(peak) = self.peak.as_ref().filter(|_| !self.kernels.is_empty()) {
            self.write_kernels(f, peak)?;
        }
        let pace = &self.iteration;
        let (ms, host) = (&pace.milliseconds, &pace.host_milliseconds);
        writeln!(f, "iteration         {} ms, {:.2} per second", spread(ms), 1e3 / ms.median)?;
        let (gflops, gigabytes) = (self.flops as f64 / ms.median / 1e6, self.bytes as f64 / ms.median / 1e6);
        write!(f, "                  {gflops:.1} GFLOP/s")?;
        if let Some(peak) = &self.peak {
            write!(f, ", {} of the peak", percent(gflops / peak.gflops.median))?;
        }
        write!(f, "; {gigabytes:.1} GB/s")?;
        if let Some(peak) = &self.peak {
            write!(f, ", {}", percent(gigabytes / peak.gigabytes.median))?;
        }
        writeln!(
            f,
            "\ndispatches        {} recorded per iteration; {:.1} iterations per submission",
            pace.dispatches, pace.iterations_per_submission
        )?;
        writeln!(f, "training thread   {} ms per iteration, {} of a core", spread(host), percent(host.median / ms.median))?;
        writeln!(f, "memory, planned   {}", self.planned)?;
        writeln!(f, "memory, allocated {}", self.allocated)?;
        if let Some(Startup { cold, warm }) = self.startup {
            writeln!(f, "first iteration   {cold:.2} s after the program's start with a cold shader cache, {warm:.2} s with a warm one")?;
        }
        Ok(())
    }
}

/// Several games side by side: what grows, how fast it grows, and what the device's peaks would allow.
pub fn listing(benches: &[Bench]) -> String {
    let mut text = format!("{:>8} {:>4} {:>8} {:>12} {:>10} {:>12} {:>12}\n", "batch", "k", "columns", "ms", "GFLOP", "ms at peak", "MB");
    for bench in benches {
        let at_peak = bench.peak.map_or(String::new(), |peak| format!("{:.3}", bench.flops as f64 / peak.gflops.median / 1e6));
        let (ms, gflop, megabytes) = (spread(&bench.iteration.milliseconds), bench.flops as f64 / 1e9, bench.bytes as f64 / 1e6);
        let Bench { batch, k, width, .. } = bench;
        text += &format!("{batch:>8} {k:>4} {width:>8} {ms:>12} {gflop:>10.2} {at_peak:>12} {megabytes:>12.1}\n");
    }
    text
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
