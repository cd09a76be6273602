//! Hair and glasses: what lies over a head, and behind it.

use super::SIDE;
use super::canvas::{Canvas, Ellipse};
use super::person::{Cut, Person};
use crate::data::draws::Draws;

/// Strands that differ in their shade.
const STRANDS: usize = 16;

/// One head of hair.
pub(super) struct Hair {
    strands: [f32; STRANDS],
    /// How much strands lean as they go down, and what side they are parted on.
    lean: f32,
    parting: f32,
    /// The outline of all of it.
    outline: Ellipse,
    /// How far down it falls at the sides.
    down: f32,
    hairline: f32,
    temples: f32,
    /// How unlike the ends of strands are, how sharp the hairline is, where hair gleams and how much.
    ragged: f32,
    blend: f32,
    band: f32,
    gloss: f32,
    colour: f32,
    per_colour: f32,
    bald: bool,
}

impl Hair {
    /// Somebody's hair today.
    pub fn draw(person: &Person, draws: &mut Draws) -> Hair {
        let volume = match person.cut {
            Cut::Bald => 0.0,
            Cut::Short | Cut::Fringe => draws.uniform(0.03, 0.12),
            Cut::Long => draws.uniform(0.1, 0.26),
        };
        let down = match person.cut {
            Cut::Bald => -2.0,
            Cut::Short | Cut::Fringe => draws.uniform(-0.15, 0.12),
            Cut::Long => draws.uniform(0.5, 1.6),
        };
        Hair {
            strands: std::array::from_fn(|_| draws.uniform(0.75, 1.3)),
            lean: draws.uniform(-2.5, 2.5),
            parting: 0.13 * draws.bell(),
            outline: Ellipse { at: (0.0, -0.06), radii: (person.width + volume, 1.06 + volume) },
            down,
            hairline: person.hairline,
            temples: draws.uniform(0.5, 1.3),
            ragged: draws.uniform(0.1, 0.35),
            blend: draws.uniform(0.3, 0.7),
            band: draws.uniform(0.55, 0.95),
            gloss: draws.uniform(0.0, 0.12),
            colour: person.hair,
            per_colour: 1.0 / person.hair,
            bald: person.cut == Cut::Bald,
        }
    }

    /// The shade of the strand at a place.
    fn strand(&self, (x, y): (f32, f32)) -> f32 {
        let along = 9.0 * (x + 2.0) + self.lean * (y + 2.0) * (x + 0.3);
        let (first, share) = (along as usize, along - (along as usize) as f32);
        let (a, b) = (self.strands[first % STRANDS], self.strands[(first + 1) % STRANDS]);
        self.colour * (a + share * (b - a))
    }

    /// How far inside of its outline a place lies: an ellipse above, straight down at the sides.
    fn inside(&self, (x, y): (f32, f32)) -> f32 {
        let dome = self.outline.inside((x, y));
        if y < self.outline.at.1 { dome } else { (self.outline.radii.0 - x.abs()).min(self.down - y) }
    }

    /// Paints what is seen behind the head.
    pub fn behind(&self, canvas: &mut Canvas, picture: &mut [f32; SIDE * SIDE], brightness: f32) {
        if !self.bald {
            canvas.everywhere(|canvas, index, place| {
                let covered = canvas.covered(self.inside(place));
                picture[index] += covered * (0.8 * brightness * self.strand(place) - picture[index]);
            });
        }
    }

    /// Paints what lies on the head.
    pub fn over(&self, canvas: &mut Canvas, picture: &mut [f32; SIDE * SIDE], light: impl Fn(usize) -> f32) {
        if !self.bald {
            canvas.everywhere(|canvas, index, place| {
                let (x, y) = place;
                // Flat above the forehead, steep at the temples, and no two strands end alike.
                let edge = self.hairline + self.parting * x + self.temples * x * x * (0.4 + 1.6 * x * x);
                if y > edge + 0.4 {
                    return;
                }
                let strand = self.strand(place);
                let edge = edge + self.ragged * (strand * self.per_colour - 1.0);
                let covered = canvas.covered(self.inside(place).min(self.blend * (edge - y)));
                // Hair gleams in a band around the head.
                let band = (1.0 - 9.0 * (y + self.band) * (y + self.band)).max(0.0);
                picture[index] += covered * (light(index) * (strand + self.gloss * band) - picture[index]);
            });
        }
    }
}

/// Two rims, a bridge, and temples.
pub(super) fn glasses(canvas: &mut Canvas, person: &Person, frame: f32) {
    let rim = 0.022;
    for side in [-1.0, 1.0] {
        let at = canvas.pose.turned((side * person.eyes_apart, person.eyes_at + 0.02));
        let lens = Ellipse { at, radii: (0.27, 0.2) };
        let (size, softness) = (canvas.pose.size, canvas.softness);
        canvas.around(at, (0.3, 0.23), |shade, _, place| {
            let covered = ((rim - lens.inside(place).abs()) * size / softness + 0.5).clamp(0.0, 1.0);
            *shade += 0.9 * covered * (frame - *shade);
        });
        let temple = [(0.27, -0.03), (0.35, -0.04), (0.44, -0.04)].map(|(x, y)| (at.0 + side * x, at.1 + y));
        canvas.stroke(temple, [rim; 3], frame, 0.8);
    }
    let bridge = [(-0.11, 0.0), (0.0, -0.025), (0.11, 0.0)].map(|(x, y)| canvas.pose.turned((x, person.eyes_at + y)));
    canvas.stroke(bridge, [rim; 3], frame, 0.9);
}
