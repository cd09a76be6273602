//! The prior p_z: what the generator starts from.

use crate::error::{Error, Result};
use crate::gan::PriorConfig;
use crate::plan::{Recorder, Tensor, Work};
use crate::random::MEANS;
use serde::{Deserialize, Serialize};

/// The distribution of z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// U(-√3, √3), of variance 1.
    Uniform,
    /// U(0, 1): the unit hypercube of Mirza and Osindero (2014). Of mean 1/2 and variance 1/12.
    Hypercube,
    /// N(0, 1).
    Gaussian,
    /// N(0, 1), each vector normalised to length 1.
    Spherical,
    /// (μ_c + N(0, 1))/√2 with c one of `components`, each as likely: a mixture of Gaussians of variance 1/2 about means that are N(0, 1) numbers themselves,
    /// divided by √2, the same in every game. Over all means a number has variance 1.
    Mixture,
}

/// Components of a mixture where nothing else is said: as many as there are digits.
const COMPONENTS: u32 = 10;
/// Most components: a component is chosen by 16 bits.
const MOST_COMPONENTS: u32 = 1 << 16;

impl PriorConfig {
    /// Checks that it has components only where there is a mixture of them, and no more than can be told apart.
    pub(super) fn check(&self) -> Result<()> {
        match self.components {
            Some(components) if self.noise != Noise::Mixture => Err(Error::Config(format!(
                "prior.components is {components}, but prior.noise is {:?}: remove it, or set prior.noise to mixture",
                self.noise
            ))),
            Some(components) if !(1..=MOST_COMPONENTS).contains(&components) => {
                Err(Error::Config(format!("prior.components is {components}; it must lie from 1 to {MOST_COMPONENTS}")))
            }
            _ => Ok(()),
        }
    }
}

/// Draws noise vectors on the device, by a clock.
#[derive(Clone, Debug)]
pub struct Prior {
    noise: Noise,
    components: u32,
    size: u32,
    clock: Tensor,
}

impl Prior {
    /// A prior over vectors of so many numbers.
    pub fn new(noise: Noise, size: u32, clock: &Tensor) -> Prior {
        Prior::of(&PriorConfig { noise, size, components: None }, clock)
    }

    /// The prior of a configuration.
    pub fn of(config: &PriorConfig, clock: &Tensor) -> Prior {
        let PriorConfig { noise, size, components } = *config;
        Prior { noise, components: components.unwrap_or(COMPONENTS), size, clock: clock.clone() }
    }

    /// The kind of noise.
    pub fn noise(&self) -> Noise {
        self.noise
    }

    /// Numbers in a noise vector.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// The same prior by another clock: one that stands still draws the same z for ever.
    pub fn by(&self, clock: &Tensor) -> Prior {
        Prior { clock: clock.clone(), ..self.clone() }
    }

    /// Records the draw of m fresh noise vectors.   z: m×size.
    pub fn draw(&self, rec: &mut Recorder, m: u32) -> Tensor {
        let salt = rec.salt();
        self.draw_with(rec, m, salt)
    }

    /// Records the draw of m noise vectors whose purpose is given.
    pub fn draw_with(&self, rec: &mut Recorder, m: u32, salt: u32) -> Tensor {
        let z = rec.tensor("z", [m, self.size]);
        let hook = match self.noise {
            Noise::Uniform => "noise/uniform",
            Noise::Hypercube => "noise/hypercube",
            Noise::Gaussian | Noise::Spherical | Noise::Mixture => "noise/gaussian",
        };
        rec.dispatch_hooked("noise", hook)
            .bind("clock", &self.clock)
            .bind("z", &z)
            .argument("count", z.len())
            .argument("salt", salt)
            .work(Work::Flat(z.len().div_ceil(2)))
            .flops(u64::from(z.len()))
            .record();
        if self.noise == Noise::Spherical {
            let rows = rec.dispatch("normalize_rows").bind("z", &z).argument("m", m).argument("n", self.size);
            rows.work(Work::Flat(m)).flops(3 * u64::from(z.len())).record();
        }
        if self.noise == Noise::Mixture {
            self.mix(rec, &z, salt);
        }
        z
    }

    /// Records that Gaussian noise becomes a draw of the mixture.
    fn mix(&self, rec: &mut Recorder, z: &Tensor, salt: u32) {
        rec.dispatch_hooked("mixture", "noise/gaussian")
            .bind("clock", &self.clock)
            .bind("z", z)
            .argument("m", z.rows())
            .argument("n", z.cols())
            .argument("components", self.components)
            .argument("salt", salt)
            .argument("means", MEANS)
            .work(Work::Flat(z.rows() * z.cols().div_ceil(2)))
            .flops(3 * u64::from(z.len()))
            .record();
    }
}
