//! A plan made ready: pipelines, bind groups and grids, once; then only encoding.

use crate::gpu::bound::Bound;
use crate::gpu::grid::Grid;
use crate::gpu::textures::TextureCopy;
use crate::plan::{Dispatch, Kernel, Span, Tensor, Value};
use std::sync::Arc;

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
        /// Its workgroups.
        grid: Grid,
        /// Its tensors, arguments, and place in the grid.
        bind_group: wgpu::BindGroup,
        /// The same without the place.
        bound: Arc<Bound>,
    },
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
        if let Step::Run { pipeline, bind_group, grid, .. } = step {
            let [x, y, z] = grid.count;
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            pass.dispatch_workgroups(x, y, z);
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
