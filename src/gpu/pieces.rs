//! The pieces that a replay is submitted in.
//!
//! A desktop that shares its GPU stands still while a submission computes, and a driver's watchdog ends one that takes seconds. So a single replay that would
//! take long is handed over in several submissions. How long each takes is guessed at first, from what its kernels have to do, and then measured. In a browser the
//! guess is all there is. A kernel that takes long by itself is divided: its grid is started in parts, which are steps of their own from then on. What is computed,
//! and in which order a sum is added up, stays the same.

use std::ops::Range;
use std::time::Duration;

/// The least time that is told apart from none, in seconds.
const LEAST: f64 = 1e-6;

/// Times in a row that a step by itself must be seen to take too long before it is divided: a machine that stumbles once is no reason to.
const IN_A_ROW: u32 = 3;

/// The most parts that a step is divided into at a time. Parts can be divided again.
const MOST_PARTS: f64 = 64.0;

/// Before anything was timed, a step is divided that seems to take so many times as long as a submission should. The first guess is made for a slow device: on
/// a fast one, parts of this length do not show.
const BY_GUESS: u32 = 20;

/// How much a device does in a second, in numbers that are computed or moved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed(f64);

impl Default for Speed {
    /// Before anything is known: that of a software adapter on eight cores, so that a GPU is handed too little rather than too much.
    fn default() -> Speed {
        Speed(1e11)
    }
}

/// How steps follow one another in pieces.
pub(super) struct Pieces {
    /// What each step has to do; nothing, if it belongs to the step behind it.
    weights: Vec<f64>,
    /// How long each takes, in seconds, as far as that is known.
    seconds: Vec<f64>,
    /// How often in a row each has taken too long by itself, and the least that it took.
    too_long: Vec<(u32, f64)>,
    pieces: Vec<Range<usize>>,
}

/// A step that was timed by itself and was fast enough, or was not timed yet.
const FAST: (u32, f64) = (0, f64::INFINITY);

impl Pieces {
    /// Pieces that should take no longer than `longest` on a device of this speed.
    pub fn new(weights: Vec<f64>, speed: Speed, longest: Duration) -> Pieces {
        let seconds: Vec<f64> = weights.iter().map(|weight| weight / speed.0).collect();
        let too_long = vec![FAST; weights.len()];
        let mut pieces = Pieces { weights, seconds, too_long, pieces: vec![] };
        pieces.split(longest);
        pieces
    }

    /// The steps of each piece, in order.
    pub fn all(&self) -> &[Range<usize>] {
        &self.pieces
    }

    /// How long each piece takes, as far as that is known.
    pub fn durations(&self) -> Vec<Duration> {
        self.pieces.iter().map(|piece| Duration::from_secs_f64(self.seconds[piece.clone()].iter().sum())).collect()
    }

    /// Takes note of how long some of the steps took together, and makes the pieces anew. Returns what this says of the device: nothing,
    /// where there was nothing to do.
    pub fn learn(&mut self, steps: Range<usize>, took: Duration, longest: Duration) -> Option<Speed> {
        let took = took.as_secs_f64().max(LEAST);
        let done: f64 = self.weights[steps.clone()].iter().sum();
        if done == 0.0 {
            return None;
        }
        let seconds = &mut self.seconds[steps.clone()];
        let ratio = took / seconds.iter().sum::<f64>();
        seconds.iter_mut().for_each(|seconds| *seconds *= ratio);
        if let Some(step) = self.alone(steps.clone()) {
            let (times, least) = self.too_long[step];
            self.too_long[step] = if took > longest.as_secs_f64() { (times + 1, least.min(took)) } else { FAST };
        }
        self.split(longest);
        Some(Speed(done / took))
    }

    /// The one of these steps that has something to do, if the others have not.
    fn alone(&self, mut steps: Range<usize>) -> Option<usize> {
        let step = steps.find(|step| self.weights[*step] > 0.0)?;
        steps.all(|step| self.weights[step] == 0.0).then_some(step)
    }

    /// A step that has been seen to take too long by itself, and into how many parts it would have to be divided.
    pub fn seen_too_long(&self, longest: Duration) -> Option<(usize, u32)> {
        let step = self.too_long.iter().position(|(times, _)| *times >= IN_A_ROW)?;
        Some((step, parts(self.too_long[step].1, longest)))
    }

    /// Steps that seem to take very much longer than `longest`, though none was timed, and into how many parts each would have to be divided; the last one first,
    /// so that a step which is divided moves none that is still to be.
    pub fn guessed_too_long(&self, longest: Duration) -> Vec<(usize, u32)> {
        let very_long = longest.saturating_mul(BY_GUESS);
        let long = self.seconds.iter().enumerate().filter(|(_, seconds)| **seconds > very_long.as_secs_f64());
        long.map(|(step, seconds)| (step, parts(*seconds, very_long))).rev().collect()
    }

