// -log D(G(z)) = softplus(-a): G ascends log D(G(z)) (section 3 of the paper).

fn generator_loss(a: f32) -> f32 { return softplus(-a); }
fn generator_slope(a: f32) -> f32 { return -sigmoid(-a); }
