//! Twin of `metrics.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// Row (iteration mod rows) of the ring.
pub fn run<T: Real>(call: &mut Call<T>) {
    let [_, iteration, ..] = call.clock();
    let width = call.constant("METRICS");
    let row = (iteration % call.word("rows")) as usize * width;
    let (d_tally, g_tally) = (call.reals("d_tally"), call.reals("g_tally"));
    let sum = |slot: &str| call.reals(slot).iter().fold(T::zero(), |sum, square| sum + *square);
    let (g_squares, d_squares) = (sum("g_squares"), sum("d_squares"));
    let broken = [d_tally[0], g_tally[0], g_squares, d_squares].iter().any(|value| !value.is_finite());
    let ring = &mut call.reals_mut("ring")[row..row + width];
    ring[0] = d_tally[0];
    ring[1] = g_tally[0];
    ring[2..7].copy_from_slice(&d_tally[1..6]);
    ring[7] = g_squares.sqrt();
    ring[8] = d_squares.sqrt();
    ring[9] = if broken { T::one() } else { T::zero() };
}
