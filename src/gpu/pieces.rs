//! The pieces that a replay is submitted in.
//!
//! A desktop that shares its GPU stands still while a submission computes, and a driver's watchdog ends one that takes seconds. So a single replay that would
//! take long is handed over in several submissions. How long each takes is guessed at first, from what its kernels have to do, and then measured. In a browser the
//! guess is all there is. What is computed, and in which order, stays the same. No kernel is cut: one that takes long by itself is a submission of its own.

use std::ops::Range;
use std::time::Duration;

/// The least time that is told apart from none, in seconds.
const LEAST: f64 = 1e-6;

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
    pieces: Vec<Range<usize>>,
}

impl Pieces {
    /// Pieces that should take no longer than `longest` on a device of this speed.
    pub fn new(weights: Vec<f64>, speed: Speed, longest: Duration) -> Pieces {
        let seconds = weights.iter().map(|weight| weight / speed.0).collect();
        let mut pieces = Pieces { weights, seconds, pieces: vec![] };
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

    /// Takes note of how long some of the steps took together, and makes the pieces anew. Returns what this says of the device.
    pub fn learn(&mut self, steps: Range<usize>, took: Duration, longest: Duration) -> Speed {
        let took = took.as_secs_f64().max(LEAST);
        let seconds = &mut self.seconds[steps.clone()];
        let ratio = took / seconds.iter().sum::<f64>();
        seconds.iter_mut().for_each(|seconds| *seconds *= ratio);
        self.split(longest);
        Speed(self.weights[steps].iter().sum::<f64>() / took)
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
        let speed = pieces.learn(0..2, Duration::from_millis(200), LONGEST);
        assert!((speed.0 - 2e10).abs() < 1e3, "{speed:?}");
        assert_eq!(ends(&pieces), [1, 2, 4, 7]);
        pieces.learn(2..4, Duration::ZERO, LONGEST);
        pieces.learn(4..7, Duration::from_millis(5), LONGEST);
        assert_eq!(ends(&pieces), [1, 2, 7]);
        pieces.learn(0..1, Duration::from_millis(10), LONGEST);
        pieces.learn(1..2, Duration::from_millis(10), LONGEST);
        assert_eq!(ends(&pieces), [7]);
    }
}
