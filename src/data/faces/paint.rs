//! From the back to the front: background, hair behind, neck, the head as a lit relief, hair and glasses over it, noise.

use super::SIDE;
use super::canvas::{Canvas, Ellipse, Pose};
use super::features;
use super::hair::{Hair, glasses};
use super::person::{Mood, Person};
use crate::data::draws::Draws;

/// A light far away, and what comes from everywhere.
struct Light {
    towards: [f32; 3],
    direct: f32,
    ambient: f32,
    gloss: f32,
}

impl Light {
    /// From a side more often than straight on, and from above.
    fn draw(draws: &mut Draws) -> Light {
        let (x, y) = (0.75 * draws.bell(), -0.4 + 0.35 * draws.bell());
        let per_length = 1.0 / (x * x + y * y + 1.0).sqrt();
        let ambient = draws.uniform(0.2, 0.55);
        Light { towards: [x * per_length, y * per_length, per_length], direct: 1.12 - ambient, ambient, gloss: draws.uniform(0.0, 0.16) }
    }

    /// The light on a surface of that slope, and what gleams.
    fn on(&self, (dx, dy): (f32, f32)) -> (f32, f32) {
        let per_length = 1.0 / (dx * dx + dy * dy + 1.0).sqrt();
        let [x, y, z] = self.towards;
        let facing = ((z - x * dx - y * dy) * per_length).max(0.0);
        let gleam = facing * facing;
        let gleam = gleam * gleam;
        (self.ambient + self.direct * facing, self.gloss * gleam * gleam)
    }
}

/// Draws a face into `pixels`.
pub(super) fn face(person: &Person, mood: &Mood, draws: &mut Draws, pixels: &mut [u8]) {
    let mut canvas = Canvas::new(Pose::draw(draws), draws.uniform(1.0, 1.7), person.skin);
    let (light, hair) = (Light::draw(draws), Hair::draw(person, draws));
    let mut picture = background(draws);
    hair.behind(&mut canvas, &mut picture, light.ambient + 0.5 * light.direct);
    neck(&mut canvas, person, &mut picture, &light, draws);
    let head = Head { width: person.width, taper: person.taper };
    head.raise(&mut canvas);
    features::add(&mut canvas, person, mood);
    if let Some(frame) = person.glasses {
        glasses(&mut canvas, person, frame);
    }
    let lit = lit(&canvas, &light);
    canvas.everywhere(|canvas, index, place| {
        let (light, gleam) = lit[index];
        let covered = canvas.covered(head.inside(place));
        if covered == 0.0 {
            return;
        }
        picture[index] += covered * (canvas.shade[index] * light + gleam * (0.4 + canvas.shade[index]) - picture[index]);
    });
    hair.over(&mut canvas, &mut picture, |index| lit[index].0 + 1.5 * lit[index].1);
    expose(&picture, draws, pixels);
}

/// Some grey, brighter towards a side.
fn background(draws: &mut Draws) -> [f32; SIDE * SIDE] {
    let (grey, x, y) = (draws.uniform(0.05, 0.85), 0.1 * draws.bell(), 0.1 * draws.bell());
    let along = |index: usize| 2.0 * index as f32 / SIDE as f32 - 1.0;
    std::array::from_fn(|index| grey + x * along(index % SIDE) + y * along(index / SIDE))
}

/// A neck in the shadow of the chin, ears, and what is worn.
fn neck(canvas: &mut Canvas, person: &Person, picture: &mut [f32; SIDE * SIDE], light: &Light, draws: &mut Draws) {
    let (half, cloth, shoulder) = (person.width * draws.uniform(0.58, 0.78), draws.uniform(0.03, 0.95), draws.uniform(1.05, 1.3));
    let brightness = light.ambient + 0.35 * light.direct;
    let ears = [-1.0, 1.0].map(|side| Ellipse { at: (side * (person.width - 0.01), 0.02), radii: (0.09, 0.17) });
    canvas.everywhere(|canvas, index, (x, y)| {
        if y < -0.3 {
            return;
        }
        let pixel = &mut picture[index];
        let skin = canvas.covered(ears[0].inside((x, y)).max(ears[1].inside((x, y)))).max(canvas.covered((half - x.abs()).min(y)));
        *pixel += skin * (0.8 * brightness * person.skin - *pixel);
        let worn = canvas.covered(y - shoulder - 0.16 * x * x);
        *pixel += worn * (brightness * cloth - *pixel);
    });
}

/// The outline of a head: an ellipse, narrower towards the chin.
struct Head {
    width: f32,
    taper: f32,
}

impl Head {
    /// The place on a round head of radius 1 that a place belongs to.
    fn round(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let below = y.max(0.0);
        (x / (self.width * (1.0 - self.taper * below * below)), if y < 0.0 { y / 1.08 } else { y })
    }

    /// How far inside of the outline a place lies, about.
    fn inside(&self, place: (f32, f32)) -> f32 {
        let (x, y) = self.round(place);
        let r = (x * x + y * y).sqrt();
        (1.0 - r) * self.width.max(r * (place.0 * place.0 + place.1 * place.1).sqrt()).min(1.0)
    }

    /// Makes it a relief: ¾·√(1.1 − r²), which is nowhere steep without end.
    fn raise(&self, canvas: &mut Canvas) {
        canvas.everywhere(|canvas, index, place| {
            let (x, y) = self.round(place);
            canvas.relief[index] += 0.7 * (1.12 - x * x - y * y).max(0.01).sqrt();
        });
    }
}

/// The light on every pixel of the relief, and what gleams.
fn lit(canvas: &Canvas, light: &Light) -> [(f32, f32); SIDE * SIDE] {
    let half_size = 0.5 * canvas.pose.size;
    std::array::from_fn(|index| {
        let (column, row) = (index % SIDE, index / SIDE);
        let at = |column: usize, row: usize| canvas.relief[row.min(SIDE - 1) * SIDE + column.min(SIDE - 1)];
        let across = at(column + 1, row) - at(column.saturating_sub(1), row);
        let down = at(column, row + 1) - at(column, row.saturating_sub(1));
        light.on((half_size * across, half_size * down))
    })
}

/// Exposure, contrast and the noise of a camera.
fn expose(picture: &[f32; SIDE * SIDE], draws: &mut Draws, pixels: &mut [u8]) {
    let (contrast, brightness, noise) = (draws.uniform(0.8, 1.15), 0.03 * draws.bell(), draws.uniform(0.4, 2.6));
    for (pixels, picture) in pixels.chunks_exact_mut(2).zip(picture.chunks_exact(2)) {
        let bits = draws.bits().to_le_bytes().map(f32::from);
        // The sum of two uniform bytes has the standard deviation 104.5.
        for ((pixel, value), sum) in pixels.iter_mut().zip(picture).zip([bits[0] + bits[1], bits[2] + bits[3]]) {
            let grey = 255.0 * ((value - 0.45) * contrast + 0.45 + brightness) + noise * (sum - 255.0) * (1.0 / 104.5);
            *pixel = (grey + 0.5).clamp(0.0, 255.0) as u8;
        }
    }
}
