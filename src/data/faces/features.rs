//! Eyes, brows, nose, mouth, folds: what is painted and raised on a head.

use super::canvas::{Canvas, Ellipse};
use super::person::{Mood, Person};

/// Left and right, as one looks at the picture.
const SIDES: [f32; 2] = [-1.0, 1.0];

/// All of them.
pub(super) fn add(canvas: &mut Canvas, person: &Person, mood: &Mood) {
    bones(canvas, person, mood);
    nose(canvas, person);
    for side in SIDES {
        eye(canvas, person, mood, side);
        brow(canvas, person, mood, side);
        fold(canvas, person, mood, side);
    }
    beard(canvas, person);
    mouth(canvas, person, mood);
}

/// Brow ridges, eye sockets, cheeks and chin, which only the light shows.
fn bones(canvas: &mut Canvas, person: &Person, mood: &Mood) {
    for side in SIDES {
        let mut bump = |x: f32, y: f32, radii: (f32, f32), by: f32| {
            let at = canvas.pose.turned((side * x, y));
            canvas.raise(Ellipse { at, radii }, by);
        };
        bump(person.eyes_apart, person.eyes_at - 0.2, (0.32, 0.14), 0.05);
        bump(person.eyes_apart, person.eyes_at + 0.01, (0.28, 0.2), -0.1);
        bump(0.44, 0.2 - 0.06 * mood.cheeks, (0.3, 0.26), 0.05 + 0.06 * mood.cheeks);
    }
    let chin = canvas.pose.turned((0.0, 0.86));
    canvas.raise(Ellipse { at: chin, radii: (0.26, 0.18) }, 0.08);
    let below_lips = canvas.pose.turned((0.0, person.mouth_at + 0.17));
    canvas.raise(Ellipse { at: below_lips, radii: (0.22, 0.09) }, -0.035);
}

fn nose(canvas: &mut Canvas, person: &Person) {
    let Person { eyes_at, nose_at, nose, nose_relief, skin, .. } = *person;
    let turn = 0.06 * canvas.pose.aside;
    let at = |canvas: &Canvas, x: f32, y: f32| {
        let (x, y) = canvas.pose.turned((x, y));
        // The tip stands out further than the root, and so moves further.
        (x + turn * ((y - eyes_at) / (nose_at - eyes_at)).clamp(0.0, 1.2), y)
    };
    let length = nose_at - eyes_at;
    for (share, wide, high) in [(0.15, 0.6, 0.35), (0.5, 0.7, 0.5), (0.8, 0.85, 0.6)] {
        let place = at(canvas, 0.0, eyes_at + share * length);
        canvas.raise(Ellipse { at: place, radii: (wide * nose, 0.45 * length) }, high * nose_relief);
    }
    let tip = at(canvas, 0.0, nose_at - 0.02);
    canvas.raise(Ellipse { at: tip, radii: (1.15 * nose, 0.14) }, 0.75 * nose_relief);
    for side in SIDES {
        let wing = at(canvas, side * nose, nose_at);
        canvas.raise(Ellipse { at: wing, radii: (0.55 * nose, 0.08) }, 0.35 * nose_relief);
        let nostril = at(canvas, side * 0.55 * nose, nose_at + 0.065);
        canvas.fill(Ellipse { at: nostril, radii: (0.38 * nose, 0.026) }, 0.3 * skin, 0.9);
    }
    let shadow = [(-1.0, 0.03), (0.0, 0.085), (1.0, 0.03)].map(|(x, y)| at(canvas, x * nose, nose_at + y));
    canvas.stroke(shadow, [0.012, 0.02, 0.012], 0.5 * skin, 0.55);
}

fn eye(canvas: &mut Canvas, person: &Person, mood: &Mood, side: f32) {
    let Person { eyes_apart, eyes_at, skin, iris, .. } = *person;
    let (x0, y0) = canvas.pose.turned((side * eyes_apart, eyes_at));
    // The eye that is turned away looks narrower.
    let half = person.eye * (1.0 + 0.1 * side * canvas.pose.aside).clamp(0.7, 1.2);
    let (above, below) = (0.078 * mood.eyes, 0.05 * (0.6 + 0.4 * mood.eyes));
    let gaze = x0 + 0.03 * canvas.pose.aside;
    let (size, softness) = (canvas.pose.size, canvas.softness);
    let covered = |inside: f32| (inside * size / softness + 0.5).clamp(0.0, 1.0);
    let white = (0.55 + 0.45 * skin).max(0.72);
    canvas.raise(Ellipse { at: (x0, y0), radii: (1.1 * half, 0.12) }, 0.05);
    canvas.around((x0, y0), (half, above.max(below) + 0.02), |shade, _, (x, y)| {
        let s = (x - x0) / half;
        let arch = (1.0 - s * s).max(0.0);
        // The outer corner lies a little higher.
        let middle = y0 - 0.012 * side * s;
        let opening = covered(y - (middle - above * arch)) * covered(middle + below * arch - y) * covered((1.0 - s.abs()) * half);
        let away = ((x - gaze) * (x - gaze) + (y - y0 + 0.006) * (y - y0 + 0.006)).sqrt();
        let mut eye = white + covered(0.08 - away) * (iris - white);
        eye += covered(0.035 - away) * (0.02 - eye);
        *shade += opening * (eye - *shade);
    });
    let lid = |dy: f32, along: f32| [(-along, 0.0), (0.0, dy), (along, 0.0)].map(|(s, dy)| (x0 + s * half, y0 - 0.012 * side * s + dy));
    canvas.stroke(lid(-above, 1.05), [0.008, 0.02, 0.012], 0.16 * skin, 0.85);
    canvas.stroke(lid(below, 0.9), [0.004, 0.008, 0.004], 0.55 * skin, 0.6);
    canvas.stroke(lid(-above - 0.065, 1.0), [0.004, 0.01, 0.006], 0.62 * skin, 0.55);
    canvas.fill(Ellipse { at: (gaze - 0.025, y0 - 0.035), radii: (0.016, 0.016) }, 1.1, 0.6);
}

