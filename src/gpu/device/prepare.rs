//! A plan made ready for a device: cut, with a kernel, uniforms and bindings for each dispatch.

use super::GpuDevice;
use crate::error::{Error, Result};
use crate::gpu::Family;
use crate::gpu::bound::Bound;
use crate::gpu::cut::cut;
use crate::gpu::fuse::fuse;
use crate::gpu::grid::Grid;
use crate::gpu::prepared::{Step, Steps, arguments};
use crate::gpu::replay::Replay;
use crate::gpu::replicas::{SLICES_BINDING, argument_stride, sliced, slices, slices_bytes};
use crate::gpu::textures::{TextureCopy, fit, size};
use crate::gpu::uniforms::upload;
use crate::plan::{Device, Dispatch, Kernel, Plan, PlanId, Span, Tensor};
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

/// Where the uniforms of a dispatch begin.
struct Offsets {
    arguments: u64,
    grid: u64,
    /// How far the slices of several games lie from one another.
    slices: u64,
}

impl GpuDevice {
    /// The commands of a plan that was cut, their uniforms, and where the arguments of each dispatch begin there. `numbers` has the places of its dispatches
    /// in the plan as it was recorded.
    /// # Errors
    /// if there is no memory for a copy of an operand, or a tensor of all games together cannot be bound.
    pub(super) fn commands(&mut self, plan: &Plan, numbers: &[usize]) -> Result<(Vec<Step>, wgpu::Buffer, Vec<u64>)> {
        let starts = fuse(plan).dispatches.into_iter().map(|(at, dispatch)| self.start(numbers[at], dispatch));
        let starts: Vec<Start> = starts.collect::<Result<_>>()?;
        let (uniforms, offsets) = self.upload_uniforms(&plan.name, &starts);
        self.textures.begin_plan();
        let mut steps = Steps::default();
        for (start, offsets) in starts.iter().zip(&offsets) {
            self.check_slices(start)?;
            let (copies, run) = self.steps(start, (&uniforms, offsets))?;
            copies.into_iter().for_each(|copy| steps.copy(copy));
            self.textures.written_by(&start.dispatch);
            steps.run(run, &start.dispatch);
        }
        Ok((steps.into_vec(), uniforms, offsets.into_iter().map(|offsets| offsets.arguments).collect()))
    }

