//! The whole iteration: how fast training goes, and how much of the host it takes.

use crate::bench::Figure;
use crate::error::Result;
use crate::gan::Trainer;
use cpu_time::ThreadTime;
use serde::Serialize;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Instant;

/// How fast training goes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PaceFigures {
    /// Milliseconds per iteration.
    pub milliseconds: Figure,
    /// Milliseconds per iteration that the training thread computed: it records nothing any more, but encodes, submits and reads.
    pub host_milliseconds: Figure,
    /// Dispatches of an iteration as it was recorded; a device may take two for one.
    pub dispatches: usize,
    /// Iterations in a submission, once the pace is found.
    pub iterations_per_submission: f64,
}

/// Seconds for the pace to be found before anything counts.
const WARM: f64 = 1.0;
/// Seconds that each measurement takes at least.
const LONG: f64 = 0.25;
/// Measurements, of which three must do where they would take longer than [`PATIENCE`].
const SAMPLES: usize = 9;
/// Seconds after which few measurements are enough.
const PATIENCE: f64 = 15.0;

/// Trains, and measures.
/// # Errors
/// if the device fails.
pub async fn pace(trainer: &mut Trainer) -> Result<PaceFigures> {
    let start = Instant::now();
    let submissions = Cell::new(0u32);
    while start.elapsed().as_secs_f64() < WARM {
        train(trainer, 1 + trainer.iteration(), &start, &submissions).await?;
    }
    let (mut times, mut milliseconds, mut host, mut per_submission) = (1, vec![], vec![], vec![]);
    let enough = |samples: usize| samples >= SAMPLES || samples >= 3 && start.elapsed().as_secs_f64() > PATIENCE;
    while !enough(milliseconds.len()) {
        submissions.set(0);
        let (begun, computed) = (Instant::now(), ThreadTime::now());
        train(trainer, times, &start, &submissions).await?;
        let (elapsed, computed) = (begun.elapsed().as_secs_f64(), computed.elapsed().as_secs_f64());
        if elapsed < LONG {
            times *= 2;
            continue;
        }
        milliseconds.push(1e3 * elapsed / times as f64);
        host.push(1e3 * computed / times as f64);
        per_submission.push(times as f64 / f64::from(submissions.get()));
    }
    Ok(PaceFigures {
        milliseconds: Figure::of(milliseconds),
        host_milliseconds: Figure::of(host),
        dispatches: trainer.plan().dispatches.len(),
        iterations_per_submission: Figure::of(per_submission).median,
    })
}

async fn train(trainer: &mut Trainer, iterations: u64, clock: &Instant, submissions: &Cell<u32>) -> Result<()> {
    let until = trainer.iteration() + iterations;
    let now_ms = || 1e3 * clock.elapsed().as_secs_f64();
    let mut seen = |_: &[_]| {
        submissions.set(submissions.get() + 1);
        ControlFlow::Continue(())
    };
    trainer.advance(until, &now_ms, &mut seen).await.map(|_| ())
}
