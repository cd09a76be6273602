// max(0, x); at the kink the slope is 0.

fn activate(x: f32) -> f32 { return max(x, 0.0); }
fn slope(y: f32) -> f32 { return select(0.0, 1.0, y > 0.0); }
