//! A sheet of white paper for pictures that are no charts: lines, areas and words at places in points, drawn through the plotting crate's renderer.

use kuva::RasterBackend;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};

use super::Png;
use super::chart::Colour;
use image::RgbImage;

/// A place, in points from the top left.
pub(super) type Place = (f64, f64);

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub colour: Colour,
    pub width: f64,
    /// The length that is drawn and the length that is left out, by turns; an unbroken line without.
    pub dashes: Option<(f64, f64)>,
}

impl Stroke {
    /// An unbroken line.
    pub fn solid(colour: Colour, width: f64) -> Stroke {
        Stroke { colour, width, dashes: None }
    }
}

/// Where words stand in relation to their place.
#[derive(Clone, Copy)]
pub(super) enum Side {
    /// They begin there.
    Right,
    /// They are centred on it.
    Middle,
    /// They end there.
    Left,
}

/// How words are written.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    pub size: u32,
    pub side: Side,
    pub colour: Colour,
    pub bold: bool,
}

/// The paper, and what is on it.
pub(super) struct Canvas(Scene);

impl Canvas {
    /// An empty sheet.
    pub fn new(width: f64, height: f64) -> Canvas {
        Canvas(Scene::new(width, height))
    }

    /// Draws a line through places.
    pub fn line(&mut self, points: &[Place], stroke: Stroke) {
        match stroke.dashes {
            None => self.unbroken(points.to_vec(), stroke),
            Some(dashes) => dashed(points, dashes).into_iter().for_each(|dash| self.unbroken(dash, stroke)),
        }
    }

    fn unbroken(&mut self, points: Vec<Place>, Stroke { colour, width, .. }: Stroke) {
        self.0.add(Primitive::PolyLine { points, stroke: colour.into(), stroke_width: width, stroke_dasharray: None });
    }

    /// Fills what a line encloses, translucent.
    pub fn area(&mut self, outline: &[Place], colour: Colour, opacity: f64) {
        let steps = outline.iter().enumerate().map(|(at, (x, y))| format!("{}{x:.2} {y:.2} ", if at == 0 { 'M' } else { 'L' }));
        self.0.add(Primitive::Path(Box::new(PathData {
            d: steps.collect::<String>() + "Z",
            fill: Some(colour.into()),
            stroke: "none".into(),
            stroke_width: 0.0,
            opacity: Some(opacity),
            stroke_dasharray: None,
        })));
    }

    /// Draws an arrow with a small solid head.
    pub fn arrow(&mut self, from: Place, to: Place, stroke: Stroke) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy) = (dx / length, dy / length);
        let (long, wide) = (5.0, 1.9);
        let neck = (to.0 - long * ux, to.1 - long * uy);
        self.line(&[from, neck], stroke);
        self.area(&[to, (neck.0 - wide * uy, neck.1 + wide * ux), (neck.0 + wide * uy, neck.1 - wide * ux)], stroke.colour, 1.0);
    }

    /// Writes words at a place, on their base line.
    pub fn words(&mut self, (x, y): Place, words: &str, hand: Hand) {
        let anchor = match hand.side {
            Side::Right => TextAnchor::Start,
            Side::Middle => TextAnchor::Middle,
            Side::Left => TextAnchor::End,
        };
        let (content, color) = (words.to_owned(), Some(hand.colour.into()));
        self.0.add(Primitive::Text { x, y, content, size: hand.size, anchor, rotate: None, bold: hand.bold, color });
    }

    /// The picture at `scale` × `scale` pixels a point.
    pub fn png(&self, scale: f32) -> Png {
        let bytes = RasterBackend::new().with_scale(scale).render_scene(&self.0);
        Png::from_encoded(bytes.expect("the sheet has a size, and a vector takes every byte"))
    }

    /// The picture's pixels, for a frame of a GIF.
    pub fn pixels(&self, scale: f32) -> RgbImage {
        image::load_from_memory(self.png(scale).bytes()).expect("the renderer writes PNG").into_rgb8()
    }
}

/// Cuts a line into dashes. The renderer begins its dashes anew at every point, which joins those of a curve.
fn dashed(points: &[Place], (drawn, left_out): (f64, f64)) -> Vec<Vec<Place>> {
    let mut dashes = vec![];
    let mut dash: Vec<Place> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, drawn);
    for ends in points.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length < left {
                left -= length;
                break;
            }
            let part = left / length;
            from = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            if drawing {
                dash.push(from);
                dashes.push(std::mem::take(&mut dash));
            } else {
                dash.push(from);
            }
            drawing = !drawing;
            left = if drawing { drawn } else { left_out };
        }
        if drawing {
            dash.push(to);
        }
    }
    if dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_keep_their_lengths_around_corners_and_across_short_steps() {
        let line: Vec<Place> = (0..=100).map(|i| (0.1 * f64::from(i), 0.0)).chain([(10.0, 2.5)]).collect();
        let ends: Vec<(Place, Place)> = dashed(&line, (3.0, 2.0)).iter().map(|dash| (dash[0], dash[dash.len() - 1])).collect();
        let expected = [((0.0, 0.0), (3.0, 0.0)), ((5.0, 0.0), (8.0, 0.0)), ((10.0, 0.0), (10.0, 2.5))];
        assert_eq!(ends.len(), expected.len(), "{ends:?}");
        for (found, expected) in ends.iter().zip(expected) {
            let off = |a: Place, b: Place| (a.0 - b.0).abs().max((a.1 - b.1).abs());
            assert!(off(found.0, expected.0) < 1e-9 && off(found.1, expected.1) < 1e-9, "{ends:?}");
        }
    }
}
