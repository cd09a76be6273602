//! Twin of `draw_labels.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// label_i = that of example number first + chosen_i.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (first, chosen, labels) = (call.size("first"), call.words("chosen"), call.words("labels"));
    call.words_mut("drawn").iter_mut().zip(chosen).for_each(|(drawn, chosen)| *drawn = labels[first + *chosen as usize]);
}
