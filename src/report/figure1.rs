//! Figure 1 of the paper, in its own colours: D blue and dashed, p_data black and dotted, p_g green and solid; below, the line of z, the line of x, and
//! arrows that show how x = G(z) crowds where p_g is high. Thin lines are ours: D* over D, and the density estimated from samples over the exact one.

use super::canvas::{Canvas, Hand, Place, Side, Stroke};
use super::chart::Colour;
use super::{Gif, Png};
use crate::eval::figure1::Moment;

const BLACK: Colour = "#1c1f24";
const GREEN: Colour = "#2e8b4f";
const LIGHT_GREEN: Colour = "#9fd3b1";
const BLUE: Colour = "#2458c8";
const LIGHT_BLUE: Colour = "#9bb8ee";
const QUIET: Colour = "#8b929b";
const TEXT: Colour = "#30353c";

/// Points of a panel.
const PANEL: (f64, f64) = (292.0, 312.0);
/// Points above the panels, for the legend.
const LEGEND: f64 = 34.0;
/// The curves' box in a panel: left, right, top, and where 0 is.
const BOX: [f64; 4] = [34.0, 282.0, 46.0, 206.0];
/// Where the line of x and the line of z lie.
const LINES: (f64, f64) = (232.0, 286.0);
/// The highest value drawn, of a density or of D.
const TOP: f64 = 1.25;

/// What the four panels show, after the paper's caption.
const CAPTIONS: [&str; 4] = ["near convergence", "D trained to D*, G fixed", "G moved, D fixed", "the end of training"];

/// The four panels side by side.
pub fn panels(moments: &[Moment; 4]) -> Png {
    let mut canvas = Canvas::new(4.0 * PANEL.0 + 8.0, LEGEND + PANEL.1);
    legend(&mut canvas, 40.0);
    for (number, moment) in moments.iter().enumerate() {
        let letter = char::from(b'a' + number as u8);
        let title = format!("({letter}) {}", CAPTIONS[number]);
        Panel { canvas: &mut canvas, at: (number as f64 * PANEL.0, LEGEND), moment }.draw(&title);
    }
    canvas.png(2.0)
}

/// One frame per moment.
pub fn film(moments: &[&Moment], delay_ms: u32) -> Gif {
    let frames = moments.iter().map(|moment| {
        let mut canvas = Canvas::new(2.0 * PANEL.0, LEGEND + PANEL.1);
        legend_in_rows(&mut canvas);
        Panel { canvas: &mut canvas, at: (4.0, LEGEND), moment }
            .draw(&format!("iteration {}", super::chart::tick(moment.iteration as f64)));
        canvas.pixels(1.5)
    });
    Gif::new(frames.collect(), delay_ms)
}

/// What the lines are.
fn entries() -> [(&'static str, Stroke); 5] {
    let stroke = |colour, width, dashes| Stroke { colour, width, dashes: Some(dashes) };
    [
        ("D(x)", stroke(BLUE, 2.2, (7.0, 4.0))),
        ("D*(x) = p_data/(p_data + p_g)", Stroke::solid(LIGHT_BLUE, 1.6)),
        ("p_data", stroke(BLACK, 2.2, (1.2, 4.0))),
        ("p_g, exact", Stroke::solid(GREEN, 2.2)),
        ("p_g, from samples", Stroke::solid(LIGHT_GREEN, 1.6)),
    ]
}

fn legend(canvas: &mut Canvas, left: f64) {
    let mut x = left;
    for (name, stroke) in entries() {
        entry(canvas, (x, 18.0), name, stroke);
        x += 62.0 + 6.2 * name.chars().count() as f64;
    }
}

/// Beside the one panel of a frame.
fn legend_in_rows(canvas: &mut Canvas) {
    for (row, (name, stroke)) in entries().into_iter().enumerate() {
        entry(canvas, (PANEL.0 + 30.0, 96.0 + 24.0 * row as f64), name, stroke);
    }
}

fn entry(canvas: &mut Canvas, (x, y): Place, name: &str, stroke: Stroke) {
    canvas.line(&[(x, y), (x + 30.0, y)], stroke);
    canvas.words((x + 37.0, y + 4.0), name, Hand { size: 12, side: Side::Right, colour: TEXT, bold: false });
}

/// One panel at its place.
struct Panel<'a> {
    canvas: &'a mut Canvas,
    at: Place,
    moment: &'a Moment,
}

