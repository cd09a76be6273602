//! Twin of `schedule.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// rates = (learning rate, momentum) of this iteration.
pub fn run<T: Real>(call: &mut Call<T>) {
    let [_, iteration, epoch, _] = call.clock();
    let decayed = call.real("first_rate") * (-T::count(iteration) * call.real("log_decay")).exp();
    let saturated = call.real("saturated");
    let progress = if saturated <= T::one() { T::one() } else { T::count(epoch) / (saturated - T::one()).max(T::one()) };
    let (first, last) = (call.real("first_momentum"), call.real("last_momentum"));
    let rates = [decayed.max(call.real("last_rate")), first + (last - first) * progress.min(T::one())];
    call.reals_mut("rates").copy_from_slice(&rates);
}
