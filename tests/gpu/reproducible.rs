//! The same bits again: from the same seed, after a rest, on the GPU and on the host; and other bits from another seed.

use crate::lab::{On, open, wait_for};
use crate::play::{Play, completion_plays, conditional_plays, inference_plays, option_plays, plays};
use gander::gan::{State, Trainer};
use gander::gpu::Waiter;
use gander::host::HostDevice;
use gander::plan::Device;
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

/// A trainer, and what lets this thread wait for its device, if that takes waiting.
pub struct Session {
    name: String,
    trainer: Trainer,
    waiter: Option<Waiter>,
}

impl Session {
    pub fn new(play: &Play, name: &str, device: Box<dyn Device>, waiter: Option<Waiter>) -> Session {
        let trainer = Trainer::new(device, &play.config, &play.dataset).unwrap_or_else(|error| panic!("{name}: {error}"));
        Session { name: name.into(), trainer, waiter }
    }

    pub fn advance(&mut self, until: u64) {
        let mut rows = 0;
        let mut seen = |metrics: &[gander::gan::Metrics]| {
            rows += metrics.len() as u64;
            assert!(metrics.iter().all(|row| !row.non_finite));
            ControlFlow::Continue(())
        };
        let from = self.trainer.iteration();
        // Time that flies: the pace stays at one iteration per submission, then goes up.
        let ticks = std::cell::Cell::new(0.0);
        let now_ms = || {
            ticks.set(ticks.get() + if ticks.get() < 300.0 { 60.0 } else { 4.0 });
            ticks.get()
        };
        let future = self.trainer.advance(until, &now_ms, &mut seen);
        let flow = match &self.waiter {
            Some(waiter) => wait_for(pin!(future), waiter),
            None => pollster::block_on(future),
        };
        assert!(flow.unwrap_or_else(|error| panic!("{}: {error}", self.name)).is_continue());
        assert_eq!(rows, until - from, "{}: a row of metrics per iteration", self.name);
    }

