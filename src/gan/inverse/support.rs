//! Where a prior has its mass, and the way back there.

use crate::gan::{Noise, Prior};
use crate::plan::{Recorder, Tensor, Work};

/// The bound of U(-√3, √3), as `noise/uniform.wgsl` has it.
const BOUND: f32 = 1.732_050_8;

/// Records the move of every row of z to the nearest vector that the prior can draw: into the box of a uniform one or of the unit hypercube, onto the sphere of a spherical one.
/// What has density everywhere stays where it is.   z: m×size.
/// # Panics
/// if z is no whole number of groups of four.
#[track_caller]
pub(super) fn record_return(rec: &mut Recorder, prior: &Prior, z: &Tensor) {
    assert!(z.len().is_multiple_of(4), "{z} is no whole number of groups of four");
    match prior.noise() {
        Noise::Uniform => record_box(rec, z, [0.0, BOUND]),
        Noise::Hypercube => record_box(rec, z, [0.5, 0.5]),
        Noise::Spherical => {
            let rows = rec.dispatch("normalize_rows").bind("z", z).argument("m", z.rows()).argument("n", z.cols());
            rows.work(Work::Flat(z.rows())).flops(3 * u64::from(z.len())).record();
        }
        Noise::Gaussian | Noise::Mixture => {}
    }
}

/// Records the move into the box of every number from middle - limit to middle + limit.
fn record_box(rec: &mut Recorder, z: &Tensor, [middle, limit]: [f32; 2]) {
    let clip = rec.dispatch("clip").bind("theta", z).argument("count", z.len() / 4).argument("middle", middle).argument("limit", limit);
    clip.work(Work::Flat(z.len() / 4)).flops(u64::from(z.len())).record();
}

/// So many rows, or a few more, that make whole groups of four whatever their width.
pub(super) fn whole_groups(rows: u32) -> u32 {
    rows.next_multiple_of(4)
}

/// The rows, and the last one again until there are `wanted`.   x: rows×n.
pub(super) fn filled_up(x: &[f32], n: usize, wanted: u32) -> Vec<f32> {
    let last = &x[x.len() - n..];
    let missing = wanted as usize - x.len() / n;
    x.iter().chain(std::iter::repeat_n(last, missing).flatten()).copied().collect()
}
