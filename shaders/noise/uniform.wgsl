// U(-√3, √3), of variance 1: 24 bits of each word, exact up to the last product.

fn noise(words: vec2<u32>) -> vec2<f32> {
    return (vec2<f32>(words >> vec2<u32>(8u)) * 0x1p-23 - 1.0) * 1.7320508;
}
