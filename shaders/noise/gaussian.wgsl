// N(0, 1) by Box and Muller: radius √(-2·log u) from the first word, angle 2π·v from the second; u is never 0.

fn noise(words: vec2<u32>) -> vec2<f32> {
    let uniform_pair = vec2<f32>(words >> vec2<u32>(8u)) * 0x1p-24 + 0x1p-25;
    let radius = sqrt(-2.0 * log(uniform_pair.x));
    let angle = 6.2831855 * uniform_pair.y;
    return radius * vec2<f32>(cos(angle), sin(angle));
}
