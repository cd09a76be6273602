//! A training that goes on for long takes no more memory than one that has just begun, and none for an iteration.
//!
//! GANDER_STEADY is the number of iterations that are watched, 100,000 for the real thing. What is counted is everything that Rust allocates in this
//! process on any of its threads: gander's part, rayon's and wgpu's; a driver's own shows in the resident memory alone.
//! One test, because another test's allocations would be counted, too.

use gander::data::DataConfig;
use gander::gan::{Config, Trainer, preset};
use gander::gpu::{Allowance, Family, GpuDevice, Waiter, adapters, describe};
use gander::host::HostDevice;
use gander::plan::Device;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use std::alloc::System;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wgpu::Backends;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Iterations before anything is watched: pools, caches and the pace of submissions have grown by then.
const WARM: u64 = 1000;

/// Parts of a stretch of training, between which memory is looked at.
const PARTS: u64 = 8;

/// What a stretch of training is seen to take.
#[derive(Default)]
struct Seen {
    submissions: u64,
    allocations: u64,
    /// Bytes on the heap behind each part, more than before it.
    growth: Vec<i64>,
    /// Bytes of this process that lie in memory, before the first part and behind each.
    resident: Vec<u64>,
}

impl Seen {
    /// Parts that took nothing for good. A leak grows in every part; a driver that is now and then busy enough for one more of something, and keeps it, does not.
    fn flat_parts(&self) -> u64 {
        let parts = self.growth.iter().zip(self.resident.windows(2));
        parts.filter(|(growth, resident)| **growth <= SLACK && resident[1] <= resident[0] + resident[0] / 100).count() as u64
    }
}

struct Training {
    name: String,
    trainer: Trainer,
    waiter: Option<Waiter>,
}

impl Training {
    fn new(name: String, device: Box<dyn Device>, waiter: Option<Waiter>) -> Training {
        let small = ["train.batch=32".to_string(), "train.k=1".to_string()];
        let config = Config::parse(preset("gaussian-1d").expect("it is a preset").toml, &small).expect("the settings fit");
        let dataset = gander::data::open(&DataConfig::named("gaussian-1d", 1), None).expect("it is made, not read");
        let trainer = Trainer::new(device, &config, &dataset).unwrap_or_else(|error| panic!("{name}: {error}"));
        Training { name, trainer, waiter }
    }

    /// Trains on by so many iterations, `at_a_time` in a submission once the pace has grown; returns the number of submissions.
    fn advance(&mut self, iterations: u64, at_a_time: u64) -> u64 {
        let submissions = Cell::new(0);
        let until = self.trainer.iteration() + iterations;
        // A clock by which an iteration takes so long that as many as are wanted fill a submission of 50 ms.
        let (now, last) = (Cell::new(0.0), Cell::new(self.trainer.iteration()));
        let now_ms = || now.get();
        let mut seen = |rows: &[gander::gan::Metrics]| {
            submissions.set(submissions.get() + 1);
            now.set(now.get() + rows.len() as f64 * 50.0 / at_a_time as f64);
            last.set(rows[rows.len() - 1].iteration);
            ControlFlow::Continue(())
        };
        let mut future = pin!(self.trainer.advance(until, &now_ms, &mut seen));
        let flow = loop {
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(flow) => break flow,
                Poll::Pending => self.waiter.as_ref().expect("the host is always ready").wait(),
            }
        };
        assert!(flow.unwrap_or_else(|error| panic!("{}: {error}", self.name)).is_continue());
        assert_eq!(last.get(), until);
        submissions.get()
    }

    fn watch(&mut self, iterations: u64, at_a_time: u64) -> Seen {
        self.advance(WARM, at_a_time);
        let mut seen = Seen { resident: vec![resident()], ..Seen::default() };
        for _ in 0..PARTS {
            let region = Region::new(ALLOCATOR);
            seen.submissions += self.advance(iterations / PARTS, at_a_time);
            let Stats { allocations, reallocations, bytes_allocated, bytes_deallocated, .. } = region.change();
            seen.allocations += (allocations + reallocations) as u64;
            seen.growth.push(bytes_allocated as i64 - bytes_deallocated as i64);
            seen.resident.push(resident());
        }
        seen
    }
}

