//! A GPU as a device: memory, pipelines, submissions.

use crate::error::{Error, Result};
use crate::gpu::adapters::memory;
use crate::gpu::cut::cut;
use crate::gpu::fault::Fault;
use crate::gpu::fuse::fuse;
use crate::gpu::prepared::{Prepared, Step, Steps, arguments, encode, grid};
use crate::gpu::readback::{Staging, Submissions, Waiter, map};
use crate::gpu::stamps::Stamps;
use crate::gpu::textures::{TextureCopy, Textures, fit, wanted};
use crate::gpu::{Family, describe};
use crate::plan::{Capacity, Device, Dispatch, Kernel, Memory, Plan, PlanId, Readback, Span, Spans, Tensor};
use std::collections::HashMap;
use std::sync::Arc;
use wgpu::{BufferUsages, Features};

/// A device of wgpu that replays plans.
pub struct GpuDevice {
    identity: String,
    family: Family,
    device: wgpu::Device,
    queue: wgpu::Queue,
    limits: wgpu::Limits,
    memory: Option<u64>,
    buffers: Vec<wgpu::Buffer>,
    textures: Textures,
    kernels: HashMap<String, (Arc<Kernel>, wgpu::ComputePipeline)>,
    plans: Vec<Prepared>,
    arguments: Vec<wgpu::Buffer>,
    staging: Staging,
    submissions: Submissions,
    fault: Fault,
    /// Kernels that may still run before the device destroys itself.
    lifetime: Option<u64>,
}

impl GpuDevice {
    /// Opens an adapter, with the family of products that serves it best.
    /// # Errors
    /// if the adapter gives no device.
    pub async fn open(adapter: &wgpu::Adapter) -> Result<GpuDevice> {
        GpuDevice::open_with(adapter, Family::of(&adapter.get_info(), adapter.features())).await
    }

    /// Opens an adapter with a family of products of the caller's choice.
    /// # Errors
    /// if the adapter gives no device with the features the family needs.
    pub async fn open_with(adapter: &wgpu::Adapter, family: Family) -> Result<GpuDevice> {
        GpuDevice::open_within(adapter, family, adapter.limits()).await
    }

    /// Opens an adapter with limits of the caller's choice, which the device then enforces.
    /// # Errors
    /// if the adapter has less, or gives no device with the features the family needs.
    pub async fn open_within(adapter: &wgpu::Adapter, family: Family, limits: wgpu::Limits) -> Result<GpuDevice> {
        let identity = describe(adapter);
        let missing = family.features() - adapter.features();
        if !missing.is_empty() {
            return Err(Error::Device(format!("{identity} lacks {missing}, which the products of the family {family:?} need")));
        }
        let description = wgpu::DeviceDescriptor {
            label: Some("gander"),
            required_features: family.features() | (adapter.features() & Features::TIMESTAMP_QUERY),
            required_limits: limits.clone(),
            ..wgpu::DeviceDescriptor::default()
        };
        let refused = |error| Error::Device(format!("{identity} gives no device: {error}; try another --adapter"));
        let (device, queue) = adapter.request_device(&description).await.map_err(refused)?;
        let fault = Fault::watch(&device);
        Ok(GpuDevice {
            identity,
            family,
            device,
            queue,
            limits,
            memory: memory(adapter),
            buffers: vec![],
            textures: Textures::default(),
            kernels: HashMap::new(),
            plans: vec![],
            arguments: vec![],
            staging: Staging::default(),
            submissions: Submissions::default(),
            fault,
            lifetime: None,
        })
    }

    /// What lets a thread wait for this device.
    pub fn waiter(&self) -> Waiter {
        Waiter::new(&self.submissions, &self.fault)
    }

