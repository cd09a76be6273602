//! Coordination of D and G (the paper, section 7: "better methods for coordinating G and D"): who is far enough ahead rests.
//!
//! A player rests where the gradient by D's logits is set to zero before it is carried back, so that all of its gradients are zero, as with the switches
//! `now_train_discriminator` and `now_train_generator` of the published code; momentum carries on, and Adam's moments fade. The device decides, by D's
//! tally of the same iteration, and nothing has to be saved for it. A step in which somebody rests is computed like any other: resting changes who moves, it
//! saves no time. Two time scales need no option: each player has an optimiser, and so a learning rate, of its own.

use crate::error::{Error, Result};
use crate::gan::{Game, GameConfig, Recipe};
use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How k follows D's advantage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdaptiveConfig {
    /// Steps of D that are always taken.
    pub least: u32,
    /// The share of its minibatch, real and forged, that D has to judge right for a further step to be left out.
    pub enough: f32,
}

impl GameConfig {
    /// Checks what says when a player rests.
    pub(super) fn check_coordination(&self) -> Result<()> {
        let shares = [
            ("discriminator_rests_above", self.discriminator_rests_above),
            ("generator_rests_below", self.generator_rests_below),
            ("k_adaptive.enough", self.k_adaptive.map(|adaptive| adaptive.enough)),
        ];
        for (key, share) in shares.into_iter().filter_map(|(key, share)| share.map(|share| (key, share))) {
            if !(share > 0.0 && share <= 1.0) {
                return Err(Error::Config(format!("train.{key} is {share}; a share of a minibatch lies above 0 and is at most 1")));
            }
        }
        let Some(AdaptiveConfig { least, .. }) = self.k_adaptive else { return Ok(()) };
        if self.recipe == Recipe::Code2014 {
            return Err(Error::Config(
                "train.k_adaptive lets k vary, but the recipe code-2014 moves D and G together: set train.discriminator_rests_above instead"
                    .into(),
            ));
        }
        if self.discriminator_rests_above.is_some() {
            return Err(Error::Config(
                "train.k_adaptive and train.discriminator_rests_above both say when D rests: remove one of the two".into(),
            ));
        }
        if !(1..self.k).contains(&least) {
            let k = self.k;
            return Err(Error::Config(format!(
                "train.k_adaptive.least is {least} and train.k, the most steps of D, is {k}: least must lie from 1 to below k; set train.k higher"
            )));
        }
        Ok(())
    }

    /// From how many rows judged right on D rests in a step of the iteration, counted from 0; never, if it is not said.
    fn enough_in(&self, step: u32) -> Option<u32> {
        let share = match self.k_adaptive {
            Some(AdaptiveConfig { least, enough }) => (step >= least).then_some(enough),
            None => self.discriminator_rests_above,
        };
        share.map(|share| self.rows_in(share))
    }

    /// The least number of rows of a minibatch and as many fakes that is at least this share of them.
    fn rows_in(&self, share: f32) -> u32 {
        // A decimal share is rounded to f32, by half a unit in its last place at most: nine tenths of 20 rows are 18.
        let exact = f64::from(share) * (1.0 - f64::from(f32::EPSILON) / 2.0);
        (exact * f64::from(2 * self.batch)).ceil() as u32
    }
}

impl Game {
    /// Lets D rest in a step in which it has judged enough right, where that is asked for.   da: 2m×1.
    pub(super) fn rest_discriminator(&self, rec: &mut Recorder, step: u32, da: &Tensor) {
        if let Some(enough) = self.options.enough_in(step) {
            self.rest(rec, da, enough..u32::MAX);
        }
    }

    /// Lets G rest where D has judged too little right, where that is asked for.   da: m×1, or what follows of it.
    pub(super) fn rest_generator(&self, rec: &mut Recorder, da: &Tensor) {
        if let Some(share) = self.options.generator_rests_below {
            self.rest(rec, da, 0..self.options.rows_in(share));
        }
    }

    /// Records that a gradient by D's logits is zero where D's last tally has so many rows right.
    fn rest(&self, rec: &mut Recorder, da: &Tensor, right: Range<u32>) {
        rec.dispatch("rest")
            .bind("tally", &self.d_tally)
            .bind("da", da)
            .argument("count", da.len())
            .argument("m", self.m)
            .argument("least", right.start)
            .argument("most", right.end)
            .work(Work::Flat(da.len()))
            .record();
    }
}

#[cfg(test)]
mod tests {
    use crate::gan::{Config, preset};

    fn parsed(settings: &[&str]) -> Result<Config, String> {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        Config::parse(preset("ring").expect("it is embedded").toml, &settings).map_err(|error| error.to_string())
    }

    #[test]
    fn a_share_means_the_rows_that_a_reader_counts() {
        for (batch, share, rows) in
            [(10, "0.9", 18), (10, "0.55", 11), (10, "0.7", 14), (10, "0.91", 19), (7, "1.0", 14), (100, "0.001", 1)]
        {
            let settings = [format!("train.batch={batch}"), format!("train.discriminator_rests_above={share}")];
            let config = parsed(&settings.each_ref().map(String::as_str)).unwrap();
            assert_eq!(config.train.enough_in(0), Some(rows), "{share} of 2·{batch}");
        }
    }

    #[test]
    fn an_adaptive_k_always_takes_its_least_steps() {
        let config = parsed(&["train.k=4", "train.batch=10", "train.k_adaptive={ least = 2, enough = 0.8 }"]).unwrap();
        assert_eq!([0, 1, 2, 3].map(|step| config.train.enough_in(step)), [None, None, Some(16), Some(16)]);
    }

    #[test]
    fn what_says_twice_or_never_who_rests_is_refused() {
        let adaptive = "train.k_adaptive={ least = 1, enough = 0.8 }";
        for (settings, told) in [
            (&["train.generator_rests_below=1.5"][..], "train.generator_rests_below is 1.5"),
            (&["train.k=1", adaptive], "set train.k higher"),
            (&["train.k=3", adaptive, "train.discriminator_rests_above=0.9"], "remove one of the two"),
            (&["train.k=1", "train.recipe=code-2014", adaptive], "moves D and G together"),
            (&["prior.components=4", "prior.noise=gaussian"], "prior.components is 4, but prior.noise is Gaussian"),
            (&["prior.components=0", "prior.noise=mixture"], "it must lie from 1 to 65536"),
        ] {
            let message = parsed(settings).expect_err("it is not possible");
            assert!(message.contains(told), "{message}");
        }
        assert!(parsed(&["train.k=3", adaptive, "train.generator_rests_below=0.5", "prior.noise=mixture"]).is_ok());
    }
}
