// log(1 - D(G(z))) = -softplus(a), which G descends (Algorithm 1).

fn generator_loss(a: f32) -> f32 { return -softplus(a); }
fn generator_slope(a: f32) -> f32 { return -sigmoid(a); }
