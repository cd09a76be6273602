//! The canvas of one face: the shade and the relief of every pixel, and what one paints them with. Edges are soft by about a pixel.
//!
//! Only +, −, ×, ÷ and √, which IEEE 754 rounds in one way: the same pixels on every platform.

use std::ops::Range;

use super::SIDE;
use crate::data::draws::Draws;

/// How a face lies on the picture: pixel = place·size, turned, + (x, y).
pub(super) struct Pose {
    x: f32,
    y: f32,
    /// Pixels of half a head's height.
    pub size: f32,
    /// Half heads of a pixel.
    per: f32,
    cos: f32,
    sin: f32,
    /// How far the face looks to a side, and down: what lies nearest to the viewer moves most.
    pub aside: f32,
    down: f32,
}

impl Pose {
    /// Some pose, close to upright and straight on.
    pub fn draw(draws: &mut Draws) -> Pose {
        // Cosine and sine of an angle of about 2t, from the half-angle formulas: exactly rounded, unlike f32::sin.
        let t = 0.035 * draws.bell();
        let size = 22.6 + 0.9 * draws.bell();
        Pose {
            x: 24.0 + 0.8 * draws.bell(),
            y: 23.8 + 0.8 * draws.bell(),
            size,
            per: 1.0 / size,
            cos: (1.0 - t * t) / (1.0 + t * t),
            sin: 2.0 * t / (1.0 + t * t),
            aside: 0.55 * draws.bell(),
            down: 0.4 * draws.bell(),
        }
    }

    /// Where a feature comes to lie when the head turns.
    pub fn turned(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x + 0.1 * self.aside * (1.0 - 0.8 * x * x), y + 0.05 * self.down)
    }

    /// The place of a pixel's centre.
    fn place(&self, column: usize, row: usize) -> (f32, f32) {
        let (x, y) = (column as f32 + 0.5 - self.x, row as f32 + 0.5 - self.y);
        ((self.cos * x + self.sin * y) * self.per, (self.cos * y - self.sin * x) * self.per)
    }

    /// The pixel of a place.
    fn pixel(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (self.x + self.size * (self.cos * x - self.sin * y), self.y + self.size * (self.sin * x + self.cos * y))
    }
}

/// An upright ellipse on the face.
#[derive(Clone, Copy)]
pub(super) struct Ellipse {
    /// Its middle.
    pub at: (f32, f32),
    /// Half its width and height.
    pub radii: (f32, f32),
}

/// Shade and relief, pixel by pixel.
pub(super) struct Canvas {
    /// Where the face lies.
    pub pose: Pose,
    /// Pixels over which an edge goes from full to nothing.
    pub softness: f32,
    /// The share of light that is thrown back.
    pub shade: [f32; SIDE * SIDE],
    /// The height above the picture, in units of half a head's height.
    pub relief: [f32; SIDE * SIDE],
}

impl Canvas {
    /// A flat one.
    pub fn new(pose: Pose, softness: f32, shade: f32) -> Canvas {
        Canvas { pose, softness, shade: [shade; SIDE * SIDE], relief: [0.0; SIDE * SIDE] }
    }

    /// Calls `f` with the shade, the relief and the place of each pixel of a box around a place, or a little more; `reach` is half the box's sides.
    pub fn around(&mut self, at: (f32, f32), reach: (f32, f32), mut f: impl FnMut(&mut f32, &mut f32, (f32, f32))) {
        let (x, y) = self.pose.pixel(at);
        // No face is turned by more than a quarter.
        let across = self.pose.size * (reach.0 + 0.25 * reach.1) + self.softness;
        let down = self.pose.size * (reach.1 + 0.25 * reach.0) + self.softness;
        for row in near(y, down) {
            for column in near(x, across) {
                let index = row * SIDE + column;
                f(&mut self.shade[index], &mut self.relief[index], self.pose.place(column, row));
            }
        }
    }

    /// Calls `f` with every pixel's index and place.
    pub fn everywhere(&mut self, mut f: impl FnMut(&mut Canvas, usize, (f32, f32))) {
        for index in 0..SIDE * SIDE {
            let place = self.pose.place(index % SIDE, index / SIDE);
            f(self, index, place);
        }
    }

    /// How much of a pixel is covered by what begins so far inside of it, in units of half a head's height.
    pub fn covered(&self, inside: f32) -> f32 {
        (inside * self.pose.size / self.softness + 0.5).clamp(0.0, 1.0)
    }

