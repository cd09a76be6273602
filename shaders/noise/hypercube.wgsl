// U(0, 1), the unit hypercube: 24 bits of each word, exact.

fn noise(words: vec2<u32>) -> vec2<f32> {
    return vec2<f32>(words >> vec2<u32>(8u)) * 0x1p-24;
}
