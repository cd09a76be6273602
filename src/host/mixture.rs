//! Twin of `mixture.wgsl` with the hook `noise/gaussian`.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::noise::gaussian;
use crate::random::threefry2x32;

/// z_ij ← (μ_cj + z_ij)/√2, with a component c for each row.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (n, components, salt, means) = (call.size("n"), call.word("components"), call.word("salt"), call.word("means"));
    let [seed, iteration, ..] = call.clock();
    let shrink = T::of(std::f32::consts::FRAC_1_SQRT_2);
    for (row, z) in call.reals_mut("z").chunks_exact_mut(n).enumerate() {
        let [word, _] = threefry2x32([seed, !salt], [iteration, row as u32]);
        let component = ((word >> 16) * components) >> 16;
        for (pair, z) in z.chunks_mut(2).enumerate() {
            let mean: [T; 2] = gaussian(threefry2x32([means, component], [0, pair as u32]));
            z.iter_mut().zip(mean).for_each(|(z, mean)| *z = (mean + *z) * shrink);
        }
    }
}
