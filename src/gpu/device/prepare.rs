//! A plan made ready for a device: cut, with a kernel, uniforms and bindings for each dispatch.

use super::GpuDevice;
use crate::error::{Error, Result};
use crate::gpu::Family;
use crate::gpu::bound::Bound;
use crate::gpu::cut::cut;
use crate::gpu::fuse::fuse;
use crate::gpu::grid::Grid;
use crate::gpu::prepared::{Step, Steps, arguments};
use crate::gpu::textures::{TextureCopy, fit};
use crate::gpu::uniforms::upload;
use crate::plan::{Device, Dispatch, Kernel, Plan, Span};
use std::sync::Arc;

/// A dispatch, and how it is to be started.
struct Start {
    /// Its place in the plan as it was recorded.
    number: usize,
    dispatch: Dispatch,
    kernel: Arc<Kernel>,
    pipeline: wgpu::ComputePipeline,
    grid: Grid,
}

impl GpuDevice {
    /// The commands of a plan that was cut, and their uniforms. `numbers` has the places of its dispatches in the plan as it was recorded.
    /// # Errors
    /// if there is no memory for a copy of an operand.
    pub(super) fn commands(&mut self, plan: &Plan, numbers: &[usize]) -> Result<(Vec<Step>, wgpu::Buffer)> {
        let starts: Vec<Start> = fuse(plan).dispatches.into_iter().map(|(at, dispatch)| self.start(numbers[at], dispatch)).collect();
        let (uniforms, offsets) = self.upload_uniforms(&plan.name, &starts);
        self.textures.begin_plan();
        let mut steps = Steps::default();
        for (start, offsets) in starts.iter().zip(offsets) {
            let (copies, run) = self.steps(start, (&uniforms, offsets))?;
            copies.into_iter().for_each(|copy| steps.copy(copy));
            self.textures.written_by(&start.dispatch);
            steps.run(run, &start.dispatch);
        }
        Ok((steps.into_vec(), uniforms))
    }

    /// The kernel that serves a dispatch.
    pub(super) fn kernel(&self, dispatch: &Dispatch) -> Kernel {
        let kernel = self.family.kernel(dispatch);
        if fit(&kernel, dispatch, &self.limits) && self.grid(&kernel, dispatch).is_some() { kernel } else { Family::Plain.kernel(dispatch) }
    }

    /// The workgroups of a dispatch, if the adapter starts so many.
    fn grid(&self, kernel: &Kernel, dispatch: &Dispatch) -> Option<Grid> {
        Grid::of(kernel, dispatch.work, self.limits.max_compute_workgroups_per_dimension)
    }

    /// Refuses a dispatch of more workgroups than the adapter starts.
    fn too_many_workgroups(&self, dispatch: &Dispatch) -> Error {
        let (label, identity, most) = (dispatch.kernel.label(), &self.identity, self.limits.max_compute_workgroups_per_dimension);
        let made = dispatch.tensors(true).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Error::Device(format!(
            "{label}: {made} takes more workgroups than the {most} that {identity} starts along a dimension; take a smaller batch, a smaller stride, or fewer units or channels, or use --adapter host"
        ))
    }

    /// The plan with dispatches that bind no more at once than the adapter does, and of each of them its place in the plan as it was recorded.
    pub(super) fn cut(&self, plan: &Plan) -> Result<(Plan, Vec<usize>)> {
        let most = self.limits.max_storage_buffer_binding_size;
        let (mut dispatches, mut numbers) = (vec![], vec![]);
        for (number, dispatch) in plan.dispatches.iter().enumerate() {
            let kernel = self.kernel(dispatch);
            let pieces = cut(dispatch, &kernel, most).map_err(|tensor| {
                let (label, identity) = (dispatch.kernel.label(), &self.identity);
                Error::Device(format!(
                    "{label}: {tensor} takes {} bytes, but {identity} binds at most {most} at once, and this kernel cannot go on piece by piece; take a smaller batch or fewer units, or use --adapter host",
                    tensor.bytes()
                ))
            })?;
            let starts = |piece: &Dispatch| match pieces.len() {
                1 => self.grid(&kernel, piece).is_some(),
                _ => self.grid(&self.kernel(piece), piece).is_some(),
            };
            if !pieces.iter().all(starts) {
                return Err(self.too_many_workgroups(dispatch));
            }
            numbers.resize(numbers.len() + pieces.len(), number);
            dispatches.extend(pieces);
        }
        Ok((Plan { name: plan.name.clone(), dispatches }, numbers))
    }

