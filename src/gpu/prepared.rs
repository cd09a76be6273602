//! A plan made ready: pipelines, bind groups and grids, once; then only encoding.

use crate::gpu::textures::TextureCopy;
use crate::plan::{Dispatch, Kernel, Span, Tensor, Value, Work};
use std::ops::Range;

/// One command of a prepared plan.
pub(super) enum Step {
    /// Refresh a texture.
    Copy(TextureCopy),
    /// Run a kernel.
    Run {
        /// What it is, with no time yet.
        span: Span,
        /// The kernel, compiled.
        pipeline: wgpu::ComputePipeline,
        /// Its tensors and arguments.
        bind_group: wgpu::BindGroup,
        /// Its workgroups.
        grid: [u32; 3],
    },
}

/// A plan that is ready to be replayed.
pub(super) struct Prepared {
    steps: Vec<Step>,
    /// The steps that are submitted together when one replay takes more than one submission.
    pieces: Vec<Range<usize>>,
    /// How many of them were asked for.
    wanted: u32,
}

impl Prepared {
    /// In one piece.
    pub fn new(steps: Vec<Step>) -> Prepared {
        let pieces = vec![0..steps.len()];
        Prepared { steps, pieces, wanted: 1 }
    }

    /// All steps.
    pub fn all(&self) -> &[Step] {
        &self.steps
    }

    /// The steps of each piece, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &[Step]> {
        self.pieces.iter().map(|piece| &self.steps[piece.clone()])
    }

    /// Makes about so many pieces that have about as much to do. No kernel is cut.
    pub fn split(&mut self, pieces: u32) {
        if pieces == self.wanted {
            return;
        }
        self.wanted = pieces;
        let weights: Vec<u64> = self.steps.iter().map(Step::weight).collect();
        let share = weights.iter().sum::<u64>().div_ceil(u64::from(pieces.max(1))).max(1);
        let (mut begin, mut sum) = (0, 0);
        self.pieces.clear();
        for (at, weight) in weights.iter().enumerate() {
            if sum + weight > share && at > begin {
                self.pieces.push(begin..at);
                (begin, sum) = (at, 0);
            }
            sum += weight;
        }
        self.pieces.push(begin..self.steps.len());
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

impl Step {
    /// How much there is to do, in numbers that are moved or computed; copies go with the kernel behind them.
    fn weight(&self) -> u64 {
        match self {
            Step::Copy(_) => 0,
            Step::Run { span, .. } => span.flops + span.bytes,
        }
    }
}

/// The commands of a plan as they are put together. A copy ends a pass, which costs a software adapter as much as a small kernel: so every copy joins the
/// last copies before it, unless its source was written since.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// Where the last copies end.
    copies_end: usize,
    /// What was written behind them.
    written: Vec<Tensor>,
}

impl Steps {
    /// Adds a copy.
    pub fn copy(&mut self, copy: TextureCopy) {
        if self.copies_end == 0 || self.written.iter().any(|tensor| copy.reads(tensor)) {
            self.copies_end = self.steps.len();
            self.written.clear();
        }
        self.steps.insert(self.copies_end, Step::Copy(copy));
        self.copies_end += 1;
    }

    /// Adds the kernel of a dispatch.
    pub fn run(&mut self, run: Step, dispatch: &Dispatch) {
        self.steps.push(run);
        self.written.extend(dispatch.tensors(true).cloned());
    }

    /// All commands in order.
    pub fn into_vec(self) -> Vec<Step> {
        self.steps
    }
}

/// Encodes a plan so many times.
pub(super) fn encode(steps: &[Step], times: u32, encoder: &mut wgpu::CommandEncoder) {
    for _ in 0..times {
        let mut rest = steps;
        while !rest.is_empty() {
            let copies = rest.iter().take_while(|step| matches!(step, Step::Copy(_))).count();
            for step in &rest[..copies] {
                if let Step::Copy(copy) = step {
                    copy.encode(encoder);
                }
            }
            let runs = rest[copies..].iter().take_while(|step| matches!(step, Step::Run { .. })).count();
            encode_pass(&rest[copies..copies + runs], encoder);
            rest = &rest[copies + runs..];
        }
    }
}

fn encode_pass(steps: &[Step], encoder: &mut wgpu::CommandEncoder) {
    encode_runs(steps, &mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
}

/// Encodes the kernels among the steps.
pub(super) fn encode_runs(steps: &[Step], pass: &mut wgpu::ComputePass) {
    for step in steps {
        if let Step::Run { pipeline, bind_group, grid: [x, y, z], .. } = step {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            pass.dispatch_workgroups(*x, *y, *z);
        }
    }
}

/// The grid of a dispatch; a flat one is folded into rows where one dimension is too short.
pub(super) fn grid(kernel: &Kernel, work: Work, most: u32) -> [u32; 3] {
    let tile = |name| kernel.constant(name).expect("a product's shader declares its tile");
    match work {
        Work::One => [1, 1, 1],
        Work::Tiles { rows, cols, parts } => [rows.div_ceil(tile("TILE_ROWS")), cols.div_ceil(tile("TILE_COLS")), parts],
        Work::Flat(count) => {
            let groups = count.div_ceil(kernel.workgroup);
            let folds = groups.div_ceil(most);
            [groups.div_ceil(folds), folds, 1]
        }
    }
}

/// The bytes of a dispatch's uniform arguments, as the shader lays them out.
pub(super) fn arguments(kernel: &Kernel, dispatch: &Dispatch) -> Vec<u8> {
    let mut bytes = vec![0; kernel.arguments_binding.1 as usize];
    for argument in &kernel.arguments {
        let (_, value) = dispatch.arguments.iter().find(|(name, _)| *name == argument.name).expect("checked when it was recorded");
        let word = match value {
            Value::Word(word) => word.to_le_bytes(),
            Value::Real(real) => real.to_le_bytes(),
        };
        bytes[argument.offset as usize..][..4].copy_from_slice(&word);
    }
    bytes
}
