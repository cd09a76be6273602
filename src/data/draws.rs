//! The chance of one example of a procedural data set: a short sequence of Threefry blocks that belongs to this example alone.
//! Examples therefore do not depend on each other, on their order, or on how many threads make them.

use crate::random::threefry2x32;

/// What a data set's chance is for: the second word of the Threefry key, so that one seed serves all of them without ever drawing the
/// same block twice. ASCII, so that no small number chosen elsewhere for another purpose meets it.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Purpose {
    Digits = u32::from_be_bytes(*b"digi"),
    Faces = u32::from_be_bytes(*b"face"),
    Ring = u32::from_be_bytes(*b"ring"),
    Gaussian = u32::from_be_bytes(*b"gaus"),
    #[cfg(feature = "native")]
    Mixture = u32::from_be_bytes(*b"mixt"),
}

/// Draws for one example, in sequence: key (seed, purpose), counter (example, block).
pub(crate) struct Draws {
    key: [u32; 2],
    example: u32,
    block: u32,
    /// The second word of a block whose first word has been handed out.
    spare: Option<u32>,
}

impl Draws {
    /// The draws of `example` under `seed`, from their beginning.
    pub(crate) fn new(seed: u32, purpose: Purpose, example: u32) -> Draws {
        Draws { key: [seed, purpose as u32], example, block: 0, spare: None }
    }

    /// The next 32 random bits.
    pub(crate) fn bits(&mut self) -> u32 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let [first, second] = threefry2x32(self.key, [self.example, self.block]);
        self.block += 1;
        self.spare = Some(second);
        first
    }

    /// Uniform on 0, 1, …, n − 1, to within n/2³².
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.bits()) * u64::from(n)) >> 32) as u32
    }

    /// Uniform on [low, high): 24 bits.
    pub(crate) fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.bits() >> 8) as f32 / (1 << 24) as f32)
    }

    /// A bell of mean 0 and standard deviation 1 that never leaves ±2√3: the sum of four uniform 16-bit numbers.
    /// No logarithm and no cosine, so the bits are the same on every platform, and no far tail, so no digit is torn apart.
    pub(crate) fn bell(&mut self) -> f32 {
        let (a, b) = (self.bits(), self.bits());
        let sum = (a >> 16) + (a & 0xffff) + (b >> 16) + (b & 0xffff);
        // Four uniforms on [0, 1) have mean 2 and variance 4/12.
        (sum as f32 / 65536.0 - 2.0) * 3f32.sqrt()
    }

    /// Two independent values of N(0, 1) by Box and Muller (1958), in f64.
    pub(crate) fn normals(&mut self) -> [f64; 2] {
        // (0, 1], so that the logarithm is finite; 2³² values reach out to 6.66 standard deviations.
        let u = (f64::from(self.bits()) + 1.0) / 4_294_967_296.0;
        let v = f64::from(self.bits()) / 4_294_967_296.0;
        let radius = (-2.0 * u.ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * v).sin_cos();
        [radius * cos, radius * sin]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: u32 = 100_000;

    fn draws() -> impl Iterator<Item = Draws> {
        (0..N).map(|i| Draws::new(11, Purpose::Digits, i))
    }

    #[test]
    fn the_bell_has_mean_0_deviation_1_and_ends() {
        let bells: Vec<f64> = draws().map(|mut draws| f64::from(draws.bell())).collect();
        let mean = bells.iter().sum::<f64>() / f64::from(N);
        let variance = bells.iter().map(|x| x * x).sum::<f64>() / f64::from(N);
        // Five standard errors: of the mean 1/√N, of the variance at most √(2/N).
        assert!(mean.abs() < 5.0 / f64::from(N).sqrt(), "mean {mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / f64::from(N)).sqrt(), "variance {variance}");
        assert!(bells.iter().all(|x| x.abs() <= 2.0 * 3f64.sqrt()));
    }

    #[test]
    fn a_draw_below_n_is_every_number_equally_often() {
        let mut counts = [0; 7];
        draws().for_each(|mut draws| counts[draws.below(7) as usize] += 1);
        let (mean, deviation) = (f64::from(N) / 7.0, (f64::from(N) * 6.0 / 49.0).sqrt());
        assert!(counts.iter().all(|count| (f64::from(*count) - mean).abs() < 5.0 * deviation), "{counts:?}");
    }

    #[test]
    fn a_uniform_draw_stays_in_its_interval_and_fills_it() {
        let (low, high) = draws().map(|mut draws| draws.uniform(-3.0, 5.0)).fold((5f32, -3f32), |(l, h), x| (l.min(x), h.max(x)));
        assert!((-3.0..-2.99).contains(&low) && (4.99..5.0).contains(&high), "{low}..{high}");
    }

    #[test]
    fn purposes_and_examples_do_not_share_their_bits() {
        let first = |purpose, example| Draws::new(5, purpose, example).bits();
        assert_ne!(first(Purpose::Digits, 0), first(Purpose::Ring, 0));
        assert_ne!(first(Purpose::Digits, 0), first(Purpose::Digits, 1));
    }
}
