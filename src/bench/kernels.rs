//! Time by kernel: the recorded iteration, replayed with a stopwatch on every dispatch.

use crate::bench::Figure;
use crate::error::Result;
use crate::gan::Trainer;
use crate::plan::{Dispatch, OPERANDS_COPIED, Plan, Span, Work};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Instant;

/// What one kernel costs an iteration, over all dispatches of one shape.
#[derive(Clone, Debug, Serialize)]
pub struct KernelFigures {
    /// The operation and its hook, as `gander plan` calls them.
    pub kernel: String,
    /// What it is written for.
    pub variant: String,
    /// m×n×k of a product, else the rows and columns of what it writes.
    pub shape: String,
    /// Its dispatches in an iteration.
    pub dispatches: u32,
    /// Milliseconds an iteration spends in all of them.
    pub milliseconds: Figure,
    /// Floating-point operations of all of them.
    pub flops: u64,
    /// Bytes they move if each operand is read once and each result written once.
    pub bytes: u64,
}

impl KernelFigures {
    /// Billions of floating-point operations per second.
    pub fn gflops(&self) -> f64 {
        self.flops as f64 / self.milliseconds.median / 1e6
    }

    /// Billions of bytes per second.
    pub fn gigabytes(&self) -> f64 {
        self.bytes as f64 / self.milliseconds.median / 1e6
    }
}

/// Times the kernels of the trainer's iteration over so many replays, in the order in which they first occur.
///
/// A device without timestamps is timed from outside: each kind of dispatch is replayed alone until the clock has something to count. What was trained is
/// worth nothing afterwards.
/// # Errors
/// if the device fails.
pub async fn profile(trainer: &mut Trainer, replays: u32) -> Result<Vec<KernelFigures>> {
    let plan = trainer.plan().clone();
    let mut kinds = Kinds::default();
    let start = Instant::now();
    for replay in 0..replays {
        if replay > 3 && start.elapsed().as_secs_f64() > PATIENCE {
            break;
        }
        let Some(spans) = trainer.time().await? else {
            return from_outside(trainer, &plan).await;
        };
        // The first replay warms up.
        if replay > 0 {
            kinds.begin();
            spans.into_iter().for_each(|span| kinds.add(&plan.dispatches[span.dispatch], span));
        }
    }
    Ok(kinds.figures())
}

/// Seconds after which three replays are enough.
const PATIENCE: f64 = 15.0;

/// Seconds that a kind of dispatch is replayed for.
const ALONE: f64 = 0.03;

async fn from_outside(trainer: &mut Trainer, plan: &Plan) -> Result<Vec<KernelFigures>> {
    let mut kinds = Kinds::default();
    let mut known: HashMap<(String, String), f64> = HashMap::new();
    kinds.begin();
    for dispatch in &plan.dispatches {
        let kind = (dispatch.kernel.label(), shape(dispatch));
        if !known.contains_key(&kind) {
            let alone = Plan { name: kind.0.clone(), dispatches: vec![dispatch.clone()] };
            let device = trainer.device();
            let replay = device.prepare(&alone)?;
            let mut times = 1;
            let seconds = loop {
                let start = Instant::now();
                device.submit(replay, times, &[dispatch.tensors(true).next().expect("a kernel writes")]).await?;
                let elapsed = start.elapsed().as_secs_f64();
                if times > 1 && elapsed > ALONE {
                    break elapsed / f64::from(times);
                }
                times *= 2;
            };
            known.insert(kind.clone(), seconds);
        }
        let Dispatch { flops, bytes, .. } = *dispatch;
        kinds.add(dispatch, Span { kernel: kind.0.clone(), variant: String::new(), dispatch: 0, flops, bytes, seconds: known[&kind] });
    }
    Ok(kinds.figures())
}

/// Dispatches by what they are and what shape they have.
#[derive(Default)]
struct Kinds {
    order: Vec<(KernelFigures, Vec<f64>)>,
    places: HashMap<(String, String, String), usize>,
    replay: usize,
}

impl Kinds {
    /// Begins another replay.
    fn begin(&mut self) {
        self.replay += 1;
        self.order.iter_mut().for_each(|(_, measured)| measured.push(0.0));
    }

    fn add(&mut self, dispatch: &Dispatch, span: Span) {
        let Span { kernel, variant, flops, bytes, seconds, .. } = span;
        let shape = if kernel == OPERANDS_COPIED { String::new() } else { shape(dispatch) };
        let key = (kernel.clone(), variant.clone(), shape.clone());
        let place = *self.places.entry(key).or_insert_with(|| {
            let milliseconds = Figure { median: 0.0, low: 0.0, high: 0.0 };
            let figures = KernelFigures { kernel, variant, shape, dispatches: 0, milliseconds, flops: 0, bytes: 0 };
            self.order.push((figures, vec![0.0]));
            self.order.len() - 1
        });
        let (figures, measured) = &mut self.order[place];
        *measured.last_mut().expect("begin() was called") += 1e3 * seconds;
        if self.replay == 1 {
            figures.dispatches += 1;
            figures.flops += flops;
            figures.bytes += bytes;
        }
    }

    fn figures(self) -> Vec<KernelFigures> {
        self.order.into_iter().map(|(figures, measured)| KernelFigures { milliseconds: Figure::of(measured), ..figures }).collect()
    }
}

fn shape(dispatch: &Dispatch) -> String {
    match dispatch.work {
        Work::Tiles { rows, cols, .. } => format!("{rows}×{cols}×{}", dispatch.word("k")),
        _ => dispatch.tensors(true).next().map_or_else(String::new, |written| format!("{}×{}", written.rows(), written.cols())),
    }
}