    /// Hands over what was encoded, without waiting for it.
    fn hand_over(&mut self, encoder: wgpu::CommandEncoder) {
        self.submissions.push(self.queue.submit([encoder.finish()]));
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    /// Destroys the device if its last kernel is among those of so many replays of a plan.
    fn age(&mut self, plan: PlanId, times: u32) {
        let Some(left) = self.lifetime else { return };
        let prepared = &self.plans[plan.0];
        let kernels = prepared.kernels() * u64::from(times);
        self.lifetime = left.checked_sub(kernels);
        if self.lifetime.is_none() {
            let mut encoder = self.encoder();
            prepared.encode_kernels(left, &mut encoder);
            self.hand_over(encoder);
            self.device.destroy();
        }
    }

    /// The kernel that serves a dispatch.
    fn kernel(&self, dispatch: &Dispatch) -> Kernel {
        let kernel = self.family.kernel(dispatch);
        if fit(&kernel, dispatch, &self.limits) { kernel } else { Family::Plain.kernel(dispatch) }
    }

    /// The plan with dispatches that bind no more at once than the adapter does, and of each of them its place in the plan as it was recorded.
    fn cut(&self, plan: &Plan) -> Result<(Plan, Vec<usize>)> {
        let most = self.limits.max_storage_buffer_binding_size;
        let (mut dispatches, mut numbers) = (vec![], vec![]);
        for (number, dispatch) in plan.dispatches.iter().enumerate() {
            let pieces = cut(dispatch, &self.kernel(dispatch), most).map_err(|tensor| {
                let (label, identity) = (dispatch.kernel.label(), &self.identity);
                Error::Device(format!(
                    "{label}: {tensor} takes {} bytes, but {identity} binds at most {most} at once, and this kernel cannot go on piece by piece; take a smaller batch or fewer units, or use --adapter host",
                    tensor.bytes()
                ))
            })?;
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

    /// The uniform arguments of all dispatches in one buffer, and where each begins.
    fn upload_arguments(&self, plan: &Plan) -> (wgpu::Buffer, Vec<u64>) {
        let alignment = self.limits.min_uniform_buffer_offset_alignment as usize;
        let (mut bytes, mut offsets) = (vec![], vec![]);
        for dispatch in &plan.dispatches {
            bytes.resize(bytes.len().next_multiple_of(alignment), 0);
            offsets.push(bytes.len() as u64);
            bytes.extend(arguments(&dispatch.kernel, dispatch));
        }
        let size = (bytes.len() as u64).next_multiple_of(16).max(16);
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor { label: Some(&plan.name), size, usage, mapped_at_creation: false });
        self.queue.write_buffer(&buffer, 0, &bytes);
        (buffer, offsets)
    }

    /// The kernel of one dispatch with all that it binds, and the copies of operands that have to come before it.
    fn steps(&mut self, number: usize, dispatch: &Dispatch, (uniforms, offset): (&wgpu::Buffer, u64)) -> (Vec<TextureCopy>, Step) {
        let (kernel, pipeline) = self.pipeline(dispatch);
        let mut copies = vec![];
        let mut views = vec![];
        for slot in kernel.slots.iter().filter(|slot| slot.texture) {
            let tensor = dispatch.tensor(slot.operand());
            let (view, copy) = self.textures.of(&self.device, &kernel, tensor, &self.buffers[tensor.buffer().0]);
            copies.extend(copy);
            views.push((slot.binding, view));
        }
        let (binding, size) = kernel.arguments_binding;
        let mut entries = vec![wgpu::BindGroupEntry { binding, resource: part(uniforms, offset, u64::from(size)) }];
        entries.extend(
            views
                .iter()
                .map(|(binding, view)| wgpu::BindGroupEntry { binding: *binding, resource: wgpu::BindingResource::TextureView(view) }),
        );
        for slot in kernel.slots.iter().filter(|slot| !slot.texture) {
            let tensor = dispatch.tensor(&slot.name);
            let resource = part(&self.buffers[tensor.buffer().0], tensor.byte_range().start, tensor.bytes().next_multiple_of(16));
            entries.push(wgpu::BindGroupEntry { binding: slot.binding, resource });
        }
        let layout = pipeline.get_bind_group_layout(0);
        let label = Some(kernel.operation.as_str());
        let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor { label, layout: &layout, entries: &entries });
        let grid = grid(&kernel, dispatch.work, self.limits.max_compute_workgroups_per_dimension);
        let Dispatch { flops, bytes, .. } = *dispatch;
        let (kernel, variant) = (dispatch.kernel.label(), kernel.variant.clone());
        let span = Span { kernel, variant, dispatch: number, flops, bytes, seconds: 0.0 };
        (copies, Step::Run { span, pipeline, bind_group, grid })
    }
}

impl Device for GpuDevice {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn in_flight(&self) -> usize {
        2
    }

    fn capacity(&self) -> Capacity {
        Capacity { memory: self.memory, buffer: self.limits.max_buffer_size, binding: self.limits.max_storage_buffer_binding_size }
    }

    fn beside(&self, plan: &Plan) -> Result<u64> {
        let (plan, _) = self.cut(plan)?;
        let mut textures = HashMap::new();
        for (_, dispatch) in fuse(&plan).dispatches {
            textures.extend(wanted(&self.kernel(&dispatch), &dispatch));
        }
        Ok(textures.values().sum())
    }

    fn allocate(&mut self, memory: &Memory) -> Result<()> {
        let most = self.limits.max_buffer_size;
        for buffer in &memory.buffers()[self.buffers.len()..] {
            let bytes = (4 * u64::from(buffer.len)).next_multiple_of(16);
            if bytes > most {
                let (name, identity) = (&buffer.name, &self.identity);
                return Err(Error::Device(format!(
                    "`{name}` takes {bytes} bytes, but a buffer of {identity} has at most {most}; make it smaller, or use --adapter host"
                )));
            }
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
            let label = Some(buffer.name.as_str());
            self.buffers.push(self.device.create_buffer(&wgpu::BufferDescriptor { label, size: bytes, usage, mapped_at_creation: false }));
        }
        self.fault.check()
    }

