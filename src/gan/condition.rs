//! What both players are told beside z and beside an example: nothing in the game of the paper, the label in a conditional one, and what is kept of an example,
//! with its mask, where G completes pictures.

use crate::data::labels;
use crate::gan::{Game, completion};
use crate::nn::columns;
use crate::plan::{Recorder, Tensor};

/// What the rows of a minibatch are told.
pub(super) enum Condition {
    /// Nothing.
    Nothing,
    /// A label each, one of so many classes.   labels: 1×m.
    Label { labels: Tensor, classes: u32 },
    /// What is kept of an example of n numbers each, and its mask.   m×2n.
    Given(Tensor),
}

impl Game {
    /// Records what goes with the examples x that were chosen.   chosen: 1×m, x: m×n.
    pub(super) fn condition(&self, rec: &mut Recorder, chosen: &Tensor, x: &Tensor) -> Condition {
        if let Some(shape) = self.completes {
            return self.given(rec, shape, x);
        }
        self.label_of(rec, |_, _| chosen.clone())
    }

    /// Records what goes with the examples of D's last minibatch in this iteration, for G's step.
    pub(super) fn condition_again(&self, rec: &mut Recorder) -> Condition {
        if let Some(shape) = self.completes {
            return self.given_again(rec, shape);
        }
        self.label_of(rec, |game, rec| game.data.choose(rec, game.k - 1, game.m))
    }

    fn label_of(&self, rec: &mut Recorder, chosen: impl Fn(&Game, &mut Recorder) -> Tensor) -> Condition {
        let Some((labels, classes)) = self.labels.as_ref().zip(self.options.conditional) else { return Condition::Nothing };
        let chosen = chosen(self, rec);
        Condition::Label { labels: labels.draw(rec, &chosen), classes }
    }
}

impl Condition {
    /// Records what G is given of z: (z, c), (z, x⊙μ, μ), or z itself.
    pub fn beside_noise(&self, rec: &mut Recorder, z: &Tensor) -> Tensor {
        match self {
            Condition::Nothing => z.clone(),
            Condition::Label { labels, classes } => labels::join(rec, z, labels, *classes),
            Condition::Given(given) => columns::join(rec, z, given),
        }
    }

    /// Records that what is given of the examples takes its place in what G made.   made: m×n.
    pub fn keep(&self, rec: &mut Recorder, made: &Tensor) {
        if let Condition::Given(given) = self {
            completion::keep(rec, made, given);
        }
    }

    /// Records what D is given of rows x: (x, c), (x, μ), or x itself. Of 2m rows, the second m are told what the first are.
    pub fn beside_examples(&self, rec: &mut Recorder, x: &Tensor) -> Tensor {
        match self {
            Condition::Nothing => x.clone(),
            Condition::Label { labels, classes } => labels::join(rec, x, labels, *classes),
            Condition::Given(given) => {
                let mask = columns::part(rec, given, x.cols()..2 * x.cols());
                if x.rows() == mask.rows() {
                    return columns::join(rec, x, &mask);
                }
                let both = rec.tensor(&format!("{} beside masks", x.name()), [x.rows(), 2 * x.cols()]);
                let ((upper, lower), (to_upper, to_lower)) = (x.halves(), both.halves());
                columns::join_into(rec, &upper, &mask, &to_upper);
                columns::join_into(rec, &lower, &mask, &to_lower);
                both
            }
        }
    }

    /// Records ∂L/∂G out of the gradient by what D was given: none by the condition, and none by what is kept.
    pub fn without(&self, rec: &mut Recorder, dy: &Tensor) -> Tensor {
        match self {
            Condition::Nothing => dy.clone(),
            Condition::Label { classes, .. } => columns::part(rec, dy, 0..dy.cols() - classes),
            Condition::Given(given) => completion::forget(rec, dy, given),
        }
    }
}
