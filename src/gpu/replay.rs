//! A plan that is ready to be replayed.

use crate::gpu::pieces::{Pieces, Speed};
use crate::gpu::prepared::{Step, encode};
use std::ops::Range;
use std::time::Duration;

/// A plan that is ready to be replayed.
pub(super) struct Replay {
    steps: Vec<Step>,
    /// The pieces that a single replay is submitted in.
    pub pieces: Pieces,
}

impl Replay {
    /// In pieces that should take no longer than `longest` on a device of this speed.
    pub fn new(steps: Vec<Step>, speed: Speed, longest: Duration) -> Replay {
        let pieces = Pieces::new(steps.iter().map(weight).collect(), speed, longest);
        Replay { steps, pieces }
    }

    /// All steps.
    pub fn all(&self) -> &[Step] {
        &self.steps
    }

    /// The steps of each piece, in order.
    pub fn pieces(&self) -> impl Iterator<Item = (Range<usize>, &[Step])> {
        self.pieces.all().iter().map(|piece| (piece.clone(), &self.steps[piece.clone()]))
    }

    /// Kernels in a replay.
    pub fn kernels(&self) -> u64 {
        self.steps.iter().filter(|step| matches!(step, Step::Run { .. })).count() as u64
    }

    /// Encodes so many kernels, replay after replay, and the copies between them.
    pub fn encode_kernels(&self, count: u64, encoder: &mut wgpu::CommandEncoder) {
        let (whole, rest) = (count / self.kernels(), count % self.kernels());
        encode(&self.steps, whole as u32, encoder);
        let runs = self.steps.iter().scan(0, |runs, step| {
            *runs += u64::from(matches!(step, Step::Run { .. }));
            Some(*runs)
        });
        encode(&self.steps[..runs.take_while(|runs| *runs <= rest).count()], 1, encoder);
    }
}

/// How much there is to do, in numbers that are computed or moved. A copy of an operand is counted with the kernel that reads it.
fn weight(step: &Step) -> f64 {
    match step {
        Step::Copy(_) => 0.0,
        Step::Run { span, .. } => (span.flops + span.bytes).max(1) as f64,
    }
}
