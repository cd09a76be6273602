//! Section 4 of the paper, checked by experiment.
//!
//! * (a) Proposition 1: for fixed G, D trained to its best is D* = p_data/(p_data + p_g). G is an affine map of Gaussian noise, so p_g is known; p_data is a
//!   mixture of Gaussians.
//! * (b) Theorem 1: what that D is worth, max_D V, is −log 4 + 2·JSD(p_data ‖ p_g).
//! * (c) The whole game on a line: JSD → 0, V → −log 4, D → ½.
//!
//! All integrals are sums over fine cells; V is taken by D's logits without dropout. (d), the same bound on pictures, is [`critic`](crate::eval::critic).

use crate::data::{Dataset, Shape, Values};
use crate::error::Result;
use crate::eval::cells::{Axis, Cells};
use crate::eval::figure1::{Moment, Viewer, train_through};
use crate::eval::mixture::{Component, Mixture};
use crate::eval::optimum::{Gap, best_discriminator, best_value, gap, value};
use crate::gan::{Config, Player, Trainer};
use crate::host::Real;
use crate::plan::Device;
use serde::Serialize;

/// max_D V must be found to within this, in nats.
pub const VALUE: f64 = 0.01;

/// What mean |D − D*| may be. A D that is worth c nats less than D* has a root mean square of D − D* of at most √(c/4) (Pinsker's inequality, point by
/// point), which is 0.05 for c = [`VALUE`]; this is half of it.
pub const MEAN_GAP: f64 = 0.025;

/// What |D − D*| may be anywhere in the region of 99 % of the mass: four times the mean, for at its rim D sees one point in a hundred.
pub const LARGEST_GAP: f64 = 0.1;

/// JSD(p_data ‖ p_g) at the end of the game: that of two Gaussians of one width whose means are 0.4 deviations apart. A bounded z cannot reach a Gaussian's
/// tails, so it does not become 0.
pub const DIVERGENCE: f64 = 0.02;

/// |V + log 4| at the end: 2·[`DIVERGENCE`], as theorem 1 has it for the best D.
pub const FROM_EQUILIBRIUM: f64 = 2.0 * DIVERGENCE;

/// Mean |D − ½| at the end. For D* it is half the total variation between p_data and p_g, and that is at most √(2·JSD): √(2·0.02)/2.
pub const FROM_HALF: f64 = 0.1;

/// Points that stand for p_data.
const EXAMPLES: u32 = 1 << 17;
/// Cells of a line, and along each axis of a plane.
const CELLS: [usize; 2] = [2000, 100];
/// Cells reach so many deviations beyond the outermost means.
const DEVIATIONS: f64 = 5.0;
/// Moments of the whole game.
const MOMENTS: u32 = 40;

/// A distribution of data, and one that a fixed generator makes.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Both in words.
    pub name: &'static str,
    p_data: Mixture,
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

/// The pairs that (a) and (b) are checked on: other means, other widths, other shapes; on the line and in the plane.
pub fn pairs() -> Vec<Pair> {
    let of = |share: f64, mean: &[f64], deviation: f64| Component { share, mean: mean.into(), deviation: vec![deviation; mean.len()] };
    let pair = |name, p_data: Vec<Component>, mean: &[f64], deviation: &[f64]| Pair {
        name,
        p_data: Mixture(p_data),
        mean: mean.into(),
        deviation: deviation.into(),
    };
    vec![
        pair("N(1, 1) and N(0, 1)", vec![of(1.0, &[1.0], 1.0)], &[0.0], &[1.0]),
        pair("N(0, 0.5²) and N(0, 1)", vec![of(1.0, &[0.0], 0.5)], &[0.0], &[1.0]),
        pair("two modes at ±1.5 and N(0, 1.5²)", vec![of(0.5, &[-1.5], 0.5), of(0.5, &[1.5], 0.5)], &[0.0], &[1.5]),
        pair("plane: N((1, 0), I) and N(0, I)", vec![of(1.0, &[1.0, 0.0], 1.0)], &[0.0, 0.0], &[1.0, 1.0]),
        pair(
            "plane: two modes and N(0, diag(1.5², 1))",
            vec![of(0.5, &[-1.5, 0.0], 0.7), of(0.5, &[1.5, 0.0], 0.7)],
            &[0.0, 0.0],
            &[1.5, 1.0],
        ),
    ]
}

/// What was found for one pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fixed {
    /// The pair.
    pub pair: &'static str,
    /// |D − D*|.
    pub gap: Gap,
    /// V of the trained D.
    pub value: f64,
    /// −log 4 + 2·JSD.
    pub best_value: f64,
}

impl Fixed {
    /// Whether proposition 1 shows: D is D*.
    pub fn is_best(&self) -> bool {
        self.gap.mean <= MEAN_GAP && self.gap.most <= LARGEST_GAP
    }

    /// Whether theorem 1 shows: V is −log 4 + 2·JSD.
    pub fn is_worth_it(&self) -> bool {
        (self.value - self.best_value).abs() <= VALUE
    }
}

