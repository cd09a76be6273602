// The product added to what C holds: a block of a sum whose earlier blocks are there already.

fn finish(sum: f32, row: u32, col: u32) -> f32 { return c[row * args.n + col] + sum; }
