//! The completing game: all conditionals p(x_S | x_not S) by one generator (the paper, section 7: "one can approximately model all conditionals
//! p(x_S | x_not S) where S is a subset of the indices of x by training a family of conditional models that share parameters").
//!
//! ```text
//! min_G max_D  E_{x ~ data, μ} log D(x, μ) + E_{x ~ data, μ, z} log(1 − D(x', μ)),   x' = μ⊙x + (1 − μ)⊙G(z, μ⊙x, μ)
//! ```
//! μ is 1 where a number is kept and 0 where it is hidden; every row of every minibatch has one of its own, which the device draws (`draw_given.wgsl` says out of
//! what). G is given z, the kept numbers and the mask, and D the completed picture and the mask. D cannot tell by what is kept, so G answers for what is
//! hidden only. A game without completion records nothing of this.

use crate::data::{Dataset, Shape};
use crate::error::{Error, Result};
use crate::gan::condition::Condition;
use crate::gan::inverse::Mask;
use crate::gan::{Config, Game, Player};
use crate::nn::{columns, shapes};
use crate::plan::{Recorder, Tensor, Work};

impl Config {
    /// Numbers that G makes, where it completes pictures: what is given to it, the kept numbers and the mask, is twice as many. 0 in other games.
    pub(super) fn completed(&self) -> u32 {
        if !self.train.completion {
            return 0;
        }
        // The first layer has units, so that what G gives out does not depend on what it takes in.
        let layers = shapes("generator", &self.generator.layers, self.prior.size.into());
        layers.ok().and_then(|layers| layers.last().map(|layer| layer.output.numbers())).unwrap_or(0)
    }

    /// Checks that both players have room for what they are given.
    pub(super) fn check_completion(&self) -> Result<()> {
        if !self.train.completion {
            return Ok(());
        }
        for (set, key) in [(self.train.conditional.is_some(), "conditional"), (self.train.inference, "inference")] {
            if set {
                return Err(Error::Config(format!(
                    "train.completion and train.{key} are both set, but the players are told either of the two: remove one"
                )));
            }
        }
        if self.report.monitor_every > 0 {
            return Err(Error::Config(format!(
                "report.monitor_every is {}, but the monitor reads samples of a generator that starts from z alone, and train.completion is set: set it to 0",
                self.report.monitor_every
            )));
        }
        for player in Player::BOTH {
            let (key, network) = (player.key(), player.of(self));
            if network.extends.is_some() || network.inherited.is_some() {
                return Err(Error::Config(format!(
                    "train.completion is set, and {key}.extends another run, whose layers are given less: remove one of the two"
                )));
            }
        }
        // D is given the mask as further channels.
        self.check_room(Player::Generator, "train.completion puts a picture and its mask")
    }

    /// Refuses a generator that completes pictures where one is needed that starts from z alone.
    /// # Errors
    /// if it is one.
    pub fn check_starts_from_noise(&self) -> Result<()> {
        if self.train.completion {
            return Err(Error::Config(
                "the generator completes pictures (train.completion) and makes none out of z alone: `gander inpaint RUN --mask right` shows what it makes"
                    .into(),
            ));
        }
        Ok(())
    }
}

/// The shape of what is completed, where something is.
/// # Errors
/// if an example has not two rows and two columns, of which half can be hidden.
pub(super) fn shape_of(config: &Config, name: &str, shape: Shape) -> Result<Option<Shape>> {
    let Shape { width, height, channels } = shape;
    match config.train.completion {
        true if width < 2 || height < 2 => Err(Error::Config(format!(
            "train.completion hides a part of a picture, and an example of `{name}` is {channels}×{height}×{width}, channels × rows × columns: it takes two rows and two columns at least"
        ))),
        completes => Ok(completes.then_some(shape)),
    }
}

impl Game {
    /// Records what the examples of D's last minibatch in this iteration are told, under fresh masks, for G's step.
    pub(super) fn given_again(&self, rec: &mut Recorder, shape: Shape) -> Condition {
        let x = rec.tensor("x", [self.m, self.data.dimensions()]);
        self.data.draw(rec, self.k - 1, &x);
        self.given(rec, shape, &x)
    }

    /// Records what the players are told of examples x, under a mask drawn for each.   x: m×n.
    pub(super) fn given(&self, rec: &mut Recorder, shape: Shape, x: &Tensor) -> Condition {
        let salt = rec.salt();
        Condition::Given(draw_given(rec, &self.clock, shape, x, salt))
    }
}

/// Records the draw of a mask for each example, whose purpose is given, and what it keeps: (x⊙μ, μ).   x: m×n, result: m×2n.
/// # Panics
/// if examples of this shape have not n numbers.
#[track_caller]
pub fn draw_given(rec: &mut Recorder, clock: &Tensor, shape: Shape, x: &Tensor, salt: u32) -> Tensor {
    assert!(shape.dimensions() == x.cols(), "{x} holds no examples of {shape:?}");
    let given = rec.tensor("given", [x.rows(), 2 * x.cols()]);
    rec.dispatch("draw_given")
        .bind("clock", clock)
        .bind("x", x)
        .bind("given", &given)
        .argument("m", x.rows())
        .argument("channels", shape.channels)
        .argument("height", shape.height)
        .argument("width", shape.width)
        .argument("salt", salt)
        .work(Work::Flat(x.len()))
        .record();
    given
}

/// Records that what is kept takes its place in what G made, y ← μ⊙x + (1 − μ)⊙y. Nobody asks afterwards what G made there: of that its gradient is zero.
/// y: m×n, given: m×2n.
pub fn keep(rec: &mut Recorder, y: &Tensor, given: &Tensor) {
    rec.dispatch("keep_given")
        .bind("given", given)
        .bind("y", y)
        .argument("count", y.len())
        .argument("n", y.cols())
        .work(Work::Flat(y.len()))
        .record();
}

