// N(0, 1) by Box and Muller: radius √(-2·log u) from the first word, angle 2π·v from the second; u is never 0.
// v lies in [-1/2, 1/2], for WGSL bounds the error of cos and sin on [-π, π] only. Near u = 1 a driver's logarithm may come out above 0.

fn noise(words: vec2<u32>) -> vec2<f32> {
    let uniform_pair = vec2<f32>(words >> vec2<u32>(8u)) * 0x1p-24 + 0x1p-25;
    let radius = sqrt(max(-2.0 * log(uniform_pair.x), 0.0));
    let angle = 6.2831855 * (uniform_pair.y - 0.5);
    return radius * vec2<f32>(cos(angle), sin(angle));
}
