//! Chance: as burn draws it, or as gander drew it.

use crate::game::{EXAMPLES, NOISE, PIXELS};
use crate::reference::Reference;
use burn::tensor::{Device, Distribution, Int, Tensor};
use std::collections::VecDeque;

/// All that an iteration leaves to chance, in the order of its use.
pub trait Chance {
    /// A minibatch.
    fn x(&mut self) -> Tensor<2>;
    /// Noise.
    fn z(&mut self) -> Tensor<2>;
    /// h·mask/keep.
    fn dropout(&mut self, h: Tensor<2>, keep: f64) -> Tensor<2>;
}

/// Chance as burn draws it, over random pixels in the place of MNIST's.
pub struct Drawn {
    batch: usize,
    device: Device,
    pixels: Tensor<2>,
    order: Vec<i32>,
    position: usize,
    words: u64,
}

/// Examples that are held: as f32 they fit the 128 MiB that every adapter binds.
const HELD: usize = EXAMPLES / 5;

impl Drawn {
    pub fn new(batch: usize, device: &Device) -> Drawn {
        let pixels = Tensor::random([HELD, PIXELS], Distribution::Uniform(0.0, 1.0), device);
        Drawn { batch, device: device.clone(), pixels, order: (0..HELD as i32).collect(), position: HELD, words: 1 }
    }

    /// Fisher and Yates, by the generator of Knuth's MMIX.
    fn shuffle(&mut self) {
        for last in (1..self.order.len()).rev() {
            self.words = self.words.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.order.swap(last, (self.words >> 33) as usize % (last + 1));
        }
    }
}

impl Chance for Drawn {
    fn x(&mut self) -> Tensor<2> {
        if self.position + self.batch > HELD {
            self.shuffle();
            self.position = 0;
        }
        let chosen = &self.order[self.position..self.position + self.batch];
        self.position += self.batch;
        self.pixels.clone().select(0, Tensor::<1, Int>::from_ints(chosen, &self.device))
    }

    fn z(&mut self) -> Tensor<2> {
        Tensor::random([self.batch, NOISE], Distribution::Uniform(-3f64.sqrt(), 3f64.sqrt()), &self.device)
    }

    fn dropout(&mut self, h: Tensor<2>, keep: f64) -> Tensor<2> {
        let mask = Tensor::random(h.shape(), Distribution::Bernoulli(keep), &self.device);
        h * mask.mul_scalar(1.0 / keep)
    }
}

/// Chance as gander drew it in one iteration.
pub struct Given(VecDeque<Tensor<2>>);

impl Given {
    pub fn new(reference: &Reference, iteration: usize, device: &Device) -> Result<Given, String> {
        let order = ["x.0", "z.0", "mask.0", "mask.1", "mask.2", "z.1", "mask.3", "mask.4", "mask.5"];
        let arrays = order.map(|name| reference.matrix(&format!("{iteration}.{name}"), device));
        arrays.into_iter().collect::<Result<_, _>>().map(Given)
    }

    fn next(&mut self) -> Tensor<2> {
        self.0.pop_front().expect("an iteration uses what one uses")
    }
}

impl Chance for Given {
    fn x(&mut self) -> Tensor<2> {
        self.next()
    }

    fn z(&mut self) -> Tensor<2> {
        self.next()
    }

    fn dropout(&mut self, h: Tensor<2>, keep: f64) -> Tensor<2> {
        h * self.next().mul_scalar(1.0 / keep)
    }
}
