// Wasserstein (Arjovsky et al. 2017, "Wasserstein GAN"): D descends -a of real rows and a of fake ones, G descends -a.
// What keeps D Lipschitz is the clipping of its parameters (clip.wgsl).

// A critic has no label; its sign is as good as any.
const BOUNDARY: f32 = 0.0;

fn real_loss(a: f32) -> f32 { return -a; }
fn real_slope(_a: f32) -> f32 { return -1.0; }
fn fake_loss(a: f32) -> f32 { return a; }
fn fake_slope(_a: f32) -> f32 { return 1.0; }
fn generator_loss(a: f32) -> f32 { return -a; }
fn generator_slope(_a: f32) -> f32 { return -1.0; }