/// Records ∂L/∂G out of ∂L/∂(x', μ): that by x', and zero where x' is kept.   dy: m×2n, given: m×2n, result: m×n.
pub fn forget(rec: &mut Recorder, dy: &Tensor, given: &Tensor) -> Tensor {
    let dx = columns::part(rec, dy, 0..dy.cols() / 2);
    rec.dispatch("forget_given")
        .bind("given", given)
        .bind("dx", &dx)
        .argument("count", dx.len())
        .argument("n", dx.cols())
        .work(Work::Flat(dx.len()))
        .record();
    dx
}

/// What G is given beside z of pictures x, with one mask for all of them.   x: count×n, weights: n numbers, 1 where one is kept, result: count×2n.
pub fn given(x: &[f32], weights: &[f32]) -> Vec<f32> {
    let kept = |row: &[f32]| row.iter().zip(weights).map(|(x, w)| x * w).chain(weights.iter().copied()).collect::<Vec<f32>>();
    x.chunks_exact(weights.len()).flat_map(kept).collect()
}

/// What G is given on sheets: the first training examples, of which the right half, the left, the upper, the lower, and the middle are hidden by turns;
/// nothing in a game that completes nothing.   result: count×2n.
pub(super) fn given_on_sheets(config: &Config, dataset: &Dataset) -> Result<Vec<f32>> {
    if !config.train.completion {
        return Ok(vec![]);
    }
    let shape = dataset.shape;
    let masks = [Mask::Right, Mask::Left, Mask::Top, Mask::Bottom, Mask::Center(shape.width.min(shape.height) / 2)];
    let first = dataset.train.start..dataset.train.end.min(dataset.train.start.saturating_add(config.report.samples));
    let x = dataset.rows(first);
    let rows = x.chunks_exact(dataset.dimensions() as usize).zip(masks.into_iter().cycle());
    let rows: Vec<Vec<f32>> = rows.map(|(x, mask)| Ok(given(x, &mask.weights(shape, config.seed)?))).collect::<Result<_>>()?;
    Ok(rows.concat())
}

/// Rows of z with what is given beside them, again from the beginning where there is less of it.   z: count×size, given: rows×2n.
pub fn beside_given(z: &[f32], size: usize, given: &[f32], width: usize) -> Vec<f32> {
    z.chunks_exact(size).zip(given.chunks_exact(width).cycle()).flat_map(|(z, given)| z.iter().chain(given).copied()).collect()
}

/// What is kept in its place in what was made.   made: count×n, given: rows×2n, again from the beginning where there is less of it.
pub fn kept(made: &[f32], given: &[f32], n: usize) -> Vec<f32> {
    let rows = made.chunks_exact(n).zip(given.chunks_exact(2 * n).cycle());
    rows.flat_map(|(made, given)| (0..n).map(move |i| if given[n + i] > 0.0 { given[i] } else { made[i] })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::preset;

    fn parsed(name: &str, settings: &[&str]) -> Result<Config> {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        Config::parse(preset(name).expect("it is embedded").toml, &settings)
    }

    #[test]
    fn what_is_given_stands_beside_its_noise_and_what_is_kept_comes_back() {
        let given = given(&[0.25, 0.5, 0.75, 1.0], &[1.0, 0.0]);
        assert_eq!(given, [0.25, 0.0, 1.0, 0.0, 0.75, 0.0, 1.0, 0.0]);
        let beside = beside_given(&[7.0, 8.0, 9.0], 1, &given, 4);
        assert_eq!(beside, [7.0, 0.25, 0.0, 1.0, 0.0, 8.0, 0.75, 0.0, 1.0, 0.0, 9.0, 0.25, 0.0, 1.0, 0.0]);
        assert_eq!(kept(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], &given, 2), [0.25, 0.2, 0.75, 0.4, 0.25, 0.6]);
    }

    #[test]
    fn both_players_are_as_wide_as_what_they_are_given() {
        let config = parsed("digits-completion", &[]).expect("it is a preset");
        assert_eq!(config.generator_input().extent.numbers(), 100 + 2 * 784);
        let picture = crate::nn::Extent { channels: 3, height: 28, width: 28 };
        assert_eq!(config.discriminator_input(picture).extent, crate::nn::Extent { channels: 6, ..picture });
    }

    #[test]
    fn a_game_that_cannot_complete_pictures_is_refused() {
        let sets = [
            ("digits-completion", "train.inference=true", "either of the two"),
            ("digits-completion", "train.conditional=10", "either of the two"),
            ("digits-completion", "report.monitor_every=5", "set it to 0"),
            ("cifar10-conv", "train.completion=true", "set it to 0"),
        ];
        for (name, setting, told) in sets {
            let message = parsed(name, &[setting]).expect_err("it is impossible").to_string();
            assert!(message.contains(told), "{setting}: {message}");
        }
        let reshaped = [
            "train.completion=true",
            "report.monitor_every=0",
            "generator.layers=[{ kind = \"reshape\", channels = 1, height = 10, width = 10 }]",
        ];
        let message = parsed("cifar10-conv", &reshaped).expect_err("no room").to_string();
        assert!(message.contains("has no room for it"), "{message}");
        let config = parsed("digits-completion", &[]).expect("it is a preset");
        let message = shape_of(&config, "points", Shape { width: 2, height: 1, channels: 1 }).expect_err("no picture").to_string();
        assert!(message.contains("1×1×2") && message.contains("two rows"), "{message}");
    }
}
