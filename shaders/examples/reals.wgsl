// Examples as they are.

@group(0) @binding(3) var<storage, read> examples: array<f32>;

fn value(at: u32) -> f32 { return examples[at]; }
