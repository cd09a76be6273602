//! Timestamps: a replay with a pass of its own for every kernel, and a stamp on both ends of each.

use crate::gpu::prepared::{Step, encode_runs};
use crate::plan::{OPERANDS_COPIED, Span};
use wgpu::{BufferUsages, QuerySet, QueryType};

/// Stamps of all kernels of one replay, two for each.
pub(super) struct Stamps {
    sets: Vec<QuerySet>,
    /// Nanoseconds in a tick.
    period: f32,
    /// Of each kernel, what it is, and whether its operands were copied before.
    kernels: Vec<(Span, bool)>,
}

/// Stamps in a query set.
const SET: u32 = wgpu::QUERY_SET_MAX_QUERIES;

impl Stamps {
    /// Stamps for the kernels of a plan.
    pub fn new(device: &wgpu::Device, period: f32, steps: &[Step]) -> Stamps {
        let mut kernels = vec![];
        let mut copied = false;
        for step in steps {
            match step {
                Step::Copy(_) => copied = true,
                Step::Run { span, .. } => kernels.push((span.clone(), std::mem::take(&mut copied))),
            }
        }
        let count = (2 * kernels.len() as u32).div_ceil(SET);
        let set = |_| device.create_query_set(&wgpu::QuerySetDescriptor { label: None, ty: QueryType::Timestamp, count: SET });
        Stamps { sets: (0..count).map(set).collect(), period, kernels }
    }

    /// Bytes of all stamps.
    pub fn bytes(&self) -> u64 {
        u64::from(SET) * 8 * self.sets.len() as u64
    }

    /// Encodes the replay. `staging`, of [`bytes`](Stamps::bytes) bytes, will hold the stamps.
    pub fn encode(&self, steps: &[Step], encoder: &mut wgpu::CommandEncoder, device: &wgpu::Device, staging: &wgpu::Buffer) {
        let mut stamp = 0;
        for step in steps {
            match step {
                Step::Copy(copy) => copy.encode(encoder),
                Step::Run { .. } => {
                    let timestamp_writes = Some(wgpu::ComputePassTimestampWrites {
                        query_set: &self.sets[(stamp / SET) as usize],
                        beginning_of_pass_write_index: Some(stamp % SET),
                        end_of_pass_write_index: Some((stamp + 1) % SET),
                    });
                    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes });
                    encode_runs(std::slice::from_ref(step), &mut pass);
                    stamp += 2;
                }
            }
        }
        let (size, usage) = (self.bytes(), BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC);
        let resolved = device.create_buffer(&wgpu::BufferDescriptor { label: Some("stamps"), size, usage, mapped_at_creation: false });
        for (number, set) in self.sets.iter().enumerate() {
            let first = number as u32 * SET;
            encoder.resolve_query_set(set, 0..SET.min(stamp - first), &resolved, u64::from(first) * 8);
        }
        encoder.copy_buffer_to_buffer(&resolved, 0, staging, 0, size);
    }

    /// What the stamps say. The time from one kernel to the next counts as copying where its operands were copied there.
    pub fn spans(&self, bytes: &[u8]) -> Vec<Span> {
        let stamps: Vec<u64> = bytemuck::pod_collect_to_vec(bytes);
        let seconds = |from: usize, to: usize| stamps[to].saturating_sub(stamps[from]) as f64 * f64::from(self.period) * 1e-9;
        let mut spans = vec![];
        for (number, (span, copied)) in self.kernels.iter().enumerate() {
            if *copied && number > 0 {
                let (kernel, seconds) = (OPERANDS_COPIED.into(), seconds(2 * number - 1, 2 * number));
                spans.push(Span { kernel, variant: String::new(), flops: 0, bytes: 0, seconds, ..span.clone() });
            }
            spans.push(Span { seconds: seconds(2 * number, 2 * number + 1), ..span.clone() });
        }
        spans
    }
}