    /// The kernel that serves a dispatch, compiled once.
    fn pipeline(&mut self, dispatch: &Dispatch) -> (Arc<Kernel>, wgpu::ComputePipeline) {
        let kernel = self.kernel(dispatch);
        let device = &self.device;
        let compiled = self.kernels.entry(kernel.source.clone()).or_insert_with(|| {
            let label = kernel.label();
            let source = wgpu::ShaderSource::Wgsl(kernel.source.as_str().into());
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(&label), source });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(&label),
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            (Arc::new(kernel), pipeline)
        });
        compiled.clone()
    }

    /// A dispatch with the kernel that serves it, compiled, and its whole grid.
    fn start(&mut self, number: usize, dispatch: Dispatch) -> Start {
        let (kernel, pipeline) = self.pipeline(&dispatch);
        let grid = self.grid(&kernel, &dispatch).expect("checked when the plan was cut");
        Start { number, dispatch, kernel, pipeline, grid }
    }

    /// The uniforms of dispatches in one buffer, and where those of each begin: its arguments, and its grid.
    fn upload_uniforms(&self, label: &str, starts: &[Start]) -> (wgpu::Buffer, Vec<[u64; 2]>) {
        let of = |start: &Start| [arguments(&start.dispatch.kernel, &start.dispatch), start.grid.bytes().into()];
        let blocks: Vec<Vec<u8>> = starts.iter().flat_map(of).collect();
        let (buffer, offsets) = upload(&self.device, &self.queue, label, &blocks);
        let (pairs, _) = offsets.as_chunks();
        (buffer, pairs.to_vec())
    }

    /// The kernel of one dispatch with all that it binds, and the copies of operands that have to come before it.
    /// # Errors
    /// if there is no memory for a copy.
    fn steps(&mut self, start: &Start, (uniforms, [of_arguments, of_grid]): (&wgpu::Buffer, [u64; 2])) -> Result<(Vec<TextureCopy>, Step)> {
        let Start { number, dispatch, kernel, pipeline, grid } = start;
        let mut copies = vec![];
        let mut textures = vec![];
        for slot in kernel.slots.iter().filter(|slot| slot.texture) {
            let tensor = dispatch.tensor(slot.operand());
            let of_texture = self.textures.of(&self.device, kernel, tensor, &self.buffers[tensor.buffer().0]);
            let (view, copy) = of_texture.ok_or_else(|| self.refused(&format!("a copy of {tensor}"), tensor.bytes()))?;
            copies.extend(copy);
            textures.push((slot.binding, view));
        }
        let (binding, size) = kernel.arguments_binding;
        let mut buffers = vec![(binding, uniforms.clone(), of_arguments, u64::from(size))];
        for slot in kernel.slots.iter().filter(|slot| !slot.texture) {
            let tensor = dispatch.tensor(&slot.name);
            let (buffer, bytes) = (self.buffers[tensor.buffer().0].clone(), tensor.bytes().next_multiple_of(16));
            buffers.push((slot.binding, buffer, tensor.byte_range().start, bytes));
        }
        let (label, layout) = (kernel.operation.clone(), pipeline.get_bind_group_layout(0));
        let bound = Arc::new(Bound { label, layout, buffers, textures, grid: kernel.grid_binding });
        let bind_group = bound.at(&self.device, (uniforms, of_grid));
        let Dispatch { flops, bytes, .. } = *dispatch;
        let (kernel, variant) = (dispatch.kernel.label(), kernel.variant.clone());
        let span = Span { kernel, variant, dispatch: *number, flops, bytes, seconds: 0.0 };
        Ok((copies, Step::Run { span, pipeline: pipeline.clone(), grid: *grid, bind_group, bound }))
    }

    /// What to say when the driver has no memory for so many bytes more.
    pub(super) fn refused(&self, what: &str, bytes: u64) -> Error {
        let had: u64 = self.allocated().iter().map(|(_, bytes)| bytes).sum();
        Error::Device(format!(
            "{} has no memory left for {what}: it takes {bytes} bytes beside the {had} that are taken; take a smaller train.batch, fewer units or fewer \
             examples, close what else uses the device, or use --adapter host",
            self.identity
        ))
    }
}