impl Panel<'_> {
    fn draw(mut self, title: &str) {
        let Moment { iteration, divergence, value, gap, .. } = self.moment;
        self.words((BOX[0], 16.0), title, 13, Side::Right, TEXT);
        let facts = format!("iteration {iteration}   JSD {divergence:.3}   V {value:.2}   |D − D*| {:.2}", gap.mean);
        self.words((BOX[0], 32.0), &facts.replace('-', "−"), 10, Side::Right, QUIET);
        self.axes();
        self.curves();
        self.map();
    }

    fn axes(&mut self) {
        let [left, right, ..] = BOX;
        for (value, name) in [(0.0, "0"), (0.5, "½"), (1.0, "1")] {
            let y = self.y(value);
            self.line(&[(left, y), (right, y)], Stroke::solid("#e6e9ed", 1.0));
            self.words((left - 6.0, y + 4.0), name, 11, Side::Left, QUIET);
        }
    }

    fn curves(&mut self) {
        let moment = self.moment;
        let [d, best, p_data, exact, estimated] = entries().map(|(_, stroke)| stroke);
        let base = [(BOX[1], BOX[3]), (BOX[0], BOX[3])];
        let filled: Vec<Place> = self.curve(&moment.p_g).into_iter().chain(base).collect();
        let filled: Vec<Place> = filled.into_iter().map(|place| self.moved(place)).collect();
        self.canvas.area(&filled, GREEN, 0.10);
        for (values, stroke) in
            [(&moment.p_g_estimated, estimated), (&moment.p_g, exact), (&moment.best, best), (&moment.p_data, p_data), (&moment.d, d)]
        {
            let points = self.curve(values);
            self.line(&points, stroke);
        }
    }

    /// The lines of x and z, and the arrows between.
    fn map(&mut self) {
        let [left, right, ..] = BOX;
        let (x_line, z_line) = LINES;
        let moment = self.moment;
        for line in [x_line, z_line] {
            self.line(&[(left, line), (right, line)], Stroke::solid(TEXT, 1.2));
        }
        self.words((left - 6.0, x_line + 4.0), "x", 12, Side::Left, TEXT);
        self.words((left - 6.0, z_line + 4.0), "z", 12, Side::Left, TEXT);
        for (z, x) in &moment.lines {
            let from = left + (right - left) * (z - moment.z.0) / (moment.z.1 - moment.z.0);
            if (moment.axis.low..=moment.axis.high).contains(x) {
                let (from, to) = (self.moved((from, z_line)), self.moved((self.x(*x), x_line)));
                self.canvas.arrow(from, to, Stroke::solid("#6d7681", 0.9));
            }
        }
        let first = moment.axis.low.ceil() as i64;
        for tick in first..=moment.axis.high.floor() as i64 {
            let x = self.x(tick as f64);
            self.line(&[(x, x_line), (x, x_line - 4.0)], Stroke::solid(TEXT, 1.0));
            self.words((x, x_line - 7.0), &tick.to_string().replace('-', "−"), 9, Side::Middle, QUIET);
        }
        for (share, place) in [(moment.z.0, left), (moment.z.1, right)] {
            self.words((place, z_line + 15.0), &format!("{share:.2}").replace('-', "−"), 9, Side::Middle, QUIET);
        }
    }

    fn curve(&self, values: &[f64]) -> Vec<Place> {
        let middles = self.moment.axis.middles();
        middles.iter().zip(values).map(|(x, value)| (self.x(*x), self.y(*value))).collect()
    }

    fn x(&self, x: f64) -> f64 {
        let axis = self.moment.axis;
        BOX[0] + (BOX[1] - BOX[0]) * (x - axis.low) / (axis.high - axis.low)
    }

    /// What is higher than the box is cut off at its top.
    fn y(&self, value: f64) -> f64 {
        BOX[3] - (BOX[3] - BOX[2]) * value.clamp(0.0, TOP) / TOP
    }

    fn moved(&self, (x, y): Place) -> Place {
        (self.at.0 + x, self.at.1 + y)
    }

    fn line(&mut self, points: &[Place], stroke: Stroke) {
        let points: Vec<Place> = points.iter().map(|place| self.moved(*place)).collect();
        self.canvas.line(&points, stroke);
    }

    fn words(&mut self, place: Place, words: &str, size: u32, side: Side, colour: Colour) {
        let place = self.moved(place);
        self.canvas.words(place, words, Hand { size, side, colour, bold: false });
    }
}
