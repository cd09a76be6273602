//! Twins of `draw_given.wgsl`, `keep_given.wgsl` and `forget_given.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::random::threefry2x32;

/// given_i = (x_i⊙μ_i, μ_i).
pub fn draw<T: Real>(call: &mut Call<T>) {
    let [m, channels, height, width, salt] = ["m", "channels", "height", "width", "salt"].map(|name| call.word(name));
    let ([seed, iteration, ..], pixels) = (call.clock(), height * width);
    let n = (channels * pixels) as usize;
    let x = call.reals("x");
    for (row, (given, x)) in (0u32..).zip(call.reals_mut("given").chunks_exact_mut(2 * n).zip(x.chunks_exact(n))) {
        let words = |index| threefry2x32([seed, salt], [iteration, index]);
        let ([kind, size], place) = (words(2 * row), words(2 * row + 1));
        let (kept, mask) = given.split_at_mut(n);
        for pixel in 0..pixels {
            let at = || words(2 * m + row * pixels + pixel)[0];
            let hidden = hides([kind, size], place, at, [height, width], pixel);
            for i in (pixel..channels * pixels).step_by(pixels as usize).map(|i| i as usize) {
                (kept[i], mask[i]) = if hidden { (T::zero(), T::zero()) } else { (x[i], T::one()) };
            }
        }
    }
}

/// Whether a mask hides a pixel.
fn hides([kind, size]: [u32; 2], [x, y]: [u32; 2], at: impl Fn() -> u32, [height, width]: [u32; 2], pixel: u32) -> bool {
    let (column, line, shorter) = (pixel % width, pixel / width, width.min(height));
    match kind % 6 {
        0 => column < width / 2,
        1 => column >= width.div_ceil(2),
        2 => line < height / 2,
        3 => line >= height.div_ceil(2),
        4 => {
            let least = (shorter / 4).max(1);
            let side = least + size % ((3 * shorter / 4).max(least) - least + 1);
            let (left, top) = (x % (width - side + 1), y % (height - side + 1));
            (left..left + side).contains(&column) && (top..top + side).contains(&line)
        }
        _ => at() >> 30 <= size % 3,
    }
}

/// y_i = x_i where the mask keeps i.
pub fn keep<T: Real>(call: &mut Call<T>) {
    let (n, given) = (call.size("n"), call.reals("given"));
    for (y, given) in call.reals_mut("y").chunks_exact_mut(n).zip(given.chunks_exact(2 * n)) {
        let (x, mask) = given.split_at(n);
        y.iter_mut().zip(x.iter().zip(mask)).filter(|(_, (_, kept))| **kept > T::zero()).for_each(|(y, (x, _))| *y = *x);
    }
}

/// dx_i = 0 where the mask keeps i.
pub fn forget<T: Real>(call: &mut Call<T>) {
    let (n, given) = (call.size("n"), call.reals("given"));
    for (dx, given) in call.reals_mut("dx").chunks_exact_mut(n).zip(given.chunks_exact(2 * n)) {
        dx.iter_mut().zip(&given[n..]).filter(|(_, kept)| **kept > T::zero()).for_each(|(dx, _)| *dx = T::zero());
    }
}
