//! The game: both players, and one iteration of Algorithm 1.

use crate::chance::Chance;
use burn::tensor::activation::{relu, sigmoid, softplus};
use burn::tensor::{Device, Distribution, Tensor};

/// Examples in an epoch: momentum's schedule counts epochs.
pub const EXAMPLES: usize = 50_000;
pub const PIXELS: usize = 784;
pub const NOISE: usize = 100;
pub const UNITS: usize = 240;
pub const PIECES: usize = 5;
const HIDDEN: usize = 1200;
const KEEP: [f64; 3] = [0.8, 0.5, 0.5];

/// A player's parameters, weights and biases by turns, and their velocities.
#[derive(Clone)]
pub struct Player {
    pub theta: Vec<Tensor<2>>,
    pub velocity: Vec<Tensor<2>>,
}

impl Player {
    /// A player at its beginning. The marginals of random data are flat, so all biases are zero.
    pub fn initial(name: &str, device: &Device) -> Player {
        let (irange, shapes) = match name {
            "G" => (0.05, [[NOISE, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN, PIXELS]]),
            _ => (0.005, [[PIXELS, UNITS * PIECES], [UNITS, UNITS * PIECES], [UNITS, 1]]),
        };
        let layer =
            |[n, p]: [usize; 2]| [Tensor::random([n, p], Distribution::Uniform(-irange, irange), device), Tensor::zeros([1, p], device)];
        let theta: Vec<Tensor<2>> = shapes.into_iter().flat_map(layer).collect();
        let velocity = theta.iter().map(Tensor::zeros_like).collect();
        Player { theta, velocity }
    }

    /// The L2 distance of two players' parameters.
    pub fn distance(&self, other: &Player) -> f64 {
        let pairs = self.theta.iter().zip(&other.theta);
        let squares = pairs.map(|(a, b)| f64::from((a.clone() - b.clone()).square().sum().into_scalar::<f32>()));
        squares.sum::<f64>().sqrt()
    }

    /// The parameters, so that gradients by them are kept.
    fn tracked(&self) -> Vec<Tensor<2>> {
        self.theta.iter().map(|parameter| parameter.clone().autodiff().require_grad()).collect()
    }

    /// v ← momentum·v - rate·g; θ ← θ + v. The gradients are those of rate·loss.
    fn descend(&mut self, loss: &Tensor<1>, tracked: Vec<Tensor<2>>, [rate, momentum]: [f64; 2]) {
        let mut gradients = loss.clone().mul_scalar(rate).backward();
        let scaled = tracked.iter().map(|parameter| parameter.grad_remove(&mut gradients).expect("every parameter is used"));
        let scaled: Vec<Tensor<2>> = scaled.collect();
        // Nobody else may hold them: then they are updated in place.
        drop((tracked, gradients));
        let velocity = std::mem::take(&mut self.velocity).into_iter().zip(scaled);
        self.velocity = velocity.map(|(v, scaled)| v.mul_scalar(momentum) - scaled).collect();
        let theta = std::mem::take(&mut self.theta).into_iter().zip(&self.velocity);
        self.theta = theta.map(|(theta, v)| theta + v.clone()).collect();
    }
}

/// The game, and where it stands.
pub struct Game {
    /// G and D.
    pub players: [Player; 2],
    batch: usize,
    iteration: usize,
    examples: usize,
    /// -1 for real rows, 1 for fake ones.
    sign: Tensor<2>,
}

impl Game {
    pub fn new(players: [Player; 2], batch: usize, iteration: usize, examples: usize) -> Game {
        let device = players[0].theta[0].device();
        let ones = Tensor::<2>::ones([batch, 1], &device);
        Game { players, batch, iteration, examples, sign: Tensor::cat(vec![-ones.clone(), ones], 0) }
    }

    /// Plays one iteration of Algorithm 1. Returns D's loss and G's, which may not be ready.
    pub fn next(&mut self, chance: &mut dyn Chance) -> [Tensor<1>; 2] {
        let rates = self.rates();
        self.iteration += 1;
        let [g, d] = &mut self.players;
        let share = 1.0 / self.batch as f64;

        let (x, z) = (chance.x(), chance.z());
        let pair = Tensor::cat(vec![x, generate(&g.theta, z)], 0);
        let theta = d.tracked();
        let judged = judge(&theta, pair, chance);
        let d_loss = softplus(judged * self.sign.clone(), 1.0).sum().mul_scalar(share);
        d.descend(&d_loss, theta, rates);

        let theta = g.tracked();
        let judged = judge(&d.theta, generate(&theta, chance.z()), chance);
        let g_loss = softplus(-judged, 1.0).sum().mul_scalar(share);
        g.descend(&g_loss, theta, rates);
        [d_loss.inner(), g_loss.inner()]
    }

    /// Learning rate and momentum as gander's shaders/schedule.wgsl has them: the rate falls by the minibatch, momentum rises by the epoch.
    fn rates(&self) -> [f64; 2] {
        let rate = 0.1 * (-(self.iteration as f64) * 1.000004f64.ln()).exp();
        let epoch = self.iteration * self.batch / self.examples;
        [rate.max(1e-6), 0.5 + (0.7 - 0.5) * (epoch as f64 / 249.0).min(1.0)]
    }
}

fn affine(theta: &[Tensor<2>], layer: usize, x: Tensor<2>) -> Tensor<2> {
    x.matmul(theta[2 * layer].clone()) + theta[2 * layer + 1].clone()
}

fn generate(g: &[Tensor<2>], z: Tensor<2>) -> Tensor<2> {
    let h = relu(affine(g, 0, z));
    let h = relu(affine(g, 1, h));
    sigmoid(affine(g, 2, h))
}

/// D's logits.
fn judge(d: &[Tensor<2>], x: Tensor<2>, chance: &mut dyn Chance) -> Tensor<2> {
    let m = x.dims()[0];
    let maxout = |h: Tensor<2>| h.reshape([m, PIECES, UNITS]).max_dim(1).reshape([m, UNITS]);
    let h = maxout(affine(d, 0, chance.dropout(x, KEEP[0])));
    let h = maxout(affine(d, 1, chance.dropout(h, KEEP[1])));
    affine(d, 2, chance.dropout(h, KEEP[2]))
}
