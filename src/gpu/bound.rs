//! What a dispatch binds, kept so that the same can be bound once more with another part of the grid.

use crate::gpu::grid::Grid;

/// What a dispatch binds beside its place in the grid. All of these are handles.
pub(super) struct Bound {
    /// What it is called in a debugger.
    pub label: String,
    /// What the kernel wants bound.
    pub layout: wgpu::BindGroupLayout,
    /// Arguments and tensors: binding, buffer, first byte, bytes.
    pub buffers: Vec<(u32, wgpu::Buffer, u64, u64)>,
    /// Operands as textures.
    pub textures: Vec<(u32, wgpu::TextureView)>,
    /// The binding of the place in the grid, if the kernel asks for it.
    pub grid: Option<u32>,
}

impl Bound {
    /// All of it together with a place in the grid, which lies so many bytes into a buffer.
    pub fn at(&self, device: &wgpu::Device, (places, offset): (&wgpu::Buffer, u64)) -> wgpu::BindGroup {
        let buffers = self.buffers.iter().map(|(binding, buffer, offset, size)| (*binding, part(buffer, *offset, *size)));
        let textures = self.textures.iter().map(|(binding, view)| (*binding, wgpu::BindingResource::TextureView(view)));
        let place = self.grid.map(|binding| (binding, part(places, offset, Grid::BYTES)));
        let all = buffers.chain(textures).chain(place);
        let entries: Vec<wgpu::BindGroupEntry> = all.map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(&self.label), layout: &self.layout, entries: &entries })
    }
}

/// A part of a buffer, to be bound.
fn part(buffer: &wgpu::Buffer, offset: u64, size: u64) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: wgpu::BufferSize::new(size) })
}
