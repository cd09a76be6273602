//! Twins of `maxout_forward.wgsl` and `maxout_backward.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// y_iu = max_j x_i,(u·pieces + j), and the j that won.
pub fn forward<T: Real>(call: &mut Call<T>) {
    let (pieces, x) = (call.size("pieces"), call.reals("x"));
    let (y, winner) = (call.reals_mut("y"), call.reals_mut("winner"));
    let outputs = y.par_iter_mut().zip(winner.par_iter_mut());
    outputs.zip(x.par_chunks_exact(pieces)).with_min_len(1024).for_each(|((y, winner), x)| {
        let (mut best, mut best_piece) = (x[0], 0);
        for (piece, value) in x.iter().enumerate().skip(1) {
            if *value > best {
                (best, best_piece) = (*value, piece);
            }
        }
        (*y, *winner) = (best, T::count(best_piece as u32));
    });
}

/// dx_i,(u·pieces + j) = dy_iu where piece j won, else 0.
pub fn backward<T: Real>(call: &mut Call<T>) {
    let (pieces, dy, winner) = (call.size("pieces"), call.reals("dy"), call.reals("winner"));
    let units = dy.par_iter().zip(winner.par_iter());
    call.reals_mut("dx").par_chunks_exact_mut(pieces).zip(units).with_min_len(1024).for_each(|(dx, (dy, winner))| {
        dx.fill(T::zero());
        dx[winner.to_usize().expect("a piece's number")] = *dy;
    });
}
