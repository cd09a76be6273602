// The hinge loss (Lim & Ye 2017, "Geometric GAN"): D descends max(0, 1 - a) of real rows and max(0, 1 + a) of fake ones, G descends -a.
// At its kinks the slope is 0.

// Real rows are pushed above 1, fake ones below -1; between them lies 0.
const BOUNDARY: f32 = 0.0;

fn real_loss(a: f32) -> f32 { return max(0.0, 1.0 - a); }
fn real_slope(a: f32) -> f32 { return select(0.0, -1.0, a < 1.0); }
fn fake_loss(a: f32) -> f32 { return max(0.0, 1.0 + a); }
fn fake_slope(a: f32) -> f32 { return select(0.0, 1.0, a > -1.0); }
fn generator_loss(a: f32) -> f32 { return -a; }
fn generator_slope(_a: f32) -> f32 { return -1.0; }
