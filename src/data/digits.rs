//! `digits`: an embedded data set of 28×28 handwritten-like digits, in the place of MNIST where nothing can be downloaded.
//!
//! Each example is written anew: a digit, a style of writing it (`styles`), every point of the pen's way moved a little, the whole bent,
//! slanted, turned and squeezed, a pen of some width and pressure, and then MNIST's own framing (LeCun et al. 1998, §III.A): scaled to
//! fit a 20×20 box, its centre of mass at the middle of 28×28. Chance is Threefry by (seed, example), arithmetic is IEEE 754's exactly
//! rounded part: one seed gives the same bytes on every platform, with any number of threads.
//!
//! What it leaves out: MNIST's outliers, its rare styles, and the noise of its scanner. Do not quote a figure measured on it as MNIST's.

mod pen;
mod styles;

use rayon::prelude::*;
use std::ops::Range;

use super::dataset::{Dataset, Shape, Values};
use super::draws::{Draws, Purpose};
use pen::Dot;
use styles::{STYLES, Style};

/// Pixels along a side of a picture; MNIST's.
const SIDE: usize = 28;
/// Pixels along the box a digit is scaled to fit; MNIST's.
const BOX: f32 = 20.0;

/// The examples of the full set: 60,000 for training and validation, 10,000 for testing, as in MNIST.
pub const EXAMPLES: u32 = 70_000;

/// The training examples of the full set.
pub const TRAIN: Range<u32> = 0..50_000;

/// One picture.
pub const SHAPE: Shape = Shape { width: SIDE as u32, height: SIDE as u32, channels: 1 };

/// The first `examples` digits of `seed`. [`EXAMPLES`] give MNIST's splits, train 0–50,000, valid 50,000–60,000, test 60,000–70,000;
/// fewer give the same proportions, 5/7, 1/7, 1/7. Example i is the same whatever `examples` is.
/// # Panics
/// If `examples` is 0.
#[must_use]
pub fn digits(seed: u32, examples: u32) -> Dataset {
    assert!(examples > 0, "a data set of no digits");
    let mut pixels = vec![0; examples as usize * SIDE * SIDE];
    let labels = pixels.par_chunks_exact_mut(SIDE * SIDE).enumerate().map(|(i, pixels)| write(seed, i as u32, pixels)).collect();
    let seventh = examples / 7;
    let trained = examples - 2 * seventh;
    Dataset {
        name: "digits".into(),
        shape: SHAPE,
        values: Values::Bytes(pixels),
        labels: Some(labels),
        train: 0..trained,
        valid: trained..trained + seventh,
        test: trained + seventh..examples,
        preprocess: None,
    }
    .checked()
    .expect("the labels and ranges were counted from the pixels")
}

/// Writes example `i` of `seed` into `pixels`, and says which digit it is.
fn write(seed: u32, i: u32, pixels: &mut [u8]) -> u8 {
    let mut draws = Draws::new(seed, Purpose::Digits, i);
    let digit = draws.below(10);
    let style = choose(STYLES[digit as usize], &mut draws);
    let mut strokes = by_hand(style, &mut draws);
    distort(&mut strokes, &mut draws);
    let curves: Vec<_> = strokes.iter().map(|stroke| pen::spline(stroke)).collect();
    let lines = ink(&curves, &mut draws);
    pen::draw(&lines, draws.uniform(1.1, 1.7), pixels);
    digit as u8
}