    /// Has several steps in the place of one, with these shares of what it has to do.
    pub fn divide(&mut self, step: usize, shares: &[f64], longest: Duration) {
        for whole in [&mut self.weights, &mut self.seconds] {
            let of = whole[step];
            whole.splice(step..=step, shares.iter().map(|share| share * of));
        }
        self.too_long.splice(step..=step, shares.iter().map(|_| FAST));
        self.split(longest);
    }

    /// Makes pieces none of which should take longer than `longest`, unless it is a single step.
    fn split(&mut self, longest: Duration) {
        let (mut begin, mut sum) = (0, 0.0);
        self.pieces.clear();
        for (at, seconds) in self.seconds.iter().enumerate() {
            if sum > 0.0 && sum + seconds > longest.as_secs_f64() {
                self.pieces.push(begin..at);
                (begin, sum) = (at, 0.0);
            }
            sum += seconds;
        }
        self.pieces.push(begin..self.seconds.len());
    }
}

/// How many parts of a step that takes so many seconds take no longer than `longest`.
fn parts(seconds: f64, longest: Duration) -> u32 {
    (seconds / longest.as_secs_f64()).ceil().min(MOST_PARTS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_millis(50);

    /// Six steps of 20 ms by the first guess, and one that belongs to the last.
    fn pieces() -> Pieces {
        Pieces::new(vec![2e9, 2e9, 2e9, 2e9, 2e9, 0.0, 2e9], Speed::default(), LONGEST)
    }

    /// Where each piece ends.
    fn ends(pieces: &Pieces) -> Vec<usize> {
        pieces.all().iter().map(|piece| piece.end).collect()
    }

    #[test]
    fn a_replay_is_split_by_a_guess_before_it_was_ever_timed() {
        assert_eq!(ends(&pieces()), [2, 4, 7]);
        assert_eq!(ends(&Pieces::new(vec![1.0; 1000], Speed::default(), LONGEST)), [1000]);
        assert_eq!(ends(&Pieces::new(vec![], Speed::default(), LONGEST)), [0]);
    }

    #[test]
    fn pieces_shrink_where_steps_take_longer_than_was_guessed_and_grow_where_they_do_not() {
        let mut pieces = pieces();
        let speed = pieces.learn(0..2, Duration::from_millis(200), LONGEST).unwrap();
        assert!((speed.0 - 2e10).abs() < 1e3, "{speed:?}");
        assert_eq!(ends(&pieces), [1, 2, 4, 7]);
        pieces.learn(2..4, Duration::ZERO, LONGEST);
        pieces.learn(4..7, Duration::from_millis(5), LONGEST);
        assert_eq!(ends(&pieces), [1, 2, 7]);
        pieces.learn(0..1, Duration::from_millis(10), LONGEST);
        pieces.learn(1..2, Duration::from_millis(10), LONGEST);
        assert_eq!(ends(&pieces), [7]);
    }

    #[test]
    fn a_step_is_divided_that_takes_too_long_by_itself_time_and_again() {
        let mut pieces = Pieces::new(vec![2e9, 0.0, 6e9], Speed::default(), LONGEST);
        assert_eq!(ends(&pieces), [2, 3]);
        let slow = Duration::from_millis(170);
        for times in [2, 3] {
            for _ in 0..times {
                assert_eq!(pieces.seen_too_long(LONGEST), None);
                pieces.learn(1..3, slow, LONGEST);
            }
            if times == 2 {
                pieces.learn(1..3, Duration::from_millis(40), LONGEST);
            }
        }
        // A copy belongs to the kernel that follows it, and two kernels are no one's time.
        pieces.learn(0..3, Duration::from_secs(9), LONGEST);
        assert_eq!(pieces.seen_too_long(LONGEST), Some((2, 4)));
        pieces.learn(0..2, Duration::from_millis(10), LONGEST);
        pieces.learn(1..3, Duration::from_millis(200), LONGEST);
        pieces.divide(2, &[0.25, 0.25, 0.5], LONGEST);
        assert_eq!((pieces.seen_too_long(LONGEST), ends(&pieces)), (None, vec![2, 3, 4, 5]));
        let total: f64 = pieces.durations().iter().map(Duration::as_secs_f64).sum();
        assert!((total - 0.21).abs() < 1e-9, "{total}");
    }

    #[test]
    fn a_plan_of_nothing_says_nothing_of_the_device() {
        let mut empty = Pieces::new(vec![], Speed::default(), LONGEST);
        assert!(empty.learn(0..0, Duration::from_secs(1), LONGEST).is_none());
        assert_eq!(empty.durations(), [Duration::ZERO]);
    }

    #[test]
    fn before_anything_is_timed_only_what_seems_very_long_is_divided() {
        let pieces = Pieces::new(vec![1e11, 2.5e11, 1e13], Speed::default(), LONGEST);
        assert_eq!(pieces.guessed_too_long(LONGEST), [(2, 64), (1, 3)]);
    }
}