/// Trains D alone against the fixed generator of a pair, for so many iterations, and holds it against D*.
/// # Errors
/// if the device fails.
pub async fn fixed(device: Box<dyn Device>, pair: &Pair, iterations: u32, now_ms: &dyn Fn() -> f64) -> Result<Fixed> {
    let n = pair.mean.len();
    let settings = [format!("prior.size={n}"), format!("generator.layers.0.units={n}")];
    let config = Config::parse(include_str!("../../assets/theory.toml"), &settings)?;
    let mut trainer = Trainer::new(device, &config, &examples(&pair.p_data, config.seed)?)?;
    hold_still(&mut trainer, pair).await?;
    trainer.advance_alone(Player::Discriminator, iterations, now_ms).await?;

    let p_g = Mixture::gaussian(&pair.mean, &pair.deviation);
    let axis = |d: usize| {
        let ends = [&pair.p_data, &p_g].map(|density| density.extent(d, DEVIATIONS));
        Axis { low: ends[0].0.min(ends[1].0), high: ends[0].1.max(ends[1].1), count: CELLS[n - 1] }
    };
    let cells = Cells((0..n).map(axis).collect());
    let (p, q) = (cells.probabilities(|x| pair.p_data.density(x)), cells.probabilities(|x| p_g.density(x)));
    let middles: Vec<f32> = cells.middles().iter().map(|x| *x as f32).collect();
    let logits: Vec<f64> = trainer.judge(&middles).await?.iter().map(|a| f64::from(*a)).collect();
    let d: Vec<f64> = logits.iter().map(|a| a.sigmoid()).collect();
    Ok(Fixed {
        pair: pair.name,
        gap: gap(&p, &q, &d, &best_discriminator(&p, &q)),
        value: value(&p, &q, &logits),
        best_value: best_value(&p, &q),
    })
}

/// Points of a mixture as a data set that is only trained on.
fn examples(mixture: &Mixture, seed: u32) -> Result<Dataset> {
    let shape = Shape { width: mixture.dimensions() as u32, height: 1, channels: 1 };
    let values = Values::Reals(mixture.draw(EXAMPLES, seed));
    Dataset { name: "mixture".into(), shape, values, labels: None, train: 0..EXAMPLES, valid: 0..0, test: 0..0, preprocess: None }.checked()
}

/// Gives G the weights that make N(mean, deviation²) of Gaussian noise: W is diagonal.
async fn hold_still(trainer: &mut Trainer, pair: &Pair) -> Result<()> {
    let mut state = trainer.state().await?;
    let n = pair.mean.len();
    let w: Vec<f32> = (0..n * n).map(|at| if at / n == at % n { pair.deviation[at % n] as f32 } else { 0.0 }).collect();
    let b: Vec<f32> = pair.mean.iter().map(|mean| *mean as f32).collect();
    for (name, values) in [("G.0.w", w), ("G.0.b", b)] {
        state.tensors.get_mut(name).expect("an affine G has these two").values = values;
    }
    trainer.restore_player(Player::Generator, &state)
}

/// One moment of the whole game.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Iterations that were complete.
    pub iteration: u64,
    /// JSD(p_data ‖ p_g).
    pub divergence: f64,
    /// V(D, G).
    pub value: f64,
    /// Mean |D − ½| under (p_data + p_g)/2.
    pub from_half: f64,
}

/// The whole game, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Whole {
    /// Its moments.
    pub trajectory: Vec<Step>,
}

impl Whole {
    /// The last moment.
    /// # Panics
    /// if there is none.
    pub fn end(&self) -> &Step {
        self.trajectory.last().expect("a game has an end")
    }

    /// Whether the game came to the neighbourhood of its equilibrium, and nearer to it than it began.
    pub fn converges(&self) -> bool {
        let (start, end) = (&self.trajectory[0], self.end());
        let near = end.divergence <= DIVERGENCE && (end.value + 4f64.ln()).abs() <= FROM_EQUILIBRIUM && end.from_half <= FROM_HALF;
        near && end.divergence < start.divergence
    }
}

/// Plays a whole game on a line, such as `gaussian-1d`.
/// # Errors
/// if the game is on no line, or the device fails.
pub async fn whole(device: Box<dyn Device>, config: &Config, dataset: &Dataset, now_ms: &dyn Fn() -> f64) -> Result<Whole> {
    let viewer = Viewer::new(config, dataset)?;
    let mut trainer = Trainer::new(device, config, dataset)?;
    let captured = train_through(&mut trainer, &viewer, u64::from(config.train.iterations), MOMENTS, now_ms).await?;
    let step = |moment: &Moment| {
        let Moment { iteration, divergence, value, from_half, .. } = *moment;
        Step { iteration, divergence, value, from_half }
    };
    Ok(Whole { trajectory: captured.iter().map(|captured| step(&captured.moment)).collect() })
}
