//! How many iterations go into one submission, and how many submissions an iteration takes that is too long for one.

/// What a submission should take, in milliseconds: short enough that a desktop stays usable and no watchdog fires.
const TARGET_MS: f64 = 50.0;

/// What a submission may have to do before anything is known of the device, in floating-point operations: 40 ms on one that does 100 GFLOP/s.
const FIRST: u64 = 4_000_000_000;

/// Adapts the number of iterations per submission to the device.
pub(super) struct Pace {
    times: u32,
    most: u32,
    pieces: u32,
}

impl Pace {
    /// Begins with one iteration of so many floating-point operations, and never puts more than `most` iterations into a submission.
    pub fn new(most: u32, flops: u64) -> Pace {
        Pace { times: 1, most, pieces: flops.div_ceil(FIRST).clamp(1, u64::from(u32::MAX)) as u32 }
    }

    /// Iterations for the next submission.
    pub fn times(&self) -> u32 {
        self.times
    }

    /// Submissions for an iteration that has one of its own.
    pub fn pieces(&self) -> u32 {
        self.pieces
    }

    /// Takes note that a submission of so many iterations took so long. The number at most doubles at a time, and shrinks at once.
    pub fn observe(&mut self, times: u32, elapsed_ms: f64) {
        let fitting = f64::from(times) * TARGET_MS / elapsed_ms.max(1e-3);
        self.times = (fitting as u32).clamp(1, self.most).min(2 * self.times);
        self.pieces = (1.0 / fitting).ceil().max(1.0) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_grow_to_the_target_and_shrink_at_once() {
        let mut pace = Pace::new(512, 0);
        for _ in 0..10 {
            let times = pace.times();
            pace.observe(times, 2.0 * f64::from(times));
        }
        assert_eq!(pace.times(), 25, "2 ms per iteration: 25 of them take 50 ms");
        pace.observe(25, 500.0);
        assert_eq!(pace.times(), 2);
        pace.observe(2, 1000.0);
        assert_eq!(pace.times(), 1, "never less than one");
        assert_eq!(pace.pieces(), 10, "half a second: ten submissions of 50 ms");
        pace.observe(1, 20.0);
        assert_eq!(pace.pieces(), 1);
    }

    #[test]
    fn a_fast_device_is_held_to_the_most() {
        let mut pace = Pace::new(64, 0);
        for _ in 0..20 {
            pace.observe(pace.times(), 0.0);
        }
        assert_eq!(pace.times(), 64);
    }

    #[test]
    fn a_large_iteration_is_split_before_it_was_ever_timed() {
        assert_eq!(Pace::new(512, FIRST).pieces(), 1);
        assert_eq!(Pace::new(512, 10 * FIRST).pieces(), 10);
    }
}
