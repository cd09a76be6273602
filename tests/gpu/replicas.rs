//! Several games on one device: each has the bits that it has alone on the same device.

use crate::doctor::EXERCISES;
use crate::lab::{Gpu, On, open, wait_for};
use crate::play::{Play, completion_plays, conditional_plays, inference_plays, option_plays, plays};
use crate::reproducible::{Session, sha256};
use gander::doctor::{Event, Scope, Script};
use gander::gpu::{Replica, Waiter, replicas};
use gander::plan::{Device, Readback, Tensor};
use std::pin::pin;

/// Games at once.
const GAMES: u32 = 3;

/// What a script writes, or zeros in its place where a game is to have other numbers than its neighbours. What all games share stays the same.
fn written(tensor: &Tensor, bytes: &[u8], zeros: bool) -> Vec<u8> {
    let shared = EXERCISES.memory.buffer(tensor.buffer()).shared;
    if zeros && !shared { vec![0; bytes.len()] } else { bytes.to_vec() }
}

/// All that a device holds after a script.
fn alone(gpu: &mut Gpu, script: &Script, zeros: bool, whole: &[Tensor]) -> Vec<Vec<u8>> {
    let failed = |error| -> ! { panic!("{}, {}: {error}", gpu.name, script.name) };
    whole.iter().for_each(|tensor| gpu.device.write(tensor, &vec![0; tensor.bytes() as usize]));
    for event in &script.events {
        match event {
            Event::Write(tensor, bytes) => gpu.device.write(tensor, &written(tensor, bytes, zeros)),
            Event::Replay(plan) => {
                let replay = gpu.device.prepare(plan).unwrap_or_else(|error| failed(error));
                drop(gpu.device.submit(replay, 1, &[]));
            }
        }
    }
    let readback = gpu.device.read(&whole.iter().collect::<Vec<_>>());
    wait_for(pin!(readback), &gpu.waiter).unwrap_or_else(|error| failed(error))
}

/// All that each of several games holds after the script that they play together; the one in the middle has zeros.
fn together(games: &mut [Replica], name: &str, script: &Script, whole: &[Tensor]) -> Vec<Vec<Vec<u8>>> {
    let failed = |error| -> ! { panic!("{name}, {}: {error}", script.name) };
    for game in games.iter_mut() {
        whole.iter().for_each(|tensor| game.write(tensor, &vec![0; tensor.bytes() as usize]));
    }
    for event in &script.events {
        for (number, game) in games.iter_mut().enumerate() {
            match event {
                Event::Write(tensor, bytes) => game.write(tensor, &written(tensor, bytes, number == 1)),
                Event::Replay(plan) => {
                    let replay = game.prepare(plan).unwrap_or_else(|error| failed(error));
                    drop(game.submit(replay, 1, &[]));
                }
            }
        }
    }
    let readbacks: Vec<Readback> = games.iter_mut().map(|game| game.read(&whole.iter().collect::<Vec<_>>())).collect();
    let read = |(game, readback): (&Replica, Readback)| wait_for(pin!(readback), &game.waiter()).unwrap_or_else(|error| failed(error));
    games.iter().zip(readbacks).map(read).collect()
}

#[test]
fn every_kernel_of_several_games_leaves_the_bits_of_each() {
    let whole: Vec<Tensor> = EXERCISES.memory.ids().map(|id| EXERCISES.memory.whole(id)).collect();
    let both = open(On::EveryFamily).into_iter().zip(open(On::EveryFamily));
    for (mut gpu, of_group) in both {
        let mut games = replicas(of_group.device, GAMES);
        gpu.device.allocate(&EXERCISES.memory).unwrap_or_else(|error| panic!("{}: {error}", gpu.name));
        for game in &mut games {
            game.allocate(&EXERCISES.memory).unwrap_or_else(|error| panic!("{}: {error}", gpu.name));
        }
        for script in EXERCISES.scripts.iter().filter(|script| Scope::EveryKernel.takes(script.part)) {
            let [numbers, zeros] = [false, true].map(|zeros| alone(&mut gpu, script, zeros, &whole));
            for (number, held) in together(&mut games, &gpu.name, script, &whole).iter().enumerate() {
                let expected = if number == 1 { &zeros } else { &numbers };
                for ((tensor, held), expected) in whole.iter().zip(held).zip(expected) {
                    assert!(held == expected, "{}, {}: {tensor} of game {number} has other bits", gpu.name, script.name);
                }
            }
        }
    }
}

/// Iterations of each game.
const ITERATIONS: u64 = 17;

/// The game with another seed; every second one with other rates, too, which are only arguments of its kernels.
fn varied(play: &Play, number: u32) -> Play {
    let mut varied = play.with(&[]);
    varied.config.seed += number;
    if number % 2 == 1 {
        varied.config.generator.optimizer = varied.config.generator.optimizer.slowed();
    }
    varied
}

/// What a game comes to in a session of its own.
fn outcome(play: &Play, name: &str, device: Box<dyn Device>, waiter: Waiter, until: u64) -> String {
    let mut session = Session::new(play, name, device, Some(waiter));
    session.advance(until);
    sha256(&session.state())
}

/// Each game plays on a thread of its own, and the last of them leaves long before the others are done.
#[test]
fn games_that_share_a_device_come_to_what_each_comes_to_alone() {
    for play in plays().into_iter().chain(option_plays()).chain(conditional_plays()).chain(inference_plays()).chain(completion_plays()) {
        let games: Vec<Play> = (0..GAMES).map(|number| varied(&play, number)).collect();
        let until = |number: usize| if number + 1 == games.len() { ITERATIONS / 4 } else { ITERATIONS };
        for number in 0..open(On::EveryAdapter).len() {
            let gpu = || open(On::EveryAdapter).swap_remove(number);
            let of_group = gpu();
            let (name, shared) = (&of_group.name, replicas(of_group.device, GAMES));
            let together: Vec<String> = std::thread::scope(|scope| {
                let playing: Vec<_> = shared
                    .into_iter()
                    .zip(&games)
                    .enumerate()
                    .map(|(number, (game, play))| {
                        scope.spawn(move || {
                            let waiter = game.waiter();
                            outcome(play, name, Box::new(game), waiter, until(number))
                        })
                    })
                    .collect();
                playing.into_iter().map(|game| game.join().expect("it was played")).collect()
            });
            for (number, (play, together)) in games.iter().zip(&together).enumerate() {
                let gpu = gpu();
                let alone = outcome(play, name, Box::new(gpu.device), gpu.waiter, until(number));
                assert_eq!(&alone, together, "{name}, {}: game {number} came to something else", play.name);
            }
            assert_ne!(together[0], together[1], "{name}, {}: other seeds, other games", play.name);
        }
    }
}
