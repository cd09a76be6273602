//! Options of the game. The recipes call these where an option has its place; a game that asks for none is recorded as if they were not there.
//!
//! All but clipping and diversity are the published code's (Goodfellow's adversarial/__init__.py, `AdversaryCost2` and `AdversaryPair`; its names are given below).

use crate::gan::condition::Condition;
use crate::gan::config::BlendConfig;
use crate::gan::{Game, GameConfig, Noise, Prior};
use crate::nn::{Pass, loss};
use crate::plan::{Recorder, Tensor, Work};

impl Game {
    /// What D is shown instead of rows x: x + σ·n with fresh n ~ N(0, 1), or x itself where there is no instance noise (`noise_both`).
    pub(super) fn shown(&self, rec: &mut Recorder, x: &Tensor) -> Tensor {
        let Some(sigma) = self.options.instance_noise else { return x.clone() };
        let noise = Prior::new(Noise::Gaussian, x.cols(), &self.clock).draw(rec, x.rows());
        let y = rec.tensor(&format!("noisy {}", x.name()), [x.rows(), x.cols()]);
        rec.dispatch("perturb")
            .bind("x", x)
            .bind("z", &noise)
            .bind("y", &y)
            .argument("count", x.len())
            .argument("sigma", sigma)
            .work(Work::Flat(x.len()))
            .flops(2 * u64::from(x.len()))
            .record();
        y
    }

    /// D's judgement of what G has made, for G's step, or of what E has, for E's: as D is trained, or without its dropout (`no_drop_in_d_for_g`).
    pub(super) fn judge_forged(&self, rec: &mut Recorder, forged: &Tensor) -> Pass {
        match self.options.generator_dropout {
            true => self.discriminator.forward(rec, forged),
            false => self.discriminator.evaluate_pass(rec, forged),
        }
    }

    /// Records the gradient of G's loss by D's logits of what G has made: the loss of the configuration, or both forms of cross-entropy blended
    /// (`blend_obj`), where V has the weight that D's loss has in the recipe.
    pub(super) fn generator_loss(&self, rec: &mut Recorder, a: &Tensor, coefficient: f32) -> Tensor {
        let GameConfig { blend, loss, generator_loss, .. } = self.options;
        match blend {
            Some(BlendConfig { non_saturating, minimax }) => {
                let sum = non_saturating + minimax;
                loss::blend(rec, a, [non_saturating / sum, coefficient * minimax / sum], &self.g_tally)
            }
            None => loss::generator(rec, a, loss, generator_loss, &self.g_tally),
        }
    }

    /// Records that what G has made is pushed away from what it makes of other z under the same condition: ∂/∂G(z) of −λ/m Σ 1/n ‖G(z) − G(z′)‖₁ is added to
    /// dx, twice. z and z′ may change places, so the expected gradient by G's parameters through both is twice that through one, and z′ needs no way back.
    pub(super) fn diversify(&self, rec: &mut Recorder, condition: &Condition, made: &Tensor, dx: &Tensor) {
        let Some(lambda) = self.options.diversity else { return };
        let z = self.prior.draw(rec, made.rows());
        let z = condition.beside_noise(rec, &z);
        let other = self.generator.forward(rec, &z);
        condition.keep(rec, other.output());
        rec.dispatch("diversify")
            .bind("x", made)
            .bind("other", other.output())
            .bind("dx", dx)
            .argument("count", dx.len())
            .argument("share", 2.0 * lambda / dx.len() as f32)
            .work(Work::Flat(dx.len()))
            .flops(3 * u64::from(dx.len()))
            .record();
        // Where G rests, it does not follow this either.
        self.rest_generator(rec, dx);
    }

    /// The gradient by G's output that G is to follow: dx scaled up to the target norm where it is smaller (`scale_grads`, `target_scale`), and zero in
    /// minibatches that are not G's (`Cycler`). The chain rule is linear, so that it scales G's gradients by the same factor.
    pub(super) fn steer(&self, rec: &mut Recorder, dx: Tensor) -> Tensor {
        let GameConfig { generator_gradient_norm: norm, generator_every: every, .. } = self.options;
        if norm.is_none() && every.is_none() {
            return dx;
        }
        let factor = rec.tensor("factor", [1, 1]);
        rec.dispatch("scale_factor")
            .bind("clock", &self.clock)
            .bind("dx", &dx)
            .bind("factor", &factor)
            .argument("count", dx.len())
            // Every norm has reached 0.
            .argument("target_norm", norm.unwrap_or(0.0))
            .argument("every", every.unwrap_or(1))
            .flops(2 * u64::from(dx.len()))
            .record();
        let steered = rec.tensor(&format!("steered {}", dx.name()), [dx.rows(), dx.cols()]);
        rec.dispatch("scale")
            .bind("factor", &factor)
            .bind("x", &dx)
            .bind("y", &steered)
            .argument("count", dx.len())
            .work(Work::Flat(dx.len()))
            .record();
        steered
    }

    /// Records one update of G by its gradient, after which the averages of its parameters follow.
    pub(super) fn update_generator(&self, rec: &mut Recorder) {
        self.g_optimizer.step(rec, &self.generator, 0);
        if let Some(decay) = self.average {
            self.generator.follow(rec, decay);
        }
    }

    /// Records update number `step` of D in this iteration by its gradient, and what a configuration wants done to its parameters after it: shrinking (`shrink_d`), clipping.
    pub(super) fn update_discriminator(&self, rec: &mut Recorder, step: u32) {
        let d = &self.discriminator;
        self.d_optimizer.step(rec, d, step);
        if let Some(factor) = self.options.shrink_d {
            d.shrink(rec, factor);
        }
        if let Some(limit) = self.options.clip {
            d.clip(rec, limit);
        }
    }
}
