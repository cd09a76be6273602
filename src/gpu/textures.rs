//! Operands as textures: flat row-major copies of tensors, four numbers to a texel, for the products of software adapters.

use crate::gpu::granted::granted;
use crate::plan::{BufferId, Dispatch, Kernel, Tensor};
use std::collections::HashMap;
use std::ops::Range;
use wgpu::{Extent3d, Origin3d, TexelCopyBufferInfo, TexelCopyBufferLayout, TexelCopyTextureInfo, TextureAspect};

/// Bytes in a texel of rgba32float.
const TEXEL: u64 = 16;

/// The constant of a shader that says how many texels its textures have in a row.
const WIDTH: &str = "WIDTH";

/// A copy of a tensor into its texture; of several games, one slice below the other.
#[derive(Clone)]
pub(super) struct TextureCopy {
    source: wgpu::Buffer,
    place: Place,
    texture: wgpu::Texture,
    slices: Slices,
}

/// How the slices of a tensor lie that several games have.
#[derive(Clone, Copy)]
struct Slices {
    /// The first of them, and how many there are.
    first: u32,
    count: u32,
    /// Bytes from one to the next.
    distance: u64,
    /// Rows of texels from one to the next.
    rows: u32,
}

impl TextureCopy {
    /// Whether it reads any of the tensor.
    pub fn reads(&self, tensor: &Tensor) -> bool {
        overlap(&self.place, tensor)
    }

    /// The copy of one game's slice.
    pub fn of_replica(&self, replica: u32) -> TextureCopy {
        let Slices { first, count, .. } = self.slices;
        let slices = if count == 1 { self.slices } else { Slices { first: first + replica, count: 1, ..self.slices } };
        TextureCopy { slices, ..self.clone() }
    }

    /// Encodes the copy of every slice.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        let Slices { first, count, distance, rows } = self.slices;
        (first..first + count).for_each(|slice| self.encode_slice(encoder, u64::from(slice) * distance, slice * rows));
    }

    /// Encodes one: all whole rows of the texture, then the rest of the last one.
    fn encode_slice(&self, encoder: &mut wgpu::CommandEncoder, begin: u64, top: u32) {
        let width = self.texture.width();
        let bytes = &self.place.1;
        let texels = (bytes.end - bytes.start).div_ceil(TEXEL) as u32;
        let (rows, rest) = (texels / width, texels % width);
        let mut copy = |first_row: u32, width_of_copy: u32, height: u32| {
            let offset = begin + bytes.start + u64::from(first_row) * u64::from(width) * TEXEL;
            let layout = TexelCopyBufferLayout { offset, bytes_per_row: Some(width * TEXEL as u32), rows_per_image: None };
            let origin = Origin3d { x: 0, y: top + first_row, z: 0 };
            encoder.copy_buffer_to_texture(
                TexelCopyBufferInfo { buffer: &self.source, layout },
                TexelCopyTextureInfo { texture: &self.texture, mip_level: 0, origin, aspect: TextureAspect::All },
                Extent3d { width: width_of_copy, height, depth_or_array_layers: 1 },
            );
        };
        if rows > 0 {
            copy(0, width, rows);
        }
        if rest > 0 {
            copy(rows, rest, 1);
        }
    }
}

/// Whether a tensor lies there in part.
fn overlap((buffer, bytes): &Place, tensor: &Tensor) -> bool {
    let range = tensor.byte_range();
    *buffer == tensor.buffer() && bytes.start < range.end && range.start < bytes.end
}

/// Where a tensor lies.
pub(super) type Place = (BufferId, Range<u64>);

/// All textures of a device, and which of them still show what their tensor holds.
#[derive(Default)]
pub(super) struct Textures {
    views: HashMap<Place, (wgpu::Texture, wgpu::TextureView)>,
    fresh: Vec<Place>,
}

impl Textures {
    /// Bytes of all textures.
    pub fn bytes(&self) -> u64 {
        self.views.values().map(|(texture, _)| u64::from(texture.width()) * u64::from(texture.height()) * TEXEL).sum()
    }

    /// Forgets what is fresh: a plan begins, and may begin after any other.
    pub fn begin_plan(&mut self) {
        self.fresh.clear();
    }

    /// The texture of a tensor as a kernel wants it, and the copy that has to come before it is read, unless it is still fresh. None if there is no memory for
    /// it. There are `count` slices of the tensor, so many bytes from one another.
    pub fn of(
        &mut self,
        device: &wgpu::Device,
        kernel: &Kernel,
        tensor: &Tensor,
        (source, count, distance): (&wgpu::Buffer, u32, u64),
    ) -> Option<(wgpu::TextureView, Option<TextureCopy>)> {
        let place = (tensor.buffer(), tensor.byte_range());
        let [width, rows] = size(kernel, tensor);
        if !self.views.contains_key(&place) {
            let created = granted(device, |device| create(device, tensor.name(), [width, count * rows]))?;
            self.views.insert(place.clone(), created);
        }
        let (texture, view) = &self.views[&place];
        if self.fresh.contains(&place) {
            return Some((view.clone(), None));
        }
        let slices = Slices { first: 0, count, distance, rows };
        let copy = TextureCopy { source: source.clone(), place: place.clone(), texture: texture.clone(), slices };
        let view = view.clone();
        self.fresh.push(place);
        Some((view, Some(copy)))
    }

    /// Takes note of what a dispatch writes.
    pub fn written_by(&mut self, dispatch: &Dispatch) {
        for tensor in dispatch.tensors(true) {
            self.fresh.retain(|place| !overlap(place, tensor));
        }
    }
}

/// The places of the tensors that a kernel wants as textures, and the bytes of each texture.
pub(super) fn wanted<'a>(kernel: &'a Kernel, dispatch: &'a Dispatch) -> impl Iterator<Item = (Place, u64)> + 'a {
    let textured = kernel.slots.iter().filter(|slot| slot.texture).map(|slot| dispatch.tensor(slot.operand()));
    textured.map(|tensor| {
        let [width, height] = size(kernel, tensor);
        ((tensor.buffer(), tensor.byte_range()), u64::from(width) * u64::from(height) * TEXEL)
    })
}

/// Whether the kernel's textures fit the device.
pub(super) fn fit(kernel: &Kernel, dispatch: &Dispatch, limits: &wgpu::Limits) -> bool {
    let textured = kernel.slots.iter().filter(|slot| slot.texture);
    let mut sizes = textured.map(|slot| size(kernel, dispatch.tensor(slot.operand())));
    sizes.all(|[width, height]| width.max(height) <= limits.max_texture_dimension_2d)
}

/// Width and height of the texture of a tensor, or of one slice, in texels.
pub(super) fn size(kernel: &Kernel, tensor: &Tensor) -> [u32; 2] {
    let width = kernel.constant(WIDTH).expect("a shader that reads textures declares their width");
    [width, tensor.bytes().div_ceil(TEXEL).div_ceil(u64::from(width)) as u32]
}

fn create(device: &wgpu::Device, name: &str, [width, height]: [u32; 2]) -> (wgpu::Texture, wgpu::TextureView) {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some(name),
        size: Extent3d { width, height, depth_or_array_layers: 1 },
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
