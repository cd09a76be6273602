// 1 / (1 + exp(-x)); its slope is y·(1 - y).

fn activate(x: f32) -> f32 { return sigmoid(x); }
fn slope(y: f32) -> f32 { return y * (1.0 - y); }
