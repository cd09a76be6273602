//! Twin of `rest.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// da ← 0 where D judged from `least` to below `most` of its rows right.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, tally) = (T::count(call.word("m")), call.reals("tally"));
    let count = |share: T| (share * m + T::of(0.5)).to_count();
    let right = count(tally[4]) + count(tally[5]);
    let rests = (call.size("least")..call.size("most")).contains(&right);
    if rests {
        call.reals_mut("da").fill(T::zero());
    }
}
