//! Twins of `max_pooling_forward.wgsl` and `max_pooling_backward.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// y = the largest number of each window, and its place in the plane.
pub fn forward<T: Real>(call: &mut Call<T>) {
    let [rows, cols, height, width, window, stride] = sizes(call);
    let x = call.reals("x");
    let (y, winner) = (call.reals_mut("y"), call.reals_mut("winner"));
    let planes = y.par_chunks_exact_mut(height * width).zip(winner.par_chunks_exact_mut(height * width));
    planes.zip(x.par_chunks_exact(rows * cols)).for_each(|((y, winner), x)| {
        for (number, (y, winner)) in y.iter_mut().zip(winner).enumerate() {
            let (top, left) = (number / width * stride, number % width * stride);
            let mut best = top * cols + left;
            for iy in top..rows.min(top + window) {
                for at in iy * cols + left..iy * cols + cols.min(left + window) {
                    best = if x[at] > x[best] { at } else { best };
                }
            }
            (*y, *winner) = (x[best], T::count(best as u32));
        }
    });
}

/// dx = Σ dy over the windows that a pixel won. Windows are walked in the order in which the shader's gather meets them.
pub fn backward<T: Real>(call: &mut Call<T>) {
    let [rows, cols, height, width, ..] = sizes(call);
    let (dy, winner) = (call.reals("dy"), call.reals("winner"));
    let planes = dy.par_chunks_exact(height * width).zip(winner.par_chunks_exact(height * width));
    call.reals_mut("dx").par_chunks_exact_mut(rows * cols).zip(planes).for_each(|(dx, (dy, winner))| {
        dx.fill(T::zero());
        for (dy, winner) in dy.iter().zip(winner) {
            // A number that is no pixel's, as a fault may leave it, wins nothing.
            if let Some(dx) = dx.get_mut(winner.to_count()) {
                *dx += *dy;
            }
        }
    });
}

fn sizes<T: Real>(call: &Call<T>) -> [usize; 6] {
    ["image_height", "image_width", "height", "width", "window", "stride"].map(|name| call.size(name))
}
