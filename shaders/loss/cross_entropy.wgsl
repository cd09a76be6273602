// -log D(x) = softplus(-a) of real rows, -log(1 - D(G(z))) = softplus(a) of fake ones: D ascends V (Algorithm 1).

// D(x) is above a half where the logit is above 0.
const BOUNDARY: f32 = 0.0;

fn real_loss(a: f32) -> f32 { return softplus(-a); }
fn real_slope(a: f32) -> f32 { return -sigmoid(-a); }
fn fake_loss(a: f32) -> f32 { return softplus(a); }
fn fake_slope(a: f32) -> f32 { return sigmoid(a); }
