//! A GPU as a device: memory, pipelines, submissions.

mod prepare;

use crate::error::{Error, Result};
use crate::gpu::adapters::memory;
use crate::gpu::fault::Fault;
use crate::gpu::fuse::fuse;
use crate::gpu::granted::granted;
use crate::gpu::grid::Grid;
use crate::gpu::pieces::Speed;
use crate::gpu::prepared::encode;
use crate::gpu::readback::{Piece, Staging, Submissions, Waiter, map};
use crate::gpu::replay::Replay;
use crate::gpu::stamps::Stamps;
use crate::gpu::textures::{Textures, wanted};
use crate::gpu::uniforms::upload;
use crate::gpu::{Family, describe};
use crate::plan::{Capacity, Device, Kernel, Memory, Plan, PlanId, Readback, Spans, Tensor};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use wgpu::{BufferUsages, Features};

/// How long a submission should take at most: a desktop stays usable, no watchdog fires, and what was guessed may be wrong by as much again.
const LONGEST: Duration = Duration::from_millis(50);

/// A device of wgpu that replays plans.
pub struct GpuDevice {
    identity: String,
    family: Family,
    device: wgpu::Device,
    queue: wgpu::Queue,
    limits: wgpu::Limits,
    memory: Option<u64>,
    /// Games that advance together, each with a slice of every buffer that is not shared.
    replicas: u32,
    /// All buffers, and of each the bytes from one game's slice to the next.
    buffers: Vec<(wgpu::Buffer, u64)>,
    textures: Textures,
    kernels: HashMap<String, (Arc<Kernel>, wgpu::ComputePipeline)>,
    plans: Vec<Replay>,
    arguments: Vec<wgpu::Buffer>,
    staging: Staging,
    submissions: Submissions,
    fault: Fault,
    speed: Speed,
    /// How long a submission should take at most.
    longest: Duration,
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
            replicas: 1,
            buffers: vec![],
            textures: Textures::default(),
            kernels: HashMap::new(),
            plans: vec![],
            arguments: vec![],
            staging: Staging::default(),
            submissions: Submissions::default(),
            fault,
            speed: Speed::default(),
            longest: LONGEST,
            lifetime: None,
        })
    }

    /// What lets a thread wait for this device.
    pub fn waiter(&self) -> Waiter {
        Waiter::new(&self.submissions, &self.fault)
    }

    /// Lets plans that are prepared from now on be handed over in submissions of at most so long, as far as a workgroup allows; 50 ms if nothing is said.
    pub fn submit_at_most(&mut self, longest: Duration) {
        self.longest = longest;
    }

    /// The same device for so many games at once, before it has allocated anything. What it takes orders from is [`replicas`](crate::gpu::replicas()).
    pub(super) fn of_replicas(mut self, replicas: u32) -> GpuDevice {
        assert!(self.buffers.is_empty(), "memory was given to one game");
        self.replicas = replicas;
        self
    }

    /// Hands over what was encoded, without waiting for it.
    fn hand_over(&self, encoder: wgpu::CommandEncoder, piece: Option<Piece>) {
        self.submissions.submit(&self.queue, encoder.finish(), piece);
    }

    /// Makes the pieces of plans anew by what has been seen of them, and divides kernels that take too long.
    fn learn(&mut self) {
        for (Piece { plan, steps, of }, took) in self.submissions.timed() {
            let replay = &mut self.plans[plan];
            if replay.all().len() != of {
                continue;
            }
            let speed = replay.pieces.learn(steps, took, self.longest);
            let too_long = replay.pieces.seen_too_long(self.longest);
            // What took no time says more of the way to the device than of the device.
            if let (Some(speed), true) = (speed, took > self.longest / 4) {
                self.speed = speed;
            }
            if let Some((step, parts)) = too_long {
                self.divide(plan, step, parts);
            }
        }
    }

    /// Starts the grid of a step in so many parts from now on, or in fewer if it has fewer workgroups.
    fn divide(&mut self, plan: usize, step: usize, parts: u32) {
        let replay = &mut self.plans[plan];
        let grids = replay.divided(step, parts);
        if grids.len() < 2 {
            return;
        }
        let blocks: Vec<Vec<u8>> = grids.iter().map(|grid| grid.bytes().into()).collect();
        let (places, offsets) = upload(&self.device, &self.queue, "parts of a grid", &blocks);
        replay.divide(step, &grids, &self.device, (&places, &offsets), self.longest);
        self.arguments.push(places);
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
            self.hand_over(encoder, None);
            self.device.destroy();
        }
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

    fn leaves_out(&self, plan: &Plan) -> Result<Vec<Tensor>> {
        Ok(fuse(&self.cut(plan)?.0).left_out)
    }

    fn allocate(&mut self, memory: &Memory) -> Result<()> {
        for buffer in &memory.buffers()[self.buffers.len()..] {
            self.capacity().check(buffer, &self.identity, "make it smaller")?;
            let distance = if buffer.shared || self.replicas == 1 { 0 } else { buffer.allocated() };
            let bytes = buffer.allocated() + u64::from(self.replicas - 1) * distance;
            if bytes > self.limits.max_buffer_size {
                return Err(self.too_many(&format!("`{}`", buffer.name), bytes, self.limits.max_buffer_size));
            }
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
            let label = Some(buffer.name.as_str());
            let description = wgpu::BufferDescriptor { label, size: bytes, usage, mapped_at_creation: false };
            let made = granted(&self.device, |device| device.create_buffer(&description));
            let made = made.ok_or_else(|| self.refused(&format!("`{}`", buffer.name), bytes))?;
            self.buffers.push((made, distance));
        }
        self.fault.check()
    }

    fn allocated(&self) -> Vec<(&'static str, u64)> {
        let buffers = self.buffers.iter().map(|(buffer, _)| buffer.size()).sum();
        let arguments = self.arguments.iter().map(wgpu::Buffer::size).sum();
        vec![("buffers", buffers), ("operand textures", self.textures.bytes()), ("arguments", arguments), ("staging", self.staging.bytes())]
    }

    fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
        let (plan, numbers) = self.cut(plan)?;
        let (steps, uniforms, arguments) = self.commands(&plan, &numbers)?;
        self.fault.check()?;
        let id = self.plans.len();
        self.plans.push(Replay::new(steps, (uniforms.clone(), arguments), self.speed, self.longest));
        self.arguments.push(uniforms);
        for (step, parts) in self.plans[id].pieces.guessed_too_long(self.longest) {
            self.divide(id, step, parts);
        }
        Ok(PlanId(id))
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        self.write_slice(0, tensor, bytes);
    }

    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        let mut answers = self.submit_slices(plan, times, &[(0, read)]);
        Box::pin(answers.pop().expect("one was asked for"))
    }

    fn submissions(&self, plan: PlanId) -> Vec<Duration> {
        self.plans[plan.0].pieces.durations()
    }

    fn lose_after(&mut self, kernels: u64) {
        self.lifetime = Some(kernels);
    }

    fn time(&mut self, plan: PlanId) -> Spans {
        if !self.device.features().contains(Features::TIMESTAMP_QUERY) {
            return Box::pin(std::future::ready(Ok(None)));
        }
        let stamps = Stamps::new(&self.device, self.queue.get_timestamp_period(), self.plans[plan.0].all());
        let staging = self.staging.take(&self.device, stamps.bytes());
        let mut encoder = self.encoder();
        stamps.encode(self.plans[plan.0].all(), &mut encoder, &self.device, &staging);
        self.hand_over(encoder, None);
        let whole = 0..staging.size() as usize;
        let bytes = map(staging, [whole].into(), self.staging.clone(), self.fault.clone());
        Box::pin(async move { Ok(Some(stamps.spans(&bytes.await?[0]))) })
    }

    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        if self.lifetime == Some(0) {
            self.device.destroy();
        }
        self.lifetime = self.lifetime.and_then(|left| left.checked_sub(1));
        Box::pin(self.read_slice(0, tensors))
    }
}

