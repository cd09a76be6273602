//! A plan that is ready to be replayed.

use crate::gpu::grid::Grid;
use crate::gpu::pieces::{Pieces, Speed};
use crate::gpu::prepared::{Step, encode};
use crate::plan::Span;
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

/// A plan that is ready to be replayed.
pub(super) struct Replay {
    steps: Vec<Step>,
    /// What holds the arguments.
    pub uniforms: wgpu::Buffer,
    /// Where those of each kernel begin there, in the order of the plan.
    pub arguments: Vec<u64>,
    /// The steps of one game alone, of those that were asked for.
    alone: HashMap<u32, Vec<Step>>,
    /// The pieces that a single replay is submitted in.
    pub pieces: Pieces,
}

impl Replay {
    /// In pieces that should take no longer than `longest` on a device of this speed. `uniforms` holds the arguments, which
    /// begin there for each kernel.
    pub fn new(steps: Vec<Step>, (uniforms, arguments): (wgpu::Buffer, Vec<u64>), speed: Speed, longest: Duration) -> Replay {
        let pieces = Pieces::new(steps.iter().map(weight).collect(), speed, longest);
        Replay { steps, uniforms, arguments, alone: HashMap::new(), pieces }
    }

    /// The steps of one game of several alone, made when they are first asked for. `place` makes the uniform of a grid.
    pub fn of_replica(&mut self, replica: u32, device: &wgpu::Device, place: impl Fn(Grid) -> wgpu::Buffer) -> &[Step] {
        let steps = &self.steps;
        let of_one = |step: &Step| match step {
            Step::Copy(copy) => Some(Step::Copy(copy.of_replica(replica))),
            Step::Run { span, pipeline, grid, bound, .. } => {
                let (grid, span) = (grid.of_replica(replica)?, span.clone());
                let bind_group = bound.at(device, (&place(grid), 0));
                Some(Step::Run { span, pipeline: pipeline.clone(), grid, bind_group, bound: bound.clone() })
            }
        };
        self.alone.entry(replica).or_insert_with(|| steps.iter().filter_map(of_one).collect())
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

    /// The grid of a step in so many parts, or in as many as there can be; none of a step that runs no kernel.
    pub fn divided(&self, at: usize, parts: u32) -> Vec<Grid> {
        match &self.steps[at] {
            Step::Run { grid, .. } => grid.divided(parts),
            Step::Copy(_) => vec![],
        }
    }

    /// Starts the grid of a step in these parts, each by a step of its own. Where a part stands in the whole is said at its offset in `places`.
    /// # Panics
    /// if the step runs no kernel.
    pub fn divide(
        &mut self,
        at: usize,
        grids: &[Grid],
        device: &wgpu::Device,
        (places, offsets): (&wgpu::Buffer, &[u64]),
        longest: Duration,
    ) {
        let Step::Run { span, pipeline, grid, bound, .. } = &self.steps[at] else { panic!("step {at} runs no kernel") };
        let share = |part: &Grid| part.workgroups() as f64 / grid.workgroups() as f64;
        let of_part = |part: &Grid, offset: u64| {
            let of = |number: u64| (number as f64 * share(part)) as u64;
            Step::Run {
                span: Span { flops: of(span.flops), bytes: of(span.bytes), ..span.clone() },
                pipeline: pipeline.clone(),
                grid: *part,
                bind_group: bound.at(device, (places, offset)),
                bound: bound.clone(),
            }
        };
        let parts: Vec<Step> = grids.iter().zip(offsets).map(|(part, offset)| of_part(part, *offset)).collect();
        self.pieces.divide(at, &grids.iter().map(share).collect::<Vec<_>>(), longest);
        self.steps.splice(at..=at, parts);
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