    /// Gives a plan that was prepared before the arguments of one game of several, which records the same dispatches over the same tensors.
    /// # Errors
    /// if a tensor cannot be bound.
    pub(in crate::gpu) fn adopt(&mut self, id: PlanId, replica: u32, plan: &Plan) -> Result<()> {
        let (plan, _) = self.cut(plan)?;
        let Replay { uniforms, arguments: offsets, .. } = &self.plans[id.0];
        for ((_, dispatch), offset) in fuse(&plan).dispatches.iter().zip(offsets) {
            let stride = u64::from(argument_stride(&dispatch.kernel));
            self.queue.write_buffer(uniforms, offset + u64::from(replica) * stride, &arguments(&dispatch.kernel, dispatch));
        }
        Ok(())
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
        let (device, replicas) = (&self.device, self.replicas);
        let compiled = self.kernels.entry(kernel.source.clone()).or_insert_with(|| {
            let kernel = if replicas > 1 { sliced(&kernel, replicas) } else { kernel };
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
    /// # Errors
    /// if the grids of all games together have more workgroups than the adapter starts.
    fn start(&mut self, number: usize, dispatch: Dispatch) -> Result<Start> {
        let (kernel, pipeline) = self.pipeline(&dispatch);
        let grid = self.grid(&kernel, &dispatch).expect("checked when the plan was cut");
        let most = self.limits.max_compute_workgroups_per_dimension;
        let games = u64::from(self.replicas) * u64::from(grid.count[2]);
        let whole = grid.of_replicas(self.replicas, most);
        let grid = whole.ok_or_else(|| self.too_many(&format!("the workgroups of {}", kernel.label()), games, most.into()))?;
        Ok(Start { number, dispatch, kernel, pipeline, grid })
    }

    /// The uniforms of dispatches in one buffer, and where those of each begin.
    fn upload_uniforms(&self, label: &str, starts: &[Start]) -> (wgpu::Buffer, Vec<Offsets>) {
        let of = |start: &Start| [self.arguments(&start.dispatch), start.grid.bytes().into(), self.slices(start)];
        let blocks: Vec<Vec<u8>> = starts.iter().flat_map(of).collect();
        let (buffer, offsets) = upload(&self.device, &self.queue, label, &blocks);
        let (each, _) = offsets.as_chunks();
        (buffer, each.iter().map(|[arguments, grid, slices]| Offsets { arguments: *arguments, grid: *grid, slices: *slices }).collect())
    }

    /// The arguments of a dispatch; those of several games begin as those of the first.
    fn arguments(&self, dispatch: &Dispatch) -> Vec<u8> {
        let mut bytes = arguments(&dispatch.kernel, dispatch);
        if self.replicas > 1 {
            bytes.resize(argument_stride(&dispatch.kernel) as usize, 0);
        }
        bytes.repeat(self.replicas as usize)
    }

    /// How far the slices of several games lie from one another; nothing where there is one.
    fn slices(&self, Start { dispatch, kernel, .. }: &Start) -> Vec<u8> {
        if self.replicas == 1 {
            return vec![];
        }
        slices(kernel, |slot| {
            let tensor = dispatch.tensor(slot.operand());
            match self.buffers[tensor.buffer().0].1 {
                0 => 0,
                _ if slot.texture => size(kernel, tensor)[1],
                bytes => (bytes / u64::from(slot.stride)) as u32,
            }
        })
    }

    /// Checks that a dispatch can have the slices of all games before it at once.
    fn check_slices(&self, Start { dispatch, kernel, .. }: &Start) -> Result<()> {
        if self.replicas == 1 {
            return Ok(());
        }
        let (bindings, texels) = (self.limits.max_storage_buffer_binding_size, u64::from(self.limits.max_texture_dimension_2d));
        for slot in &kernel.slots {
            let tensor = dispatch.tensor(slot.operand());
            let taken = if slot.texture { u64::from(self.replicas * size(kernel, tensor)[1]) } else { self.binding_bytes(tensor) };
            let most = if slot.texture { texels } else { bindings };
            if taken > most {
                let what = if slot.texture { format!("rows of texels of {tensor}") } else { tensor.to_string() };
                return Err(self.too_many(&what, taken, most));
            }
        }
        Ok(())
    }

    /// Bytes of a tensor's binding: from its first game to its last.
    fn binding_bytes(&self, tensor: &Tensor) -> u64 {
        let distance = self.buffers[tensor.buffer().0].1;
        u64::from(self.replicas - 1) * distance + tensor.bytes().next_multiple_of(16)
    }

    /// Refuses so many games at once.
    pub(super) fn too_many(&self, what: &str, taken: u64, most: u64) -> Error {
        let (replicas, identity) = (self.replicas, &self.identity);
        Error::Device(format!("{replicas} games together take {taken} for {what}, but {identity} offers {most}: take fewer replicas"))
    }

    /// The kernel of one dispatch with all that it binds, and the copies of operands that have to come before it.
    /// # Errors
    /// if there is no memory for a copy.
    fn steps(&mut self, start: &Start, (uniforms, offsets): (&wgpu::Buffer, &Offsets)) -> Result<(Vec<TextureCopy>, Step)> {
        let Start { number, dispatch, kernel, pipeline, grid } = start;
        let mut copies = vec![];
        let mut textures = vec![];
        for slot in kernel.slots.iter().filter(|slot| slot.texture) {
            let tensor = dispatch.tensor(slot.operand());
            let (buffer, distance) = &self.buffers[tensor.buffer().0];
            let count = if *distance == 0 { 1 } else { self.replicas };
            let of_texture = self.textures.of(&self.device, kernel, tensor, (buffer, count, *distance));
            let (view, copy) = of_texture.ok_or_else(|| self.refused(&format!("a copy of {tensor}"), tensor.bytes()))?;
            copies.extend(copy);
            textures.push((slot.binding, view));
        }
        let (binding, size) = kernel.arguments_binding;
        let mut buffers = vec![(binding, uniforms.clone(), offsets.arguments, u64::from(size))];
        for slot in kernel.slots.iter().filter(|slot| !slot.texture) {
            let tensor = dispatch.tensor(&slot.name);
            let (buffer, bytes) = (self.buffers[tensor.buffer().0].0.clone(), self.binding_bytes(tensor));
            buffers.push((slot.binding, buffer, tensor.byte_range().start, bytes));
        }
        if self.replicas > 1 {
            buffers.push((SLICES_BINDING, uniforms.clone(), offsets.slices, slices_bytes(kernel)));
        }
        let (label, layout) = (kernel.operation.clone(), pipeline.get_bind_group_layout(0));
        let bound = Arc::new(Bound { label, layout, buffers, textures, grid: kernel.grid_binding });
        let bind_group = bound.at(&self.device, (uniforms, offsets.grid));
        let [flops, bytes] = [dispatch.flops, dispatch.bytes].map(|of_one| of_one * u64::from(self.replicas));
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