impl GpuDevice {
    /// Writes a whole tensor of one game.
    pub(super) fn write_slice(&self, replica: u32, tensor: &Tensor, bytes: &[u8]) {
        assert!(bytes.len() as u64 == tensor.bytes(), "{tensor} takes {} bytes, not {}", tensor.bytes(), bytes.len());
        let (buffer, distance) = &self.buffers[tensor.buffer().0];
        self.queue.write_buffer(buffer, u64::from(replica) * distance + tensor.byte_range().start, bytes);
    }

    /// Reads tensors of one game, once everything submitted is done.
    pub(super) fn read_slice(&self, replica: u32, tensors: &[&Tensor]) -> impl Future<Output = Answer> + use<> {
        let mut encoder = self.encoder();
        let copied = self.copy_out(&mut encoder, replica, tensors);
        self.hand_over(encoder, None);
        self.answer(copied)
    }

    /// Replays a plan of all games so many times, and then copies out tensors of some of them: one answer for each.
    pub(super) fn submit_slices(
        &mut self,
        plan: PlanId,
        times: u32,
        read: &[(u32, &[&Tensor])],
    ) -> Vec<impl Future<Output = Answer> + use<>> {
        self.age(plan, times);
        self.learn();
        let mut encoder = self.encoder();
        let mut last = None;
        if times == 1 {
            let of = self.plans[plan.0].all().len();
            for (steps, piece) in self.plans[plan.0].pieces() {
                if last.is_some() {
                    self.hand_over(std::mem::replace(&mut encoder, self.encoder()), last);
                }
                encode(piece, 1, &mut encoder);
                last = Some(Piece { plan: plan.0, steps, of });
            }
        } else {
            encode(self.plans[plan.0].all(), times, &mut encoder);
        }
        let copied: Vec<Copied> = read.iter().map(|(replica, tensors)| self.copy_out(&mut encoder, *replica, tensors)).collect();
        self.hand_over(encoder, last);
        copied.into_iter().map(|copied| self.answer(copied)).collect()
    }

