//! What a device can do at its best, measured with its own kernels.

use crate::bench::Figure;
use crate::error::Result;
use crate::plan::{Device, Plan, Recorder, Work};
use serde::Serialize;
use std::time::Instant;

/// A device's limits.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Peak {
    /// Billions of floating-point operations per second, multiply-adds on registers.
    pub gflops: Figure,
    /// Billions of bytes per second, read and written by a large copy.
    pub gigabytes: Figure,
}

/// Elements of the copy: 32 MiB to read and as much to write, more than a processor's cache holds.
const COPIED: u32 = 1 << 23;
/// Invocations of the arithmetic: enough for every lane of a large GPU.
const INVOCATIONS: u32 = 1 << 16;
/// Steps of each: long beside a launch, short for a processor's one core.
const STEPS: u32 = 64;
/// Multiply-adds of one invocation in one step of `peak_arithmetic`.
const CHAIN: u64 = 48;
/// Seconds that each measurement is to take.
const LONG: f64 = 0.05;
/// Measurements of each.
const SAMPLES: usize = 7;

/// Measures a device. It must have no memory yet: what is recorded here is its first.
/// # Errors
/// if the device refuses or fails.
pub async fn peak(device: &mut dyn Device) -> Result<Peak> {
    let mut rec = Recorder::new();
    let [copy, arithmetic] = record_peaks(&mut rec, COPIED, INVOCATIONS);
    device.allocate(rec.memory())?;
    let [copy, arithmetic] =
        [rate(device, &copy, copy.dispatches[0].bytes).await?, rate(device, &arithmetic, arithmetic.dispatches[0].flops).await?];
    Ok(Peak { gflops: arithmetic.times(1e-9), gigabytes: copy.times(1e-9) })
}

/// Records the copy of so many elements, a multiple of four, and the arithmetic of so many invocations, each a plan of one dispatch.
pub fn record_peaks(rec: &mut Recorder, copied: u32, invocations: u32) -> [Plan; 2] {
    let (x, y) = (rec.tensor("x", [copied, 1]), rec.tensor("y", [copied, 1]));
    let count = copied / 4;
    rec.dispatch("peak_copy").bind("x", &x).bind("y", &y).argument("count", count).work(Work::Flat(count)).record();
    let copy = rec.finish("peak of copying");
    let sums = rec.tensor("sums", [invocations, 1]);
    let flops = 2 * CHAIN * u64::from(STEPS) * u64::from(invocations);
    let dispatch = rec.dispatch("peak_arithmetic").bind("y", &sums).argument("count", invocations).argument("steps", STEPS);
    dispatch.argument("a", 0.5).argument("b", 1.0).work(Work::Flat(invocations)).flops(flops).record();
    [copy, rec.finish("peak of arithmetic")]
}

/// Replays a plan until the clock has something to count, several times: `units` of a replay per second. A submission is over when something that it wrote is read.
async fn rate(device: &mut dyn Device, plan: &Plan, units: u64) -> Result<Figure> {
    let replay = device.prepare(plan)?;
    let awaited = &plan.dispatches[0].tensors(true).next().expect("a kernel writes").rows_at(0..1);
    // The first submission compiles.
    device.submit(replay, 1, &[awaited]).await?;
    let (mut times, mut rates) = (1, vec![]);
    while rates.len() < SAMPLES {
        let start = Instant::now();
        device.submit(replay, times, &[awaited]).await?;
        let elapsed = start.elapsed().as_secs_f64();
        if elapsed < LONG {
            times *= 2;
        } else {
            rates.push(units as f64 * f64::from(times) / elapsed);
        }
    }
    Ok(Figure::of(rates))
}
