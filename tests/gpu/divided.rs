//! Kernels that are started in parts of their grid: the same bits as from one dispatch.

use crate::doctor::EXERCISES;
use crate::lab::{Gpu, On, open, wait_for};
use gander::doctor::{Event, Scope, Script};
use gander::plan::{Device, Tensor};
use std::pin::pin;
use std::time::Duration;

/// All that a device holds after a script, and how many more submissions than kernels it took.
fn after(gpu: &mut Gpu, script: &Script, whole: &[Tensor]) -> (Vec<Vec<u8>>, usize) {
    let mut more = 0;
    let failed = |error| -> ! { panic!("{}, {}: {error}", gpu.name, script.name) };
    whole.iter().for_each(|tensor| gpu.device.write(tensor, &vec![0; tensor.bytes() as usize]));
    for event in &script.events {
        match event {
            Event::Write(tensor, bytes) => gpu.device.write(tensor, bytes),
            Event::Replay(plan) => {
                let replay = gpu.device.prepare(plan).unwrap_or_else(|error| failed(error));
                more += gpu.device.submissions(replay).len().saturating_sub(plan.dispatches.len());
                let readback = gpu.device.submit(replay, 1, &[]);
                wait_for(pin!(readback), &gpu.waiter).unwrap_or_else(|error| failed(error));
            }
        }
    }
    let readback = gpu.device.read(&whole.iter().collect::<Vec<_>>());
    (wait_for(pin!(readback), &gpu.waiter).unwrap_or_else(|error| failed(error)), more)
}

/// Every kernel of more than one workgroup is started in parts on a device that is to hand over nothing that takes time.
#[test]
fn parts_of_a_grid_leave_the_bits_of_the_whole() {
    let buffers: Vec<Tensor> = EXERCISES.memory.ids().map(|id| EXERCISES.memory.whole(id)).collect();
    for mut gpu in open(On::EveryAdapter) {
        gpu.device.allocate(&EXERCISES.memory).unwrap_or_else(|error| panic!("{}: {error}", gpu.name));
        let mut parts = 0;
        for script in EXERCISES.scripts.iter().filter(|script| Scope::EveryKernel.takes(script.part)) {
            let [(whole, _), (divided, started)] = [Duration::MAX, Duration::ZERO].map(|longest| {
                gpu.device.submit_at_most(longest);
                after(&mut gpu, script, &buffers)
            });
            for ((tensor, whole), divided) in buffers.iter().zip(&whole).zip(&divided) {
                assert!(whole == divided, "{}, {}: {tensor} has other bits", gpu.name, script.name);
            }
            parts += started;
        }
        println!("{}: {parts} parts", gpu.name);
        assert!(parts > 100, "{}: only {parts} more dispatches than there are kernels", gpu.name);
    }
}
