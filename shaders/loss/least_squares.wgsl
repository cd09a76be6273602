// Least squares (Mao et al. 2017, "Least Squares Generative Adversarial Networks") with the labels b = 1 of real, a = 0 of fake rows, and c = 1 for G:
// D descends (a - 1)²/2 of real rows and a²/2 of fake ones, G descends (a - 1)²/2.

// Between the labels.
const BOUNDARY: f32 = 0.5;

fn real_loss(a: f32) -> f32 { return 0.5 * (a - 1.0) * (a - 1.0); }
fn real_slope(a: f32) -> f32 { return a - 1.0; }
fn fake_loss(a: f32) -> f32 { return 0.5 * a * a; }
fn fake_slope(a: f32) -> f32 { return a; }
fn generator_loss(a: f32) -> f32 { return real_loss(a); }
fn generator_slope(a: f32) -> f32 { return real_slope(a); }
