//! Twin of `noise.wgsl` with the hooks `noise/uniform`, `noise/hypercube` and `noise/gaussian`.

use crate::host::Real;
use crate::host::call::Call;
use crate::random::threefry2x32;

/// z_i ~ the prior.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (salt, [seed, iteration, ..]) = (call.word("salt"), call.clock());
    let noise: fn([u32; 2]) -> [T; 2] = match call.hook() {
        "uniform" => uniform,
        "hypercube" => hypercube,
        "gaussian" => gaussian,
        hook => unreachable!("there is no noise `{hook}`"),
    };
    for (pair, z) in call.reals_mut("z").chunks_mut(2).enumerate() {
        let numbers = noise(threefry2x32([seed, salt], [iteration, pair as u32]));
        z.copy_from_slice(&numbers[..z.len()]);
    }
}

/// U(-√3, √3): drawn in f32 whatever the twin's type, so that it is the GPU's number.
fn uniform<T: Real>(words: [u32; 2]) -> [T; 2] {
    words.map(|word| T::of(((word >> 8) as f32 / 8_388_608.0 - 1.0) * 1.732_050_8))
}

/// U(0, 1), exact in any type.
fn hypercube<T: Real>(words: [u32; 2]) -> [T; 2] {
    words.map(|word| T::of((word >> 8) as f32 / 16_777_216.0))
}

/// N(0, 1) by Box and Muller.
pub(super) fn gaussian<T: Real>(words: [u32; 2]) -> [T; 2] {
    let [u, v] = words.map(|word| T::of((word >> 8) as f32 / 16_777_216.0 + 1.0 / 33_554_432.0));
    let radius = (T::of(-2.0) * u.ln()).max(T::zero()).sqrt();
    let angle = T::of(std::f32::consts::TAU) * (v - T::of(0.5));
    [radius * angle.cos(), radius * angle.sin()]
}
