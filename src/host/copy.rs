//! Twin of `copy.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// to[to_first + i] = from[from_first + i].
pub fn run<T: Real>(call: &mut Call<T>) {
    let (count, from, to) = (call.size("count"), call.size("from_first"), call.size("to_first"));
    let source = call.reals("from_buffer");
    call.reals_mut("to_buffer")[to..to + count].copy_from_slice(&source[from..from + count]);
}
