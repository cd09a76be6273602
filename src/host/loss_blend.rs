//! Twin of `loss_blend.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// L_G over D's logits of forged examples, and its gradient by the logits.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (non_saturating, minimax, a) = (call.real("non_saturating"), call.real("minimax"), call.reals("a"));
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let share = T::one() / T::count(call.word("m"));
    let mut sum = T::zero();
    for (a, da) in a.iter().zip(da) {
        sum += non_saturating * (-*a).softplus() - minimax * a.softplus();
        *da = -share * (non_saturating * (-*a).sigmoid() + minimax * a.sigmoid());
    }
    tally[0] = sum * share;
}
