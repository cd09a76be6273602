//! Uniforms of many dispatches in one buffer.

use wgpu::BufferUsages;

/// Puts blocks behind each other into a new buffer, each where a binding may begin. Returns the buffer, and where each block does begin.
pub(super) fn upload(device: &wgpu::Device, queue: &wgpu::Queue, label: &str, blocks: &[Vec<u8>]) -> (wgpu::Buffer, Vec<u64>) {
    let alignment = device.limits().min_uniform_buffer_offset_alignment as usize;
    let (mut bytes, mut offsets) = (vec![], vec![]);
    for block in blocks {
        bytes.resize(bytes.len().next_multiple_of(alignment), 0);
        offsets.push(bytes.len() as u64);
        bytes.extend(block);
    }
    let size = (bytes.len() as u64).next_multiple_of(16).max(16);
    let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false });
    queue.write_buffer(&buffer, 0, &bytes);
    (buffer, offsets)
}
