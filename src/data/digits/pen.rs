//! The pen: turns curves into 28×28 grey pixels. Coverage falls off smoothly with the distance to the line, and the line is as wide
//! as the pen is pressed at that moment.
//!
//! Only +, −, ×, ÷ and √, which IEEE 754 rounds in one way: the same pixels on every platform.

use super::SIDE;

/// A point of a line: where it is in pixels (x right, y down; the picture is [0, 28]²), and half the width of the line there.
#[derive(Clone, Copy)]
pub(super) struct Dot {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
}

/// Straight pieces that stand for the curve between two knots: at most about 1.5 pixels long.
const PIECES: usize = 8;

/// The uniform Catmull–Rom spline through `points` (Catmull and Rom 1974), as a polyline. A point given twice is a corner: the slope
/// at a knot is half the way from the one before to the one after, and so follows the arriving side alone, then the leaving one alone.
pub(super) fn spline(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let at = |i: isize| points[i.clamp(0, points.len() as isize - 1) as usize];
    let mut line = vec![points[0]];
    for (i, pair) in points.windows(2).enumerate() {
        if pair[0] == pair[1] {
            continue;
        }
        let i = i as isize;
        let (before, from, to, after) = (at(i - 1), at(i), at(i + 1), at(i + 2));
        for piece in 1..=PIECES {
            let t = piece as f32 / PIECES as f32;
            line.push((hermite(before.0, from.0, to.0, after.0, t), hermite(before.1, from.1, to.1, after.1, t)));
        }
    }
    line
}

/// The cubic that leads from `from` (t = 0) to `to` (t = 1) with the slopes (to − before)/2 and (after − from)/2.
fn hermite(before: f32, from: f32, to: f32, after: f32, t: f32) -> f32 {
    let (leaving, arriving) = (0.5 * (to - before), 0.5 * (after - from));
    let (t2, t3) = (t * t, t * t * t);
    from * (2.0 * t3 - 3.0 * t2 + 1.0) + leaving * (t3 - 2.0 * t2 + t) + to * (3.0 * t2 - 2.0 * t3) + arriving * (t3 - t2)
}

/// Draws the lines into `pixels` (28×28, row by row). `softness` is the width in pixels over which the edge goes from full to nothing.
pub(super) fn draw(lines: &[Vec<Dot>], softness: f32, pixels: &mut [u8]) {
    let mut coverage = [0f32; SIDE * SIDE];
    for line in lines {
        for pair in line.windows(2) {
            cover(pair[0], pair[1], softness, &mut coverage);
        }
    }
    for (pixel, covered) in pixels.iter_mut().zip(coverage) {
        // From 0 to 255 with the slope 0 at both ends.
        let smooth = covered * covered * (3.0 - 2.0 * covered);
        *pixel = (255.0 * smooth + 0.5) as u8;
    }
}

/// Raises each pixel near the piece from `a` to `b` to (radius − distance)/softness + 1/2, at most 1.
fn cover(a: Dot, b: Dot, softness: f32, coverage: &mut [f32; SIDE * SIDE]) {
    let reach = a.radius.max(b.radius) + 0.5 * softness;
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let per_length2 = 1.0 / (dx * dx + dy * dy).max(1e-12);
    for row in pixels_within(a.y, b.y, reach) {
        for column in pixels_within(a.x, b.x, reach) {
            // From `a` to the pixel's centre.
            let (px, py) = (column as f32 + 0.5 - a.x, row as f32 + 0.5 - a.y);
            let t = ((px * dx + py * dy) * per_length2).clamp(0.0, 1.0);
            let (ox, oy) = (px - t * dx, py - t * dy);
            let distance = (ox * ox + oy * oy).sqrt();
            let radius = a.radius + t * (b.radius - a.radius);
            let covered = ((radius - distance) / softness + 0.5).clamp(0.0, 1.0);
            let pixel = &mut coverage[row * SIDE + column];
            *pixel = pixel.max(covered);
        }
    }
}

/// The pixels of the picture whose centre may be within `reach` of the interval between `a` and `b`.
fn pixels_within(a: f32, b: f32, reach: f32) -> std::ops::Range<usize> {
    // `as usize` takes what is below 0 to 0.
    let first = (a.min(b) - reach - 0.5).ceil() as usize;
    let beyond = (a.max(b) + reach + 0.5) as usize;
    first..beyond.min(SIDE)
}
