//! Twins of `maxout_forward.wgsl` and `maxout_backward.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// y_u = max_j x_(u, j), and the j that won.
pub fn forward<T: Real>(call: &mut Call<T>) {
    let (pieces, positions, x) = (call.size("pieces"), call.size("positions"), call.reals("x"));
    let (y, winner) = (call.reals_mut("y"), call.reals_mut("winner"));
    let units = y.par_chunks_exact_mut(positions).zip(winner.par_chunks_exact_mut(positions));
    let grain = 1024usize.div_ceil(positions);
    units.zip(x.par_chunks_exact(pieces * positions)).with_min_len(grain).for_each(|((y, winner), x)| {
        for (position, (y, winner)) in y.iter_mut().zip(winner).enumerate() {
            let (mut best, mut best_piece) = (x[position], 0);
            for piece in 1..pieces {
                let value = x[piece * positions + position];
                if value > best {
                    (best, best_piece) = (value, piece);
                }
            }
            (*y, *winner) = (best, T::count(best_piece as u32));
        }
    });
}

/// dx_(u, j) = dy_u where piece j won, else 0.
pub fn backward<T: Real>(call: &mut Call<T>) {
    let (pieces, positions, dy, winner) = (call.size("pieces"), call.size("positions"), call.reals("dy"), call.reals("winner"));
    let units = dy.par_chunks_exact(positions).zip(winner.par_chunks_exact(positions));
    let grain = 1024usize.div_ceil(positions);
    call.reals_mut("dx").par_chunks_exact_mut(pieces * positions).zip(units).with_min_len(grain).for_each(|(dx, (dy, winner))| {
        dx.fill(T::zero());
        for (position, (dy, winner)) in dy.iter().zip(winner).enumerate() {
            // A number that is no piece's, as a fault may leave it, wins nothing.
            if let Some(dx) = Some(winner.to_count()).filter(|piece| *piece < pieces).map(|piece| &mut dx[piece * positions + position]) {
                *dx = *dy;
            }
        }
    });
}
