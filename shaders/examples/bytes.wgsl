// Examples packed as bytes, four to a word, lowest first; a byte b means b/255.

@group(0) @binding(3) var<storage, read> examples: array<u32>;

fn value(at: u32) -> f32 {
    return f32((examples[at / 4u] >> (8u * (at % 4u))) & 0xffu) * 0.003921569;
}
