//! Twins of `draw_labels.wgsl` and `join_labels.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// label_i = that of example number first + chosen_i.
pub fn draw<T: Real>(call: &mut Call<T>) {
    let (first, chosen, labels) = (call.size("first"), call.words("chosen"), call.words("labels"));
    call.words_mut("drawn").iter_mut().zip(chosen).for_each(|(drawn, chosen)| *drawn = labels[first + *chosen as usize]);
}

/// y_i = (x_i, e_c), c = label_(i mod labelled).
pub fn join<T: Real>(call: &mut Call<T>) {
    let (n, classes, x, labels) = (call.size("n"), call.size("classes"), call.reals("x"), call.words("labels"));
    let labels = labels.iter().cycle();
    for ((y, x), label) in call.reals_mut("y").chunks_exact_mut(n + classes).zip(x.chunks_exact(n)).zip(labels) {
        let (row, told) = y.split_at_mut(n);
        row.copy_from_slice(x);
        told.iter_mut().zip(0..).for_each(|(number, class)| *number = if *label == class { T::one() } else { T::zero() });
    }
}
