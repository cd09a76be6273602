//! How many iterations go into one submission.

use crate::error::Result;
use crate::plan::{Device, PlanId, Tensor};

/// What a submission should take, in milliseconds: short enough that a desktop stays usable and no watchdog fires.
const TARGET_MS: f64 = 50.0;

/// Adapts the number of iterations per submission to the device.
pub(super) struct Pace {
    times: u32,
    most: u32,
}

impl Pace {
    /// Begins with one iteration, and never puts more than `most` into a submission.
    pub fn new(most: u32) -> Pace {
        Pace { times: 1, most }
    }

    /// Iterations for the next submission.
    pub fn times(&self) -> u32 {
        self.times
    }

    /// Takes note that a submission of so many iterations took so long. The number at most doubles at a time, and shrinks at once.
    pub fn observe(&mut self, times: u32, elapsed_ms: f64) {
        let fitting = f64::from(times) * TARGET_MS / elapsed_ms.max(1e-3);
        self.times = (fitting as u32).clamp(1, self.most).min(2 * self.times);
    }
}

/// Replays a plan so many times, at most `most` of them in a submission. After each, `seen` is given how many replays it held and what stood in `read` behind
/// the last. `now_ms` is a clock that only goes forward.
/// # Errors
/// if the device fails, or `seen` does.
pub(super) async fn paced(
    device: &mut dyn Device,
    plan: PlanId,
    (replays, most): (u32, u32),
    read: &Tensor,
    now_ms: &dyn Fn() -> f64,
    seen: &mut dyn FnMut(u32, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut pace = Pace::new(most);
    let (mut left, mut last) = (replays, now_ms());
    while left > 0 {
        let times = pace.times().min(left);
        let bytes = device.submit(plan, times, &[read]).await?;
        let now = now_ms();
        pace.observe(times, now - last);
        last = now;
        left -= times;
        seen(times, &bytes[0])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_grow_to_the_target_and_shrink_at_once() {
        let mut pace = Pace::new(512);
        for _ in 0..10 {
            let times = pace.times();
            pace.observe(times, 2.0 * f64::from(times));
        }
        assert_eq!(pace.times(), 25, "2 ms per iteration: 25 of them take 50 ms");
        pace.observe(25, 500.0);
        assert_eq!(pace.times(), 2);
        pace.observe(2, 1000.0);
        assert_eq!(pace.times(), 1, "never less than one");
    }

    #[test]
    fn a_fast_device_is_held_to_the_most() {
        let mut pace = Pace::new(64);
        for _ in 0..20 {
            pace.observe(pace.times(), 0.0);
        }
        assert_eq!(pace.times(), 64);
    }
}