/// One of the styles, each as often as its weight says.
fn choose(styles: &'static [Style], draws: &mut Draws) -> &'static Style {
    let mut ticket = draws.below(styles.iter().map(|style| style.weight).sum());
    for style in styles {
        match ticket.checked_sub(style.weight) {
            None => return style,
            Some(rest) => ticket = rest,
        }
    }
    unreachable!("a ticket is below the sum of the weights")
}

/// A stroke's knots in units of the digit's height, the middle of the digit near (0, 0).
type Stroke = Vec<(f32, f32)>;

/// The style's knots, each moved a little, as no hand repeats itself. A corner (a knot given twice) stays one corner, and strokes that
/// begin at the same point still do.
fn by_hand(style: &Style, draws: &mut Draws) -> Vec<Stroke> {
    let unsteadiness = draws.uniform(0.008, 0.03);
    let mut moved: Vec<(styles::Knot, (f32, f32))> = Vec::new();
    let mut place = |knot: styles::Knot| {
        if let Some((_, place)) = moved.iter().find(|(known, _)| *known == knot) {
            return *place;
        }
        let (x, y) = (f32::from(knot.0) / 100.0 - 0.34, f32::from(knot.1) / 100.0 - 0.5);
        let place = (x + unsteadiness * draws.bell(), y + unsteadiness * draws.bell());
        moved.push((knot, place));
        place
    };
    style.strokes.iter().map(|stroke| stroke.iter().map(|knot| place(*knot)).collect()).collect()
}

/// Bends, squeezes, slants and turns the whole digit: x ← x·(width + taper·y) + bend·y² + lean·y, y ← y·(1 + drift·x) + sag·x²,
/// then a rotation.
fn distort(strokes: &mut [Stroke], draws: &mut Draws) {
    let (width, taper) = (0.92 + 0.15 * draws.bell(), 0.16 * draws.bell());
    let (bend, lean) = (0.12 * draws.bell(), -0.22 + 0.17 * draws.bell());
    let (drift, sag) = (0.13 * draws.bell(), 0.13 * draws.bell());
    // Cosine and sine of an angle of about 2t, from the half-angle formulas: exactly rounded, unlike f32::sin.
    let t = 0.045 * draws.bell();
    let (cos, sin) = ((1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t));
    for knot in strokes.iter_mut().flatten() {
        let (x, y) = *knot;
        let (x, y) = (x * (width + taper * y) + bend * y * y + lean * y, y * (1.0 + drift * x) + sag * x * x);
        *knot = (cos * x - sin * y, sin * x + cos * y);
    }
}

/// Lays the curves out on the 28×28 picture, as MNIST does, and presses the pen.
fn ink(curves: &[Stroke], draws: &mut Draws) -> Vec<Vec<Dot>> {
    // Half the line's width in pixels; most people's pens are fine, a few are broad.
    let breadth = draws.uniform(0.0, 1.0);
    let radius = (0.98 + 0.85 * breadth * breadth + 0.17 * draws.bell()).max(0.65);
    let (drift, swell) = (0.1 * draws.bell(), 0.12 * draws.bell());
    let framing = Framing::of(curves, radius, draws);
    let press = |curve: &Stroke| {
        let dots = curve.iter().enumerate().map(|(i, &(x, y))| {
            // Along the stroke from −1 to 1: more, then less pressure (or the other way), and more or less in its middle.
            let s = 2.0 * i as f32 / (curve.len() - 1) as f32 - 1.0;
            let pressure = 1.0 + drift * s + swell * (0.5 - s * s);
            Dot { x: framing.scale * x + framing.x, y: framing.scale * y + framing.y, radius: radius * pressure }
        });
        dots.collect()
    };
    curves.iter().map(press).collect()
}

/// Where a digit goes on the picture: pixel = scale·place + (x, y).
struct Framing {
    scale: f32,
    x: f32,
    y: f32,
}

impl Framing {
    /// The longer side of the digit, ink included, just fits the box; its centre of mass goes to the picture's middle, give or take,
    /// or as near to it as leaves a margin of a pixel around the ink.
    fn of(curves: &[Stroke], radius: f32, draws: &mut Draws) -> Framing {
        let (mut across, mut down) = (Axis::new(), Axis::new());
        for curve in curves {
            for pair in curve.windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                // A line's ink is as much as its length.
                let mass = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).sqrt();
                across.add(x0, x1, mass);
                down.add(y0, y1, mass);
            }
        }
        let scale = (BOX - 2.0 * radius) / (across.high - across.low).max(down.high - down.low);
        let (x, y) = (0.3 * draws.bell(), 0.3 * draws.bell());
        Framing { scale, x: across.offset(scale, radius, x), y: down.offset(scale, radius, y) }
    }
}

/// What the framing has to know of a digit in one direction.
struct Axis {
    low: f32,
    high: f32,
    mass: f32,
    /// Σ mass·middle.
    moment: f32,
}

impl Axis {
    fn new() -> Axis {
        Axis { low: f32::INFINITY, high: f32::NEG_INFINITY, mass: 0.0, moment: 0.0 }
    }

    /// Counts a piece of line from `a` to `b`.
    fn add(&mut self, a: f32, b: f32, mass: f32) {
        self.low = self.low.min(a).min(b);
        self.high = self.high.max(a).max(b);
        self.mass += mass;
        self.moment += mass * 0.5 * (a + b);
    }

    /// Where place 0 comes to lie, in pixels, when the centre of mass goes to the middle + `aside`.
    fn offset(&self, scale: f32, radius: f32, aside: f32) -> f32 {
        let centred = SIDE as f32 / 2.0 - scale * self.moment / self.mass + aside;
        let margin = 1.0 + radius;
        centred.clamp(margin - scale * self.low, SIDE as f32 - margin - scale * self.high)
    }
}

#[cfg(test)]
mod tests;