    fn allocated(&self) -> Vec<(&'static str, u64)> {
        let buffers = self.buffers.iter().map(wgpu::Buffer::size).sum();
        let arguments = self.arguments.iter().map(wgpu::Buffer::size).sum();
        vec![("buffers", buffers), ("operand textures", self.textures.bytes()), ("arguments", arguments), ("staging", self.staging.bytes())]
    }

    fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
        let (plan, numbers) = self.cut(plan)?;
        let (uniforms, offsets) = self.upload_arguments(&plan);
        self.textures.begin_plan();
        let mut steps = Steps::default();
        for (at, dispatch) in fuse(&plan).dispatches {
            let (copies, run) = self.steps(numbers[at], &dispatch, (&uniforms, offsets[at]));
            copies.into_iter().for_each(|copy| steps.copy(copy));
            self.textures.written_by(&dispatch);
            steps.run(run, &dispatch);
        }
        self.fault.check()?;
        self.plans.push(Prepared::new(steps.into_vec()));
        self.arguments.push(uniforms);
        Ok(PlanId(self.plans.len() - 1))
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        assert!(bytes.len() as u64 == tensor.bytes(), "{tensor} takes {} bytes, not {}", tensor.bytes(), bytes.len());
        self.queue.write_buffer(&self.buffers[tensor.buffer().0], tensor.byte_range().start, bytes);
    }

    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        self.age(plan, times);
        let mut encoder = self.encoder();
        if times > 1 {
            encode(self.plans[plan.0].all(), times, &mut encoder);
            return self.finish(encoder, read);
        }
        for (number, piece) in self.plans[plan.0].pieces().enumerate() {
            if number > 0 {
                let full = std::mem::replace(&mut encoder, self.encoder());
                self.submissions.push(self.queue.submit([full.finish()]));
            }
            encode(piece, 1, &mut encoder);
        }
        self.finish(encoder, read)
    }

    fn lose_after(&mut self, kernels: u64) {
        self.lifetime = Some(kernels);
    }

    fn split(&mut self, plan: PlanId, pieces: u32) {
        self.plans[plan.0].split(pieces);
    }

    fn time(&mut self, plan: PlanId) -> Spans {
        if !self.device.features().contains(Features::TIMESTAMP_QUERY) {
            return Box::pin(std::future::ready(Ok(None)));
        }
        let stamps = Stamps::new(&self.device, self.queue.get_timestamp_period(), self.plans[plan.0].all());
        let staging = self.staging.take(&self.device, stamps.bytes());
        let mut encoder = self.encoder();
        stamps.encode(self.plans[plan.0].all(), &mut encoder, &self.device, &staging);
        self.hand_over(encoder);
        let whole = 0..staging.size() as usize;
        let bytes = map(staging, [whole].into(), self.staging.clone(), self.fault.clone());
        Box::pin(async move { Ok(Some(stamps.spans(&bytes.await?[0]))) })
    }

    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        let encoder = self.encoder();
        self.finish(encoder, tensors)
    }
}

impl GpuDevice {
    /// Copies tensors out behind what was encoded, and submits it all.
    fn finish(&mut self, mut encoder: wgpu::CommandEncoder, read: &[&Tensor]) -> Readback {
        let total = read.iter().map(|tensor| tensor.bytes()).sum::<u64>();
        if total == 0 {
            self.hand_over(encoder);
            return Box::pin(std::future::ready(self.fault.check().map(|()| vec![])));
        }
        let staging = self.staging.take(&self.device, total);
        let mut parts = vec![];
        let mut at = 0;
        for tensor in read {
            encoder.copy_buffer_to_buffer(&self.buffers[tensor.buffer().0], tensor.byte_range().start, &staging, at, tensor.bytes());
            parts.push(at as usize..(at + tensor.bytes()) as usize);
            at += tensor.bytes();
        }
        self.hand_over(encoder);
        Box::pin(map(staging, parts, self.staging.clone(), self.fault.clone()))
    }
}

impl Drop for GpuDevice {
    /// wgpu waits for a device's work before it closes it. One that hangs would never let go: it is left open.
    fn drop(&mut self) {
        if self.fault.hangs() {
            std::mem::forget((self.device.clone(), self.queue.clone()));
        }
    }
}

/// A part of a buffer, to be bound.
fn part(buffer: &wgpu::Buffer, offset: u64, size: u64) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: wgpu::BufferSize::new(size) })
}
