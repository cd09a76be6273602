//! Devices under other limits than WebGPU's lowest, which every other test of kernels lives with: more changes nothing, and what is too little is told.

use crate::lab::tested;
use crate::play::plays;
use crate::reproducible::{Session, sha256};
use gander::gpu::{Allowance, GpuDevice};
use gander::plan::{Device, Plan, Recorder, Work};

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

/// A product of so many rows.
fn plan(rec: &mut Recorder, rows: u32) -> Plan {
    let (a, b, c) = (rec.tensor("a", [rows, 1]), rec.tensor("b", [1, 1]), rec.tensor("c", [rows, 1]));
    let product = rec.dispatch_hooked("matmul_nn", "finish/none").bind("a", &a).bind("b", &b).bind("c", &c);
    product.argument("m", rows).argument("n", 1).argument("k", 1).work(Work::Tiles { rows, cols: 1, parts: 1 }).record();
    rec.finish("test")
}

#[test]
fn a_product_with_more_tiles_than_a_device_starts_is_refused_by_name_before_it_runs() {
    for (adapter, families) in tested() {
        for family in families {
            let limits = wgpu::Limits { max_compute_workgroups_per_dimension: 64, ..Allowance::Lowest.of(adapter) };
            let device = pollster::block_on(GpuDevice::open_within(adapter, *family, limits));
            let mut device = device.unwrap_or_else(|error| panic!("{error}"));
            let mut rec = Recorder::new();
            // Tiles have 4 to 64 rows.
            let (small, large) = (plan(&mut rec, 64 * 4), plan(&mut rec, 64 * 64 + 1));
            device.allocate(rec.memory()).expect("a few thousand numbers fit");
            device.prepare(&small).unwrap_or_else(|error| panic!("{family:?}: {error}"));
            let refused = device.prepare(&large).expect_err("it takes more than 64 workgroups in a row").to_string();
            assert!(refused.contains("matmul_nn") && refused.contains("at most 64") && refused.contains("--adapter host"), "{refused}");
        }
    }
}
