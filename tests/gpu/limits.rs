//! Devices under other limits than WebGPU's lowest, which every other test of kernels lives with: more changes nothing.

use crate::lab::tested;
use crate::play::plays;
use crate::reproducible::{Session, sha256};
use gander::gpu::{Allowance, GpuDevice};
use gander::plan::Device;

/// N iterations, so that submissions grow meanwhile.
const N: u64 = 12;

#[test]
fn a_game_has_the_same_bits_under_all_limits() {
    let [play, ..] = plays();
    for (adapter, families) in tested() {
        let best = families[0];
        let sums = [Allowance::Lowest, Allowance::Browser, Allowance::Adapter].map(|allowance| {
            let device = pollster::block_on(GpuDevice::open_within(adapter, best, allowance.of(adapter)));
            let device = device.unwrap_or_else(|error| panic!("{allowance:?}: {error}"));
            let (name, waiter) = (format!("{} {best:?}, {allowance:?}", device.identity()), device.waiter());
            let mut session = Session::new(&play, &name, Box::new(device), Some(waiter));
            session.advance(N);
            sha256(&session.state())
        });
        assert_eq!(sums[0], sums[1], "{best:?}: lowest, browser");
        assert_eq!(sums[0], sums[2], "{best:?}: lowest, adapter");
    }
}
