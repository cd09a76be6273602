//! Operands as textures: flat row-major copies of tensors, four numbers to a texel, for the products of software adapters.

use crate::plan::{BufferId, Dispatch, Kernel, Tensor};
use std::collections::HashMap;
use std::ops::Range;
use wgpu::{Extent3d, Origin3d, TexelCopyBufferInfo, TexelCopyBufferLayout, TexelCopyTextureInfo, TextureAspect};

/// Texels in a row of a texture; the shaders in `texture/` know it as well.
const WIDTH: u32 = 1024;
/// Bytes in a row of a texture.
const ROW_BYTES: u32 = 16 * WIDTH;

/// Bytes that a buffer must have to spare behind its last tensor: copies move whole rows.
pub(super) const SPARE: u64 = ROW_BYTES as u64;

/// A copy of a tensor into its texture.
pub(super) struct TextureCopy {
    source: wgpu::Buffer,
    offset: u64,
    texture: wgpu::Texture,
    rows: u32,
}

impl TextureCopy {
    /// Encodes the copy.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.copy_buffer_to_texture(
            TexelCopyBufferInfo {
                buffer: &self.source,
                layout: TexelCopyBufferLayout { offset: self.offset, bytes_per_row: Some(ROW_BYTES), rows_per_image: None },
            },
            TexelCopyTextureInfo { texture: &self.texture, mip_level: 0, origin: Origin3d::ZERO, aspect: TextureAspect::All },
            Extent3d { width: WIDTH, height: self.rows, depth_or_array_layers: 1 },
        );
    }
}

/// Where a tensor lies.
type Place = (BufferId, Range<u64>);

/// All textures of a device, and which of them still show what their tensor holds.
#[derive(Default)]
pub(super) struct Textures {
    views: HashMap<Place, (wgpu::Texture, wgpu::TextureView)>,
    fresh: Vec<Place>,
}

impl Textures {
    /// Forgets what is fresh: a plan begins, and may begin after any other.
    pub fn begin_plan(&mut self) {
        self.fresh.clear();
    }

    /// The texture of a tensor, and the copy that has to come before it is read, unless it is still fresh.
    pub fn of(&mut self, device: &wgpu::Device, tensor: &Tensor, source: &wgpu::Buffer) -> (wgpu::TextureView, Option<TextureCopy>) {
        let place = (tensor.buffer(), tensor.byte_range());
        let rows = tensor.bytes().div_ceil(SPARE) as u32;
        let (texture, view) = self.views.entry(place.clone()).or_insert_with(|| create(device, tensor.name(), rows));
        if self.fresh.contains(&place) {
            return (view.clone(), None);
        }
        let copy = TextureCopy { source: source.clone(), offset: place.1.start, texture: texture.clone(), rows };
        let view = view.clone();
        self.fresh.push(place);
        (view, Some(copy))
    }

    /// Takes note of what a dispatch writes.
    pub fn written_by(&mut self, dispatch: &Dispatch) {
        for tensor in dispatch.tensors(true) {
            let written = tensor.byte_range();
            let touches = |place: &Place| place.0 == tensor.buffer() && place.1.start < written.end && written.start < place.1.end;
            self.fresh.retain(|place| !touches(place));
        }
    }
}

/// Whether the kernel's textures fit the device.
pub(super) fn fit(kernel: &Kernel, dispatch: &Dispatch, limits: &wgpu::Limits) -> bool {
    let textured = kernel.slots.iter().filter(|slot| slot.texture);
    textured.map(|slot| dispatch.tensor(&slot.name)).all(|tensor| {
        limits.max_texture_dimension_2d >= WIDTH && tensor.bytes().div_ceil(SPARE) <= u64::from(limits.max_texture_dimension_2d)
    })
}

fn create(device: &wgpu::Device, name: &str, rows: u32) -> (wgpu::Texture, wgpu::TextureView) {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some(name),
        size: Extent3d { width: WIDTH, height: rows, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba32Float,
        usage: wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::STORAGE_BINDING,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    (texture, view)
}
