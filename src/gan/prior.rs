//! The prior p_z: what the generator starts from.

use crate::plan::{Recorder, Tensor, Work};
use serde::{Deserialize, Serialize};

/// The distribution of z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// U(-√3, √3), of variance 1.
    Uniform,
    /// N(0, 1).
    Gaussian,
    /// N(0, 1), each vector normalised to length 1.
    Spherical,
}

/// Draws noise vectors on the device, by a clock.
#[derive(Clone, Debug)]
pub struct Prior {
    noise: Noise,
    size: u32,
    clock: Tensor,
}

impl Prior {
    /// A prior over vectors of so many numbers.
    pub fn new(noise: Noise, size: u32, clock: &Tensor) -> Prior {
        Prior { noise, size, clock: clock.clone() }
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
        let hook = if self.noise == Noise::Uniform { "noise/uniform" } else { "noise/gaussian" };
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
        z
    }
}
