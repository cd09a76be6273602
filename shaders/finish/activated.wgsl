// The product plus a bias per column, activated: the activation that follows it in the plan.
// bias: 1×n.

@group(0) @binding(4) var<storage, read> bias: array<f32>;

fn finish(sum: f32, row: u32, col: u32) -> f32 { return activate(sum + bias[col]); }
