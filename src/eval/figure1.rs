//! Figure 1 of the paper: in one dimension p_data, p_g, D and the map z → x can be seen whole, and held against D* and theorem 1.
//!
//! A [`Moment`] is what one panel shows. [`Viewer::look`] takes it from a game at any time; [`panels`] takes the four that the caption describes.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::eval::cells::{Axis, Cells};
use crate::eval::density::{Steps, by_change_of_variables, estimate, turns};
use crate::eval::mixture::Mixture;
use crate::eval::optimum::{Gap, best_discriminator, gap, jensen_shannon, value};
use crate::gan::{Config, Metrics, Player, State, Trainer};
use crate::host::Real;
use std::ops::ControlFlow;

/// Cells of the axis that is drawn; a replay's rows, so that D is asked once.
const SHOWN: usize = 1000;
/// Cells of the axis that probabilities are added up over.
const COUNTED: usize = 2000;
/// Noise numbers that G is asked for, in even steps.
const STEPS: usize = 4000;
/// Samples behind the density estimate.
const SAMPLES: u32 = 10_000;
/// Lines from z to x, with equal probability of z between each two.
const LINES: usize = 21;
/// The drawn axis reaches so many deviations of the data beyond its mean: 0.006 % of the data lie further out.
const DEVIATIONS: f64 = 4.0;
/// Probabilities are added up at least so far out: 2·10⁻⁹ of the data lie further.
const ALL_DEVIATIONS: f64 = 6.0;

/// What one panel shows, on the drawn axis, and what it amounts to.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Iterations that are complete.
    pub iteration: u64,
    /// The drawn axis; the curves have one value per cell.
    pub axis: Axis,
    /// The density of the data: its formula.
    pub p_data: Vec<f64>,
    /// The density of x = G(z), by a change of variables.
    pub p_g: Vec<f64>,
    /// The density of x = G(z), estimated from samples.
    pub p_g_estimated: Vec<f64>,
    /// D(x), without dropout.
    pub d: Vec<f64>,
    /// D*(x) = p_data/(p_data + p_g).
    pub best: Vec<f64>,
    /// z and G(z), in even steps of probability, and where z begins and ends.
    pub lines: Vec<(f64, f64)>,
    /// Where z lies.
    pub z: (f64, f64),
    /// Places where G turns back: 0 if it is monotone.
    pub turns: usize,
    /// JSD(p_data ‖ p_g), in nats.
    pub divergence: f64,
    /// V(D, G), by quadrature.
    pub value: f64,
    /// How far D is from D*.
    pub gap: Gap,
    /// How far D is from ½, on average under (p_data + p_g)/2.
    pub from_half: f64,
}

/// Looks at games whose data and noise lie on a line.
pub struct Viewer {
    p_data: Mixture,
    steps: Steps,
    seed: u32,
}

impl Viewer {
    /// A viewer of the game of a configuration.
    /// # Errors
    /// if its data or its noise do not lie on a line, or there is no formula for p_data.
    pub fn new(config: &Config, dataset: &Dataset) -> Result<Viewer> {
        let (data, noise) = (dataset.dimensions(), config.prior.size);
        let wanted = "figure 1 is drawn of games on a line, such as `gaussian-1d`";
        if data != 1 || noise != 1 {
            return Err(Error::Config(format!("an example has {data} numbers and z has {noise}; {wanted}")));
        }
        if config.train.inference {
            return Err(Error::Config(
                "the run's D judges pairs (x, z) (train.inference), and figure 1 shows D(x): draw a game without it".into(),
            ));
        }
        let p_data = Mixture::of_line(&dataset.name)
            .ok_or_else(|| Error::Config(format!("there is no formula for the density of `{}`; {wanted}", dataset.name)))?;
        Ok(Viewer { p_data, steps: Steps::new(config.prior.noise, STEPS)?, seed: config.seed })
    }

    /// What a game looks like now.
    /// # Errors
    /// if the device fails, or G gives out what is not finite.
    pub async fn look(&self, trainer: &mut Trainer) -> Result<Moment> {
        let z: Vec<f32> = self.steps.z.iter().map(|z| *z as f32).collect();
        let x = wide(&trainer.generate(&z).await?);
        if let Some(at) = x.iter().position(|x| !x.is_finite()) {
            return Err(Error::Device(format!("G({}) is {}: this generator is broken, draw an earlier checkpoint", z[at], x[at])));
        }
        let samples = trainer.samples(SAMPLES, self.seed).await?;

        let (low, high) = self.p_data.extent(0, ALL_DEVIATIONS);
        let (least, most) = x.iter().fold((low, high), |(low, high), x| (low.min(*x), high.max(*x)));
        let counted = Axis { low: least, high: most, count: COUNTED };
        let p = Cells(vec![counted]).probabilities(|x| self.p_data.density(x));
        let q = by_change_of_variables(&self.steps, &x, &counted);
        let logits = wide(&trainer.judge(&narrow(&counted.middles())).await?);
        let d: Vec<f64> = logits.iter().map(|a| a.sigmoid()).collect();

        let (low, high) = self.p_data.extent(0, DEVIATIONS);
        let shown = Axis { low, high, count: SHOWN };
        let middles = shown.middles();
        let p_data: Vec<f64> = middles.iter().map(|x| self.p_data.density(&[*x])).collect();
        let p_g = density_of(&by_change_of_variables(&self.steps, &x, &shown), shown.width());
        let best = best_discriminator(&p_data, &p_g);
        let judged = trainer.judge(&narrow(&middles)).await?;
        Ok(Moment {
            iteration: trainer.iteration(),
            axis: shown,
            p_g_estimated: estimate(&samples, &middles),
            d: judged.iter().map(|a| f64::from(*a).sigmoid()).collect(),
            lines: self.lines(&x),
            z: (self.steps.z[0], self.steps.z[STEPS - 1]),
            turns: turns(&x),
            divergence: jensen_shannon(&p, &q),
            value: value(&p, &q, &logits),
            gap: gap(&p, &q, &d, &best_discriminator(&p, &q)),
            from_half: gap(&p, &q, &d, &[0.5; COUNTED]).mean,
            p_data,
            p_g,
            best,
        })
    }

