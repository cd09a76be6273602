//! Twin of `loss_generator.wgsl` with the hooks `generator_loss/minimax` and `generator_loss/non_saturating`.

use crate::host::Real;
use crate::host::call::Call;

/// A loss of one logit, and its slope.
type Loss<T> = (fn(T) -> T, fn(T) -> T);

/// L_G over D's logits of forged examples, and its gradient by the logits.
pub fn run<T: Real>(call: &mut Call<T>) {
    let a = call.reals("a");
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let (loss, slope): Loss<T> = match call.hook() {
        "minimax" => (|a| -a.softplus(), |a| -a.sigmoid()),
        "non_saturating" => (|a| (-a).softplus(), |a| -(-a).sigmoid()),
        hook => unreachable!("there is no generator loss `{hook}`"),
    };
    let share = T::one() / T::count(call.word("m"));
    let mut sum = T::zero();
    for (a, da) in a.iter().zip(da) {
        sum += loss(*a);
        *da = share * slope(*a);
    }
    tally[0] = sum * share;
}
