//! When a game degenerates, a plain sentence: what is the matter, what it means, and what to try.
//!
//! The signs are gander's own, read off what [`monitor`](crate::eval::monitor) finds; each needs two readings in a row, for one alone is often chance, and
//! is told once, when it begins.

use crate::eval::monitor::Reading;

/// What can be the matter with a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ailment {
    /// D tells nearly everything apart, and G hardly learns.
    DiscriminatorWins,
    /// G makes the same again and again.
    Collapse,
    /// The game goes up and down without getting better.
    Oscillation,
}

/// D wins where it judges this share right. The paper (section 3) expects this early on, when "D can reject samples with high confidence".
const WINS: f64 = 0.98;
/// G has collapsed where samples are this much nearer to each other than held-out examples are.
const COLLAPSED: f64 = 0.3;
/// Readings in which an oscillation shows.
const READINGS: usize = 6;
/// A swing counts where it is at least this part of the log-likelihood's whole range so far.
const SWING: f64 = 0.05;

impl Ailment {
    /// All of them.
    pub const ALL: [Ailment; 3] = [Ailment::DiscriminatorWins, Ailment::Collapse, Ailment::Oscillation];

    /// Whether the newest readings show it.
    pub fn shows(self, readings: &[Reading]) -> bool {
        let lasts = |sign: fn(&Reading) -> bool| matches!(readings, [.., before, last] if sign(before) && sign(last));
        match self {
            Ailment::DiscriminatorWins => lasts(|reading| reading.saturation >= WINS),
            Ailment::Collapse => lasts(|reading| reading.iteration > 0 && reading.spread < COLLAPSED),
            Ailment::Oscillation => oscillates(readings),
        }
    }

    /// What it means, and what to try.
    pub fn advice(self) -> &'static str {
        match self {
            Ailment::DiscriminatorWins => {
                "D is winning: it tells nearly all samples from data, and the slope that G learns by fades. Early in training that passes; if it stays, \
                 lower discriminator.optimizer.learning_rate, drop more of D's units (keep), or train with generator_loss = \"non-saturating\""
            }
            Ailment::Collapse => {
                "G is collapsing: its samples resemble each other far more than data do (the paper's \"Helvetica scenario\", section 6). \
                 Train D more per step of G (train.k), lower generator.optimizer.learning_rate, or go back to best.safetensors"
            }
            Ailment::Oscillation => {
                "the game oscillates: its log-likelihood goes up and down without getting better. \
                 Lower both learning rates, or let them decay faster (optimizer.decay)"
            }
        }
    }
}

/// Whether the log-likelihood has turned at every one of the last readings, each time by much, and its best is not among them.
fn oscillates(readings: &[Reading]) -> bool {
    let values: Vec<f64> = readings.iter().map(|reading| reading.valid_parzen).collect();
    let Some(last) = values.len().checked_sub(READINGS).map(|first| &values[first..]) else { return false };
    let (least, most) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(*value), most.max(*value)));
    let steps: Vec<f64> = last.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let turns = steps.windows(2).all(|pair| pair[0] * pair[1] < 0.0);
    turns && steps.iter().all(|step| step.abs() >= SWING * (most - least)) && last.iter().all(|value| *value < most)
}

/// Tells each ailment once, when it begins.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    showing: Vec<Ailment>,
}

impl Watch {
    /// What has begun with the newest reading.
    pub fn begun(&mut self, readings: &[Reading]) -> Vec<Ailment> {
        let now: Vec<Ailment> = Ailment::ALL.into_iter().filter(|ailment| ailment.shows(readings)).collect();
        let begun = now.iter().copied().filter(|ailment| !self.showing.contains(ailment)).collect();
        self.showing = now;
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well(iteration: u64, valid_parzen: f64) -> Reading {
        Reading {
            iteration,
            valid_parzen,
            sigma: 0.2,
            neighbour_ratio: 1.0,
            spread: 0.9,
            saturation: 0.7,
            gradient_ratio: 1.0,
            classes: 0.0,
        }
    }

    #[test]
    fn a_game_that_goes_well_is_left_alone() {
        let readings: Vec<Reading> = (0..10).map(|i| well(i, 10.0 * i as f64)).collect();
        assert_eq!(Watch::default().begun(&readings), []);
        assert_eq!(Watch::default().begun(&[]), []);
    }

    #[test]
    fn each_ailment_is_told_once_and_again_when_it_comes_back() {
        let mut watch = Watch::default();
        let wins = Reading { saturation: 0.995, ..well(1, 0.0) };
        assert_eq!(watch.begun(&[well(0, 0.0), wins]), [], "one reading may be chance");
        assert_eq!(watch.begun(&[wins, wins]), [Ailment::DiscriminatorWins]);
        assert_eq!(watch.begun(&[wins, wins, wins]), []);
        assert_eq!(watch.begun(&[wins, well(3, 0.0)]), []);
        assert_eq!(watch.begun(&[wins, wins]), [Ailment::DiscriminatorWins]);
        let same = Reading { spread: 0.01, ..well(5, 0.0) };
        assert_eq!(watch.begun(&[same, same]), [Ailment::Collapse]);
    }

    #[test]
    fn going_up_and_down_below_the_best_is_an_oscillation_and_a_rise_with_noise_is_none() {
        let readings = |values: &[f64]| values.iter().enumerate().map(|(i, value)| well(i as u64, *value)).collect::<Vec<_>>();
        assert!(Ailment::Oscillation.shows(&readings(&[-100.0, 100.0, 40.0, 80.0, 30.0, 90.0, 20.0, 85.0])));
        assert!(!Ailment::Oscillation.shows(&readings(&[-100.0, 0.0, 40.0, 38.0, 60.0, 59.0, 70.0, 69.0])), "swings are small");
        assert!(!Ailment::Oscillation.shows(&readings(&[0.0, 40.0, 20.0, 60.0, 30.0, 90.0])), "the best is among them");
        assert!(!Ailment::Oscillation.shows(&readings(&[0.0, 40.0])));
    }
}