    /// Raises the relief by up to `by` within an ellipse, (1 − r²)² of it.
    pub fn raise(&mut self, Ellipse { at, radii: (a, b) }: Ellipse, by: f32) {
        let (per_a, per_b) = (1.0 / a, 1.0 / b);
        self.around(at, (a, b), |_, relief, (x, y)| {
            let (x, y) = ((x - at.0) * per_a, (y - at.1) * per_b);
            let left = (1.0 - x * x - y * y).max(0.0);
            *relief += by * left * left;
        });
    }

    /// Paints an ellipse, at most so dense.
    pub fn fill(&mut self, ellipse: Ellipse, colour: f32, density: f32) {
        let (size, softness) = (self.pose.size, self.softness);
        self.around(ellipse.at, ellipse.radii, |shade, _, place| {
            let covered = (ellipse.inside(place) * size / softness + 0.5).clamp(0.0, 1.0);
            *shade += density * covered * (colour - *shade);
        });
    }

    /// Paints a curve from the first place over the second to the third, half as thick as `radii` say at its ends and middle, at most so dense.
    pub fn stroke(&mut self, way: [(f32, f32); 3], radii: [f32; 3], colour: f32, density: f32) {
        // The parabola through the three places.
        let between = |v: [f32; 3], t: f32| v[0] * (1.0 - t) * (1.0 - 2.0 * t) + v[1] * 4.0 * t * (1.0 - t) + v[2] * t * (2.0 * t - 1.0);
        let dot = |i: usize| {
            let t = i as f32 / PIECES as f32;
            [between(way.map(|place| place.0), t), between(way.map(|place| place.1), t), between(radii, t)]
        };
        let pieces: [Piece; PIECES] = std::array::from_fn(|i| Piece::of(dot(i), dot(i + 1)));
        let thickest = radii[0].max(radii[1]).max(radii[2]);
        let far = |axis: fn(&(f32, f32)) -> f32| way.iter().map(|place| (axis(place) - axis(&way[1])).abs()).fold(0.0, f32::max) + thickest;
        let reach = (far(|place| place.0), far(|place| place.1));
        let (size, softness) = (self.pose.size, self.softness);
        self.around(way[1], reach, |shade, _, place| {
            let inside = pieces.iter().map(|piece| piece.inside(place)).fold(f32::MIN, f32::max);
            let covered = (inside * size / softness + 0.5).clamp(0.0, 1.0);
            *shade += density * covered * (colour - *shade);
        });
    }
}

/// Straight pieces that a curve is made of.
const PIECES: usize = 5;

/// A straight piece of a curve.
struct Piece {
    /// Its beginning: x, y and half the thickness.
    from: [f32; 3],
    /// What is added until its end.
    to: [f32; 3],
    /// 1 over its squared length.
    per_length2: f32,
}

impl Piece {
    fn of(from: [f32; 3], end: [f32; 3]) -> Piece {
        let to = [end[0] - from[0], end[1] - from[1], end[2] - from[2]];
        Piece { from, to, per_length2: 1.0 / (to[0] * to[0] + to[1] * to[1]).max(1e-9) }
    }

    /// How far inside of it a place lies; below 0 outside.
    fn inside(&self, (x, y): (f32, f32)) -> f32 {
        let (x, y) = (x - self.from[0], y - self.from[1]);
        let t = ((x * self.to[0] + y * self.to[1]) * self.per_length2).clamp(0.0, 1.0);
        let (x, y) = (x - t * self.to[0], y - t * self.to[1]);
        self.from[2] + t * self.to[2] - (x * x + y * y).sqrt()
    }
}

impl Ellipse {
    /// How far inside of its edge a place lies, about; below 0 outside.
    pub fn inside(&self, (x, y): (f32, f32)) -> f32 {
        let (x, y) = (x - self.at.0, y - self.at.1);
        let (rx, ry) = (x / self.radii.0, y / self.radii.1);
        let (away, r) = ((x * x + y * y).sqrt(), (rx * rx + ry * ry).sqrt());
        // Along the ray from the middle the edge lies at away/r.
        if r < 1e-3 { self.radii.0.min(self.radii.1) } else { away / r - away }
    }
}

/// The pixels along an axis whose centres may be within `reach` of a place.
fn near(at: f32, reach: f32) -> Range<usize> {
    // `as usize` takes what is below 0 to 0.
    let (first, beyond) = ((at - reach - 0.5).ceil() as usize, (at + reach + 0.5) as usize);
    first.min(SIDE)..beyond.min(SIDE)
}
