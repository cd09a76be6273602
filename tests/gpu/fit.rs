//! Whether a game fits an adapter, before anything is allocated there.

use crate::lab::{On, open_within, wait_for};
use crate::play::{Play, beyond_the_limit, plays};
use gander::gan::Trainer;
use std::pin::pin;
use wgpu::Limits;

/// Bytes of a buffer at most.
const MOST: u64 = 1 << 16;

/// No buffer, and so no binding, of more bytes.
fn of_bytes(most: u64) -> impl Fn(&mut Limits) {
    move |limits| {
        limits.max_buffer_size = most;
        limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.min(most);
    }
}

#[test]
fn a_buffer_that_is_larger_than_one_may_be_is_named_with_what_to_shrink() {
    let [points, ..] = plays();
    let refused: [(Play, &str); 2] = [
        (beyond_the_limit(), ": take fewer units, or use --adapter host"),
        (points.with(&["train.batch=4000"]), ": take a smaller train.batch, or use --adapter host"),
    ];
    for (play, remedy) in refused {
        for gpu in open_within(On::EveryAdapter, of_bytes(MOST)) {
            let message = Trainer::new(Box::new(gpu.device), &play.config, &play.dataset).err().expect("it does not fit").to_string();
            let limit = format!("has at most {MOST}");
            assert!(message.contains(&limit) && message.ends_with(remedy), "{} of {}: {message}", play.name, gpu.name);
        }
    }
    for gpu in open_within(On::EveryAdapter, of_bytes(MOST)) {
        assert!(Trainer::new(Box::new(gpu.device), &points.config, &points.dataset).is_ok(), "{}: {} fits", gpu.name, points.name);
    }
}

/// A thousand rows of the widest layer take 76 MiB.
#[test]
fn samples_of_a_wide_generator_are_made_in_pieces_that_fit_small_bindings() {
    let [points, ..] = plays();
    let wide = "generator.layers=[{ kind = \"relu\", units = 20000, irange = 0.1 }, { kind = \"linear\", units = 2, irange = 0.1 }]";
    let play = points.with(&["train.batch=2", wide]);
    for gpu in open_within(On::EveryAdapter, of_bytes(1 << 26)) {
        let (name, waiter) = (gpu.name, gpu.waiter);
        let mut trainer = Trainer::new(Box::new(gpu.device), &play.config, &play.dataset).unwrap_or_else(|error| panic!("{name}: {error}"));
        let samples = wait_for(pin!(trainer.samples(1000, 1)), &waiter).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(samples.len() == 2000 && samples.iter().all(|x| x.is_finite()), "{name}");
    }
}
