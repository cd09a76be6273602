//! Twin of `loss_generator.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::losses::losses;

/// L_G over D's logits of forged examples, and its gradient by the logits.
pub fn run<T: Real>(call: &mut Call<T>) {
    let a = call.reals("a");
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let (loss, slope) = losses::<T>(call.hook()).generator;
    let share = T::one() / T::count(call.word("m"));
    let mut sum = T::zero();
    for (a, da) in a.iter().zip(da) {
        sum += loss(*a);
        *da = share * slope(*a);
    }
    tally[0] = sum * share;
}
