//! Twin of `loss_generator.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::losses::losses;

/// L over D's logits, as they are for G or mirrored for E, and its gradient by the logits.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (shift, sign, a) = (call.real("shift"), call.real("sign"), call.reals("a"));
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let (loss, slope) = losses::<T>(call.hook()).generator;
    let share = T::one() / T::count(call.word("m"));
    let mut sum = T::zero();
    for (a, da) in a.iter().zip(da) {
        let logit = shift + sign * *a;
        sum += loss(logit);
        *da = share * (sign * slope(logit));
    }
    tally[0] = sum * share;
}
