//! Devices that fail: lost behind any kernel, or silent for too long. Both are told as a loss, and another device takes its place.

use crate::lab::{Gpu, On, numbers, open, wait_for};
use gander::error::{Error, Result};
use gander::plan::{Device, Plan, PlanId, Recorder, Tensor, Work};
use std::pin::pin;
use std::time::Duration;

/// Products of a chain.
const CHAIN: u32 = 3;

/// x·W·W·…, of n×n matrices.
struct Chain {
    rec: Recorder,
    x: Tensor,
    w: Tensor,
    y: Tensor,
    plan: Plan,
}

fn chain(n: u32) -> Chain {
    let mut rec = Recorder::new();
    let [x, w] = ["x", "W"].map(|name| rec.tensor(name, [n, n]));
    let bias = rec.tensor("bias", [1, n]);
    let mut y = x.clone();
    for number in 1..=CHAIN {
        let next = rec.tensor(&format!("x·W^{number}"), [n, n]);
        let product = rec.dispatch_hooked("matmul_nn", "finish/bias").bind("a", &y).bind("b", &w).bind("c", &next).bind("bias", &bias);
        product.argument("m", n).argument("n", n).argument("k", n).work(Work::Tiles { rows: n, cols: n, parts: 1 }).record();
        y = next;
    }
    let plan = rec.finish("chain");
    Chain { rec, x, w, y, plan }
}

impl Chain {
    fn prepare(&self, gpu: &mut Gpu) -> PlanId {
        gpu.device.allocate(self.rec.memory()).unwrap();
        let len = self.x.len();
        gpu.device.write(&self.x, bytemuck::cast_slice(&numbers(1, len)));
        gpu.device.write(&self.w, bytemuck::cast_slice(&numbers(2, len)));
        gpu.device.prepare(&self.plan).unwrap()
    }

    fn replay(&self, gpu: &mut Gpu, plan: PlanId, times: u32) -> Result<Vec<Vec<u8>>> {
        let readback = gpu.device.submit(plan, times, &[&self.y]);
        wait_for(pin!(readback), &gpu.waiter)
    }
}

#[test]
fn a_device_that_is_lost_behind_any_kernel_says_so_and_the_next_one_computes_the_same() {
    let chain = chain(16);
    let whole: Vec<Vec<Vec<u8>>> = open(On::EveryAdapter)
        .into_iter()
        .map(|mut gpu| {
            let plan = chain.prepare(&mut gpu);
            chain.replay(&mut gpu, plan, 2).unwrap()
        })
        .collect();
    for kernels in 0..=2 * CHAIN {
        for (mut gpu, whole) in open(On::EveryAdapter).into_iter().zip(&whole) {
            gpu.device.lose_after(u64::from(kernels));
            let plan = chain.prepare(&mut gpu);
            match chain.replay(&mut gpu, plan, 2) {
                Err(Error::Lost(how)) => assert!(kernels < 2 * CHAIN && how.contains("lost"), "{}: {how} behind {kernels}", gpu.name),
                Err(other) => panic!("{}: {other} behind {kernels}", gpu.name),
                Ok(y) => assert!(kernels == 2 * CHAIN && y == *whole, "{} outlives {kernels} kernels", gpu.name),
            }
            let next = chain.replay(&mut gpu, plan, 1);
            assert!(matches!(next, Err(Error::Lost(_))), "{}: a device that is lost stays lost", gpu.name);
        }
    }
}

#[test]
fn a_device_that_does_not_answer_counts_as_lost_and_does_not_keep_its_owner() {
    let (long, short) = (chain(256), chain(16));
    for mut gpu in open(On::EveryAdapter) {
        gpu.waiter = gpu.waiter.patient_for(Duration::from_micros(10));
        let plan = long.prepare(&mut gpu);
        let Err(Error::Lost(how)) = long.replay(&mut gpu, plan, 200) else { panic!("{} makes 600 products in 10 µs", gpu.name) };
        assert!(how.contains("hangs") && how.contains("10µs"), "{how}");
    }
    for mut gpu in open(On::EveryAdapter) {
        let plan = short.prepare(&mut gpu);
        short.replay(&mut gpu, plan, 1).unwrap_or_else(|error| panic!("{}: {error}", gpu.name));
    }
}

#[test]
fn a_single_replay_is_handed_over_in_as_many_submissions_as_it_takes_to_keep_them_short() {
    let chain = chain(64);
    for ((mut gpu, mut hasty), mut patient) in open(On::EveryAdapter).into_iter().zip(open(On::EveryAdapter)).zip(open(On::EveryAdapter)) {
        hasty.device.submit_at_most(Duration::from_nanos(1));
        patient.device.submit_at_most(Duration::from_secs(60));
        let [first, other, last] = [&mut gpu, &mut hasty, &mut patient].map(|gpu| {
            let plan = chain.prepare(gpu);
            // What was seen of the first replay must not make the second longer.
            let twice = [1, 1].map(|times| chain.replay(gpu, plan, times).unwrap());
            assert_eq!(twice[0], twice[1]);
            (gpu.device.submissions(plan).len(), twice)
        });
        assert!(other.0 >= CHAIN as usize && last.0 == 1, "{}: {} submissions, {}: {}", hasty.name, other.0, patient.name, last.0);
        assert!(first.1 == other.1 && other.1 == last.1, "{}", gpu.name);
    }
}