/// Bytes of this process that lie in memory.
fn resident() -> u64 {
    let own = sysinfo::get_current_pid().expect("this process has a number");
    let mut system = sysinfo::System::new().expect("the system tells of itself");
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[own]), true);
    system.process(own).expect("it runs").memory()
}

fn devices() -> Vec<(String, Box<dyn Device>, Option<Waiter>)> {
    let mut devices: Vec<(String, Box<dyn Device>, Option<Waiter>)> = vec![("host".into(), Box::new(HostDevice::<f32>::new()), None)];
    let limits: Allowance = std::env::var("GANDER_LIMITS").map_or(Ok(Allowance::Adapter), |name| name.parse()).expect("GANDER_LIMITS");
    for adapter in pollster::block_on(adapters(Backends::VULKAN | Backends::METAL | Backends::DX12)) {
        let family = Family::of(&adapter.get_info(), adapter.features());
        let device =
            pollster::block_on(GpuDevice::open_within(&adapter, family, limits.of(&adapter))).unwrap_or_else(|error| panic!("{error}"));
        let waiter = device.waiter();
        devices.push((describe(&adapter), Box::new(device), Some(waiter)));
    }
    devices
}

/// Allocations of a submission, on the host and on a GPU: its readback, which is a future with bytes of its own, its rows of metrics, and wgpu's encoder.
const OF_SUBMISSION: [u64; 2] = [8, 100];

/// Allocations of an iteration: none of gander's. On the host there are no others, in a game whose products are small enough to be added up without the crate
/// for products; on a GPU, wgpu keeps what a dispatch was encoded with until it is done.
fn of_iteration(training: &Training) -> u64 {
    match training.waiter {
        None => 0,
        Some(_) => OF_DISPATCH * training.trainer.plan().dispatches.len() as u64,
    }
}

/// wgpu's allocations for a dispatch or a copy.
const OF_DISPATCH: u64 = 10;

/// Bytes that the heap may have grown by in a part: a block of a queue is there or not.
const SLACK: i64 = 2 << 10;

#[test]
fn a_long_training_takes_no_more_memory_than_a_short_one() {
    let iterations: u64 =
        std::env::var("GANDER_STEADY").map_or(1000, |count| count.parse().expect("GANDER_STEADY is a number of iterations"));
    assert!(iterations.is_multiple_of(PARTS), "GANDER_STEADY is {iterations}; it must be a multiple of {PARTS}");
    for (name, device, waiter) in devices() {
        let mut training = Training::new(name, device, waiter);
        training.watch(WARM, 64);
        let on_the_device = training.trainer.device().allocated();
        let of_iteration = of_iteration(&training);
        let of_submission = OF_SUBMISSION[usize::from(training.waiter.is_some())];
        for at_a_time in [8, 64] {
            let seen = training.watch(iterations, at_a_time);
            let (name, dispatches) = (&training.name, training.trainer.plan().dispatches.len());
            let Seen { submissions, allocations, growth, resident } = &seen;
            let resident: Vec<String> = resident.iter().map(|bytes| format!("{:.2}", *bytes as f64 / f64::from(1 << 20))).collect();
            println!(
                "{name}: {iterations} iterations of {dispatches} dispatches in {submissions} submissions: {allocations} allocations, heap {growth:+?} bytes, resident {} MiB",
                resident.join(", "),
            );
            let most = of_iteration * iterations + of_submission * submissions;
            assert!(
                *allocations <= most,
                "{name}: {allocations} allocations in {iterations} iterations, {submissions} submissions; at most {most}"
            );
            assert!(seen.flat_parts() > PARTS / 2, "{name}: memory grew in more than half of the parts of {iterations} iterations");
        }
        assert_eq!(training.trainer.device().allocated(), on_the_device, "{}: memory of the device", training.name);
    }
}