    /// Replays a plan of one game alone so many times, and then copies tensors out.
    pub(super) fn submit_slice(
        &mut self,
        replica: u32,
        plan: PlanId,
        times: u32,
        read: &[&Tensor],
    ) -> impl Future<Output = Answer> + use<> {
        let mut encoder = self.encoder();
        let (device, queue) = (&self.device, &self.queue);
        let place = |grid: Grid| upload(device, queue, "the grid of one game", &[grid.bytes().into()]).0;
        encode(self.plans[plan.0].of_replica(replica, device, place), times, &mut encoder);
        let copied = self.copy_out(&mut encoder, replica, read);
        self.hand_over(encoder, None);
        self.answer(copied)
    }

    /// Encodes copies of tensors of one game.
    fn copy_out(&self, encoder: &mut wgpu::CommandEncoder, replica: u32, read: &[&Tensor]) -> Copied {
        let total = read.iter().map(|tensor| tensor.bytes()).sum::<u64>();
        if total == 0 {
            return None;
        }
        let staging = self.staging.take(&self.device, total);
        let mut parts = vec![];
        let mut at = 0;
        for tensor in read {
            let (buffer, distance) = &self.buffers[tensor.buffer().0];
            let begin = u64::from(replica) * distance + tensor.byte_range().start;
            encoder.copy_buffer_to_buffer(buffer, begin, &staging, at, tensor.bytes());
            parts.push(at as usize..(at + tensor.bytes()) as usize);
            at += tensor.bytes();
        }
        Some((staging, parts))
    }

    /// What was copied out, once the device has come that far.
    fn answer(&self, copied: Copied) -> impl Future<Output = Answer> + use<> {
        let fault = self.fault.clone();
        let mapped = copied.map(|(staging, parts)| map(staging, parts, self.staging.clone(), self.fault.clone()));
        async move {
            match mapped {
                Some(mapped) => mapped.await,
                None => fault.check().map(|()| vec![]),
            }
        }
    }
}

/// A staging buffer, and the places in it of the tensors that were copied to it; nothing, where none was.
type Copied = Option<(wgpu::Buffer, Vec<std::ops::Range<usize>>)>;

/// The bytes of the tensors asked for.
pub(super) type Answer = Result<Vec<Vec<u8>>>;

impl Drop for GpuDevice {
    /// wgpu waits for a device's work before it closes it. One that hangs would never let go: it is left open.
    fn drop(&mut self) {
        if self.fault.hangs() {
            std::mem::forget((self.device.clone(), self.queue.clone()));
        }
    }
}
