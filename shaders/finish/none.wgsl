// The product itself.

fn finish(sum: f32, row: u32, col: u32) -> f32 { return sum; }
