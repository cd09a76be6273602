//! Whether a game fits an adapter, before anything is allocated there.

use crate::lab::{On, open_within};
use crate::play::{Play, beyond_the_limit, plays};
use gander::gan::Trainer;

/// Bytes of a buffer at most.
const MOST: u64 = 1 << 16;

#[test]
fn a_buffer_that_is_larger_than_one_may_be_is_named_with_what_to_shrink() {
    let [points, ..] = plays();
    let refused: [(Play, &str); 2] = [
        (beyond_the_limit(), ": take fewer units, or use --adapter host"),
        (points.with(&["train.batch=4000"]), ": take a smaller train.batch, or use --adapter host"),
    ];
    for (play, remedy) in refused {
        for gpu in open_within(On::EveryAdapter, MOST) {
            let message = Trainer::new(Box::new(gpu.device), &play.config, &play.dataset).err().expect("it does not fit").to_string();
            let limit = format!("has at most {MOST}");
            assert!(message.contains(&limit) && message.ends_with(remedy), "{} of {}: {message}", play.name, gpu.name);
        }
    }
    for gpu in open_within(On::EveryAdapter, MOST) {
        assert!(Trainer::new(Box::new(gpu.device), &points.config, &points.dataset).is_ok(), "{}: {} fits", gpu.name, points.name);
    }
}