    pub fn state(&mut self) -> State {
        let future = self.trainer.state();
        let state = match &self.waiter {
            Some(waiter) => wait_for(pin!(future), waiter),
            None => pollster::block_on(future),
        };
        state.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// The sha256 of a state: names, shapes, and every bit of every value.
pub fn sha256(state: &State) -> String {
    let mut hasher = Sha256::new();
    hasher.update(state.iteration.to_le_bytes());
    for (name, array) in &state.tensors {
        hasher.update(name.as_bytes());
        array.shape.iter().for_each(|size| hasher.update(size.to_le_bytes()));
        array.values.iter().for_each(|value| hasher.update(value.to_bits().to_le_bytes()));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes sessions on one kind of device.
type Maker<'a> = dyn FnMut(&Play) -> Session + 'a;

fn on_host(play: &Play) -> Session {
    Session::new(play, "host twin in f32", Box::new(HostDevice::<f32>::new()), None)
}

fn on_every_gpu(check: &mut dyn FnMut(&mut Maker)) {
    for number in 0..open(On::EveryAdapter).len() {
        check(&mut |play| {
            let gpu = open(On::EveryAdapter).swap_remove(number);
            Session::new(play, &gpu.name, Box::new(gpu.device), Some(gpu.waiter))
        });
    }
}

/// N, and N again.
const N: u64 = 12;

/// The play with both dropout and Box and Muller's noise on the way; epochs of 19 end within it.
fn play() -> Play {
    let [_, second, ..] = plays();
    second
}

/// What is kept beside parameters is kept in a state, too: second moments, averages. So the games with every option rest as well.
fn resume_is_bit_equal(new: &mut Maker) {
    [play()]
        .into_iter()
        .chain(option_plays())
        .chain(conditional_plays())
        .chain(inference_plays())
        .chain(completion_plays())
        .for_each(|play| resume_of(&play, new));
}

fn resume_of(play: &Play, new: &mut Maker) {
    let mut whole = new(play);
    whole.advance(2 * N);
    let mut first = new(play);
    first.advance(N);
    let rested = first.state();
    assert_eq!(rested.iteration, N);
    // What comes after the state was taken must not matter.
    first.advance(N + 3);
    let mut second = new(play);
    second.restore_from(&rested);
    second.advance(2 * N);
    let (whole, resumed) = (whole.state(), second.state());
    assert_eq!(sha256(&whole), sha256(&resumed), "{}: {N} + {N} iterations are not {}", second.name, 2 * N);
    assert_ne!(sha256(&whole), sha256(&rested), "{}: {N} iterations changed nothing", second.name);
}

impl Session {
    fn restore_from(&mut self, state: &State) {
        self.trainer.restore(state).unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }
}

#[test]
fn resume_is_bit_equal_to_never_stopping_on_the_host() {
    resume_is_bit_equal(&mut on_host);
}

#[test]
fn resume_is_bit_equal_to_never_stopping_on_every_gpu() {
    on_every_gpu(&mut resume_is_bit_equal);
}

/// Inspecting every iteration and none: the same bits.
fn inspecting_changes_no_bit(new: &mut Maker) {
    let ([.., convolutional], [options, ..]) = (plays(), option_plays());
    for play in [convolutional, options] {
        let sums: std::collections::BTreeSet<String> = ["1", "0"]
            .map(|every| {
                let mut session = new(&play.with(&[&format!("report.inspect_every={every}")]));
                session.advance(N);
                sha256(&session.state())
            })
            .into();
        assert_eq!(sums.len(), 1, "{}", play.name);
    }
}

#[test]
fn inspecting_changes_no_bit_on_the_host() {
    inspecting_changes_no_bit(&mut on_host);
}

#[test]
fn inspecting_changes_no_bit_on_every_gpu() {
    on_every_gpu(&mut inspecting_changes_no_bit);
}

#[test]
fn twenty_runs_of_one_seed_give_one_sha256_on_the_host() {
    let sums: std::collections::BTreeSet<String> = (0..20)
        .map(|_| {
            let mut session = on_host(&play());
            session.advance(N);
            sha256(&session.state())
        })
        .collect();
    assert_eq!(sums.len(), 1, "{sums:?}");
}

/// Twenty runs, two of them on devices of their own, the others from the initial state again.
#[test]
fn twenty_runs_of_one_seed_give_one_sha256_on_every_gpu() {
    on_every_gpu(&mut |new| {
        let mut sums = std::collections::BTreeSet::new();
        for _ in 0..2 {
            let mut session = new(&play());
            let initial = session.state();
            for _ in 0..10 {
                session.restore_from(&initial);
                session.advance(N);
                sums.insert(sha256(&session.state()));
            }
        }
        assert_eq!(sums.len(), 1, "{sums:?}");
    });
}

/// A device that is to make short submissions hands over one kernel at a time, and computes the same.
#[test]
fn short_submissions_change_no_bit() {
    for (gpu, mut hasty) in open(On::EveryAdapter).into_iter().zip(open(On::EveryAdapter)) {
        hasty.device.submit_at_most(Duration::from_nanos(1));
        let sums = [gpu, hasty].map(|gpu| {
            let mut session = Session::new(&play(), &gpu.name, Box::new(gpu.device), Some(gpu.waiter));
            session.advance(N);
            sha256(&session.state())
        });
        assert_eq!(sums[0], sums[1]);
    }
}

#[test]
fn another_seed_changes_every_parameter() {
    let play = play();
    let [first, second] = [play.config.seed, play.config.seed + 1].map(|seed| {
        let mut config = play.config.clone();
        config.seed = seed;
        let mut session = on_host(&Play { name: play.name, config, dataset: play.dataset.clone() });
        let initial = session.state();
        session.advance(N);
        [initial, session.state()]
    });
    for (time, (one, other)) in first.iter().zip(&second).enumerate() {
        for (name, array) in &one.tensors {
            // Biases and velocities begin alike; weights never do.
            let drawn = name.ends_with(".w");
            if time == 0 && !drawn {
                continue;
            }
            // A bias or velocity of a unit that has never had a gradient is what it was in the beginning, under either seed.
            let beginning = &first[0].tensors[name].values;
            let moved = |i: usize| drawn || array.values[i] != beginning[i];
            let same = (0..array.values.len()).filter(|i| array.values[*i] == other.tensors[name].values[*i] && moved(*i)).count();
            assert_eq!(same, 0, "{name}: {same} of {} values are the same under another seed", array.values.len());
        }
    }
}

/// What training takes, it takes with its first iterations: nothing is allocated after them, however long it goes on.
#[test]
fn memory_is_flat_and_as_planned() {
    let [play, ..] = plays();
    for gpu in open(On::EveryAdapter) {
        let mut session = Session::new(&play, &gpu.name, Box::new(gpu.device), Some(gpu.waiter));
        session.advance(8);
        let (planned, early) = (session.trainer.memory_by_kind(), session.trainer.device().allocated());
        session.advance(2000);
        assert_eq!(session.trainer.device().allocated(), early, "{}", session.name);
        let planned: u64 = planned.iter().map(|(_, bytes)| bytes).sum();
        let (what, buffers) = early[0];
        // A buffer is rounded up to 16 bytes.
        assert!(
            what == "buffers" && (planned..planned + planned / 20).contains(&buffers),
            "{}: {planned} planned, {early:?}",
            session.name
        );
    }
}
