// A and B as flat row-major textures: element e of the matrix is in texel e / 4, WIDTH texels to a row.

struct Args { m: u32, n: u32, k: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var b: texture_storage_2d<rgba32float, read>;

fn texel_a(t: u32) -> vec4<f32> {
    return textureLoad(a, vec2(t % WIDTH, t / WIDTH));
}

fn texel_b(t: u32) -> vec4<f32> {
    return textureLoad(b, vec2(t % WIDTH, t / WIDTH));
}
