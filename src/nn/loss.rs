//! The losses of the game, by D's logits: softplus, never log(sigmoid). Beside them the loss of a classifier, by its logits, and the squared error.
//!
//! Each records its gradient by the logits and a tally for the metrics. What the players descend is a hook: one small shader per loss.

use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Serialize};

/// What both players descend, as functions of a logit a.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// D: softplus(-a) of real rows, softplus(a) of fake ones (Goodfellow et al. 2014). G has a choice, [`GeneratorLoss`].
    #[default]
    CrossEntropy,
    /// D: max(0, 1 - a) of real rows, max(0, 1 + a) of fake ones; G: -a (Lim & Ye 2017, "Geometric GAN").
    Hinge,
    /// D: (a - 1)²/2 of real rows, a²/2 of fake ones; G: (a - 1)²/2 (Mao et al. 2017, "Least Squares Generative Adversarial Networks").
    LeastSquares,
    /// D: -a of real rows, a of fake ones; G: -a (Arjovsky et al. 2017, "Wasserstein GAN"). D's parameters have to be clipped.
    Wasserstein,
}

/// What the generator descends where the discriminator descends cross-entropy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GeneratorLoss {
    /// 1/m Σ log(1 - D(G(z))): Algorithm 1.
    Minimax,
    /// -1/m Σ log D(G(z)): section 3, "provides much stronger gradients early in learning".
    #[default]
    NonSaturating,
}

impl Loss {
    fn hook(self) -> &'static str {
        match self {
            Loss::CrossEntropy => "loss/cross_entropy",
            Loss::Hinge => "loss/hinge",
            Loss::LeastSquares => "loss/least_squares",
            Loss::Wasserstein => "loss/wasserstein",
        }
    }

    /// The logit above which D takes a row for real (`BOUNDARY` of the shaders).
    fn boundary(self) -> f32 {
        match self {
            Loss::CrossEntropy | Loss::Hinge | Loss::Wasserstein => 0.0,
            Loss::LeastSquares => 0.5,
        }
    }

    /// The same with G's own form of it, where it has several.
    fn generator_hook(self, form: GeneratorLoss) -> &'static str {
        if self == Loss::CrossEntropy { form.hook() } else { self.hook() }
    }
}

impl GeneratorLoss {
    fn hook(self) -> &'static str {
        match self {
            GeneratorLoss::Minimax => "generator_loss/minimax",
            GeneratorLoss::NonSaturating => "generator_loss/non_saturating",
        }
    }
}

/// Records the gradient of coefficient·(loss of real + loss of fake) by the logits of m real rows over m fake ones.   a, da: 2m×1, tally: 1×6.
#[track_caller]
pub fn discriminator(rec: &mut Recorder, a: &Tensor, loss: Loss, coefficient: f32, tally: &Tensor) -> Tensor {
    assert!(a.cols() == 1 && a.rows().is_multiple_of(2), "{a} is no column of logits of real over fake");
    let da = rec.tensor("da", [a.rows(), 1]);
    rec.dispatch_hooked("loss_discriminator", loss.hook())
        .bind("a", a)
        .bind("da", &da)
        .bind("tally", tally)
        .argument("m", a.rows() / 2)
        .argument("coefficient", coefficient)
        .flops(u64::from(a.rows()))
        .record();
    da
}

/// Records the gradient of G's loss, in its form where there are several, by the logits of m forged rows.   a, da: m×1, tally: 1×1.
#[track_caller]
pub fn generator(rec: &mut Recorder, a: &Tensor, loss: Loss, form: GeneratorLoss, tally: &Tensor) -> Tensor {
    of_mirrored(rec, a, loss.generator_hook(form), [0.0, 1.0], tally)
}

/// Records the gradient of E's loss by the logits of m real rows beside their codes: G's loss of the logit that lies on the other side of D's boundary b,
/// L_E(a) = L_G(2b - a). E wants D to take (x, E(x)) for forged as G wants it to take (G(z), z) for real: for cross-entropy log D(x, E(x)) is descended, or
/// log(1 - D(x, E(x))) ascended, and least squares go to the label of fake rows.   a, da: m×1, tally: 1×1.
#[track_caller]
pub fn encoder(rec: &mut Recorder, a: &Tensor, loss: Loss, form: GeneratorLoss, tally: &Tensor) -> Tensor {
    of_mirrored(rec, a, loss.generator_hook(form), [2.0 * loss.boundary(), -1.0], tally)
}

/// Records the gradient of G's loss of shift + sign·a.
#[track_caller]
fn of_mirrored(rec: &mut Recorder, a: &Tensor, hook: &str, [shift, sign]: [f32; 2], tally: &Tensor) -> Tensor {
    assert!(a.cols() == 1, "{a} is no column of logits");
    let da = rec.tensor("da", [a.rows(), 1]);
    rec.dispatch_hooked("loss_generator", hook)
        .bind("a", a)
        .bind("da", &da)
        .bind("tally", tally)
        .argument("m", a.rows())
        .argument("shift", shift)
        .argument("sign", sign)
        .flops(u64::from(a.rows()))
        .record();
    da
}

