//! How often a run has lost its device, and whether it may go on once more.

use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// Losses within [`WINDOW`] that a run survives: one is an accident, four are a driver, a cable or a memory that wants looking at.
const MOST: usize = 3;

/// The time that losses are counted in.
const WINDOW: Duration = Duration::from_secs(3600);

/// The losses of a run.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<Instant>);

impl Losses {
    /// How many there were in all.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Takes note of one more, as it was told.
    /// # Errors
    /// if there have been too many within an hour.
    pub fn note(&mut self, how: &str, now: Instant) -> Result<()> {
        self.0.push(now);
        let minutes: Vec<u64> =
            self.0.iter().map(|then| now.duration_since(*then)).filter(|ago| *ago < WINDOW).map(|ago| ago.as_secs() / 60).collect();
        if minutes.len() <= MOST {
            return Ok(());
        }
        let times = minutes.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        Err(Error::Lost(format!("{how}: loss number {} within an hour ({times} minutes ago), and {MOST} are survived", minutes.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_losses_an_hour_are_survived_and_no_fourth() {
        let start = Instant::now();
        let at = |minutes: u64| start + Duration::from_secs(60 * minutes);
        let mut losses = Losses::default();
        for minutes in [0, 10, 20] {
            losses.note("gone", at(minutes)).unwrap();
        }
        let error = losses.note("gone", at(59)).unwrap_err().to_string();
        assert!(error.starts_with("gone: loss number 4 within an hour (59, 49, 39, 0 minutes ago), and 3 are survived"), "{error}");
        losses.note("gone", at(140)).unwrap();
        assert_eq!(losses.count(), 5);
    }
}