fn brow(canvas: &mut Canvas, person: &Person, mood: &Mood, side: f32) {
    let Person { eyes_apart, eyes_at, brow, brow_above, arch, .. } = *person;
    let y = eyes_at - brow_above - mood.brows_up;
    let way = [
        (eyes_apart - 0.2 - 0.12 * mood.inner_up.min(0.0).abs(), y - mood.inner_up + 0.02),
        (eyes_apart + 0.02, y - arch),
        (eyes_apart + 0.23, y + 0.05),
    ]
    .map(|(x, y)| canvas.pose.turned((side * x, y)));
    let colour = (0.75 * person.hair).min(0.55 * person.skin);
    canvas.stroke(way, [brow, 0.9 * brow, 0.35 * brow], colour, 0.85);
}

/// From beside the nose to beside the mouth.
fn fold(canvas: &mut Canvas, person: &Person, mood: &Mood, side: f32) {
    let Person { nose, nose_at, mouth, mouth_at, skin, .. } = *person;
    let corner = mouth + mood.wider;
    let way =
        [(nose + 0.05, nose_at - 0.01), (0.5 * (nose + corner) + 0.11, 0.5 * (nose_at + mouth_at)), (corner + 0.1, mouth_at - mood.smile)];
    canvas.stroke(
        way.map(|(x, y)| canvas.pose.turned((side * x, y))),
        [0.012, 0.018, 0.008],
        0.55 * skin,
        (0.12 + 0.5 * mood.folds).min(0.75),
    );
}

/// A beard from ear to ear and a moustache.
fn beard(canvas: &mut Canvas, person: &Person) {
    let Person { beard, moustache, mouth, mouth_at, nose_at, hair, skin, width, .. } = *person;
    let colour = (1.1 * hair).min(0.7 * skin);
    if beard > 0.0 {
        // All of the head but an ellipse around eyes, cheeks and nose.
        let (x0, _) = canvas.pose.turned((0.0, 0.0));
        let free = Ellipse { at: (x0, -0.06), radii: (0.84 * width, 0.53) };
        canvas.around((0.0, 0.6), (1.0, 0.6), |shade, _, place| {
            let dense = (-free.inside(place) * 5.0).clamp(0.0, 1.0) * ((place.1 - 0.05) * 3.0).clamp(0.0, 1.0);
            *shade += beard * dense * (colour - *shade);
        });
    }
    if moustache > 0.0 {
        let y = 0.5 * (nose_at + 0.06 + mouth_at - person.lips);
        let way = [(-mouth, y + 0.07), (0.0, y - 0.02), (mouth, y + 0.07)].map(|place| canvas.pose.turned(place));
        canvas.stroke(way, [0.025, 0.05, 0.025], colour, moustache);
    }
}

fn mouth(canvas: &mut Canvas, person: &Person, mood: &Mood) {
    let Person { mouth_at, lips, skin, lip_shade, .. } = *person;
    let half = person.mouth + mood.wider;
    let (x0, y0) = canvas.pose.turned((0.0, mouth_at));
    let (size, softness) = (canvas.pose.size, canvas.softness);
    let covered = |inside: f32| (inside * size / softness + 0.5).clamp(0.0, 1.0);
    // A closed mouth is still a line.
    let open = mood.open.max(0.012);
    for (dy, by) in [(-0.5 * lips - 0.3 * open, 0.035), (0.6 * lips + 0.7 * open, 0.05)] {
        canvas.raise(Ellipse { at: (x0, y0 + dy), radii: (0.85 * half, 0.9 * lips) }, by);
    }
    let (upper, lower) = (lip_shade * skin, (0.5 * lip_shade + 0.5) * skin);
    canvas.around((x0, y0 + 0.3 * open), (half, open + 1.25 * lips + 0.12), |shade, _, (x, y)| {
        let s = (x - x0) / half;
        let arch = (1.0 - s * s).max(0.0);
        // The corners lie above the middle by `smile`.
        let middle = y0 + mood.smile * (arch - 0.6);
        let (top, bottom) = (middle - (0.3 * open + mood.lip_up) * arch, middle + (0.7 * open) * arch);
        let bow = 1.0 - 0.3 * (1.0 - 4.0 * s.abs()).max(0.0);
        let within = covered((1.0 - s.abs()) * half);
        let upper_lip = covered(y - (top - lips * bow * arch)) * covered(top - y) * within;
        let lower_lip = covered(bottom + 1.25 * lips * arch - y) * covered(y - bottom) * within;
        *shade += 0.9 * upper_lip * (upper - *shade);
        *shade += 0.9 * lower_lip * (lower - *shade);
        // Half a pixel at least, so that the line between the lips does not vanish.
        let least = 0.3 / size;
        let gap = covered(y - top + least) * covered(bottom + least - y) * within;
        let teeth =
            if bottom - top > 0.05 { covered(top + mood.teeth * (bottom - top) - y) * covered((0.85 - s.abs()) * half) } else { 0.0 };
        let inside = 0.14 * skin + teeth * (0.5 + 0.4 * skin - 0.14 * skin);
        *shade += gap * (inside - *shade);
    });
}
