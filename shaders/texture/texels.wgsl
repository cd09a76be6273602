// Tensors as flat row-major textures: element e is in texel e / 4.

/// Texels in a row of a texture; the host reads it here.
const WIDTH: u32 = 1024u;