/// Records the gradient of both forms of G's cross-entropy at once, 1/m Σ [u·softplus(-a_i) - v·softplus(a_i)] with the weights (u, v), by the logits of m
/// forged rows.   a, da: m×1, tally: 1×1.
#[track_caller]
pub fn blend(rec: &mut Recorder, a: &Tensor, [non_saturating, minimax]: [f32; 2], tally: &Tensor) -> Tensor {
    assert!(a.cols() == 1, "{a} is no column of logits");
    let da = rec.tensor("da", [a.rows(), 1]);
    rec.dispatch("loss_blend")
        .bind("a", a)
        .bind("da", &da)
        .bind("tally", tally)
        .argument("m", a.rows())
        .argument("non_saturating", non_saturating)
        .argument("minimax", minimax)
        .flops(u64::from(a.rows()))
        .record();
    da
}

/// Records the gradient of the cross-entropy of labels, -1/m Σ log softmax(a_i)_label(i), by the logits.   a, da: m×classes, labels: 1×m words below
/// classes, tally: 1×2 (the loss, the share judged right).
#[track_caller]
pub fn softmax(rec: &mut Recorder, a: &Tensor, labels: &Tensor, tally: &Tensor) -> Tensor {
    let da = rec.tensor("da", [a.rows(), a.cols()]);
    softmax_into(rec, a, labels, &da, tally);
    da
}

/// The same, whose gradient goes to da.
#[track_caller]
pub fn softmax_into(rec: &mut Recorder, a: &Tensor, labels: &Tensor, da: &Tensor, tally: &Tensor) {
    assert!(labels.len() == a.rows(), "{labels} is not one label for each row of {a}");
    assert!(da.rows() == a.rows() && da.cols() == a.cols(), "{da} takes no gradient by {a}");
    rec.dispatch("loss_softmax")
        .bind("a", a)
        .bind("labels", labels)
        .bind("da", da)
        .bind("tally", tally)
        .argument("m", a.rows())
        .argument("classes", a.cols())
        .flops(u64::from(a.len()))
        .record();
}

/// Records a_i = log Σ_c exp(l_ic), the logit of "real" where D has a logit for each of K classes and that of "fake" is always 0 (Salimans et al. 2016,
/// "Improved Techniques for Training GANs", section 5).   l: m×K, result: m×1.
pub fn log_sum_exp(rec: &mut Recorder, l: &Tensor) -> Tensor {
    let a = rec.tensor("a", [l.rows(), 1]);
    rec.dispatch("log_sum_exp")
        .bind("l", l)
        .bind("a", &a)
        .argument("m", l.rows())
        .argument("classes", l.cols())
        .work(Work::Flat(l.rows()))
        .flops(u64::from(l.len()))
        .record();
    a
}

/// Records its gradient, dl_ic = da_i·exp(l_ic - a_i).   l, dl: m×K, a, da: m×1.
/// # Panics
/// if a shape does not fit.
#[track_caller]
pub fn log_sum_exp_gradient(rec: &mut Recorder, l: &Tensor, a: &Tensor, da: &Tensor, dl: &Tensor) {
    assert!(a.len() == l.rows() && da.len() == l.rows(), "{a} and {da} are not one number for each row of {l}");
    assert!(dl.rows() == l.rows() && dl.cols() == l.cols(), "{dl} takes no gradient by {l}");
    rec.dispatch("log_sum_exp_gradient")
        .bind("l", l)
        .bind("a", a)
        .bind("da", da)
        .bind("dl", dl)
        .argument("m", l.rows())
        .argument("classes", l.cols())
        .work(Work::Flat(l.len()))
        .record();
}

/// Records the gradient of coefficient·Σ_i L_i by y, and the losses L_i = 1/2 Σ_j w_j·(y_ij - x_ij)² of all rows.   y, x, dy: m×n, w: 1×n, losses: 1×m.
/// # Panics
/// if a shape does not fit.
#[track_caller]
pub fn squares(rec: &mut Recorder, y: &Tensor, x: &Tensor, w: &Tensor, coefficient: f32, losses: &Tensor) -> Tensor {
    let (m, n) = (y.rows(), y.cols());
    assert!(x.rows() == m && x.cols() == n, "{x} is not what {y} can be compared with");
    assert!(w.len() == n && losses.len() == m, "{w} and {losses} are not one number for each column and each row of {y}");
    let dy = rec.tensor(&format!("d {}", y.name()), [m, n]);
    let workgroup = rec.kernel("loss_squares", None).workgroup;
    rec.dispatch("loss_squares")
        .bind("y", y)
        .bind("x", x)
        .bind("w", w)
        .bind("dy", &dy)
        .bind("losses", losses)
        .argument("m", m)
        .argument("n", n)
        .argument("coefficient", coefficient)
        .work(Work::Flat(m * workgroup))
        .flops(5 * u64::from(y.len()))
        .record();
    dy
}