    /// z and x at even steps of probability: the first and the last line stand half a step inside.
    fn lines(&self, x: &[f64]) -> Vec<(f64, f64)> {
        let mut below = 0.0;
        let mut lines = vec![];
        for (at, share) in self.steps.shares.iter().enumerate() {
            below += share;
            if below * LINES as f64 >= lines.len() as f64 + 0.5 {
                lines.push((self.steps.z[at + 1], x[at + 1]));
            }
        }
        lines
    }
}

/// Densities on the drawn axis: what lies beyond it was added to its outermost cells, and is left out there.
fn density_of(probabilities: &[f64], width: f64) -> Vec<f64> {
    let mut density: Vec<f64> = probabilities.iter().map(|p| p / width).collect();
    let last = density.len() - 1;
    (density[0], density[last]) = (density[1], density[last - 1]);
    density
}

/// A moment of a training, and the state it was taken from.
pub struct Captured {
    /// What had been learnt.
    pub state: State,
    /// What it looked like.
    pub moment: Moment,
}

/// Trains to an iteration and captures `count` moments: the first before training, the last at the end, and more of them early, where much happens.
/// # Errors
/// if the device fails.
pub async fn train_through(
    trainer: &mut Trainer,
    viewer: &Viewer,
    until: u64,
    count: u32,
    now_ms: &dyn Fn() -> f64,
) -> Result<Vec<Captured>> {
    let mut captured = vec![];
    for frame in 0..count {
        let part = f64::from(frame) / f64::from(count.max(2) - 1);
        let next = (until as f64 * part * part).round() as u64;
        advance(trainer, next, now_ms).await?;
        captured.push(capture(trainer, viewer).await?);
    }
    Ok(captured)
}

/// Captures the moment a trainer stands at.
/// # Errors
/// if the device fails.
pub async fn capture(trainer: &mut Trainer, viewer: &Viewer) -> Result<Captured> {
    Ok(Captured { state: trainer.state().await?, moment: viewer.look(trainer).await? })
}

/// Trains to an iteration; there is nothing to do if it is complete already.
pub(super) async fn advance(trainer: &mut Trainer, until: u64, now_ms: &dyn Fn() -> f64) -> Result<()> {
    let mut go_on = |_: &[Metrics]| ControlFlow::Continue(());
    trainer.advance(until, now_ms, &mut go_on).await.map(drop)
}

/// The game is near convergence, as in panel (a), once the divergence has fallen below this: p_g is similar to p_data, and one can still see that it is
/// not the same. Gaussians of one width and of means 0.7 deviations apart have that.
pub const NEAR: f64 = 0.06;

/// Steps of D alone between panels (a) and (b).
const STEPS_OF_D: u32 = 2000;
/// Steps of G alone between panels (b) and (c): few, for D stands still and G would run past where it leads.
const STEPS_OF_G: u32 = 3;

/// The four panels of Figure 1, out of the moments of one training, at least one.
///
/// (a) is the first of them at which JSD(p_data ‖ p_g) is below [`NEAR`], or the last if none is; (b) is (a) after 2,000 steps of D alone; (c) is (b) after
/// 3 steps of G alone; (d) is the last. The game stands at its end afterwards.
/// # Errors
/// if the device fails.
pub async fn panels(trainer: &mut Trainer, viewer: &Viewer, captured: &[Captured], now_ms: &dyn Fn() -> f64) -> Result<[Moment; 4]> {
    let last = captured.last().expect("there is at least one moment");
    let near = captured.iter().find(|captured| captured.moment.divergence < NEAR).unwrap_or(last);
    trainer.restore(&near.state)?;
    trainer.advance_alone(Player::Discriminator, STEPS_OF_D, now_ms).await?;
    let b = viewer.look(trainer).await?;
    trainer.advance_alone(Player::Generator, STEPS_OF_G, now_ms).await?;
    let c = viewer.look(trainer).await?;
    trainer.restore(&last.state)?;
    Ok([near.moment.clone(), b, c, last.moment.clone()])
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
