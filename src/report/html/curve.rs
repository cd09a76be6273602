//! A panel as SVG inside the page: colours and letters are the page's own, so it is light or dark with it, and readable on a phone.
//! The numbers under the pointer are read back out of the lines by `script.js`, from the limits that stand on the figure.

use std::fmt::Write;

use super::markup::escape;
use crate::report::chart::{BLUE, Colour, GREEN, GREY, GREY_BLUE, MAGENTA, Mark, ORANGE, Panel, tick};

/// The size in units of the picture, which is scaled to whatever place there is; and the room around the axes.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 28.0;

/// About so many numbers stand along an axis.
const TICKS: f64 = 5.0;

/// The panel with its title and legend.
/// # Panics if the axes are logarithmic: the page has no such.
pub(super) fn figure(panel: &Panel) -> String {
    assert!(!panel.log, "panel `{}` is logarithmic, curves on the page are not", panel.title);
    let axes = Axes { x: panel.x, y: panel.y };
    let (mut drawn, mut legend, mut levels) = (String::new(), String::new(), 0);
    for mark in &panel.marks {
        drawn += &axes.mark(mark, &mut levels);
        if let Some((label, colour)) = labelled(mark) {
            let _ = write!(legend, "<li class=\"{}\">{}</li>", class(colour), escape(label));
        }
    }
    let title = escape(&panel.title);
    let legend = if legend.is_empty() { legend } else { format!("<ul class=\"legend\">{legend}</ul>") };
    let (x0, x1, y0, y1) = (panel.x.0, panel.x.1, panel.y.0, panel.y.1);
    format!(
        "<figure class=\"chart\"><figcaption><h3>{title} <small>{}</small></h3>{legend}</figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}: {}\" data-limits=\"{x0} {x1} {y0} {y1}\" \
         data-frame=\"{LEFT} {} {} {TOP}\">{}{drawn}<g class=\"reading\"></g></svg></figure>\n",
        escape(panel.y_label),
        escape(&summary(panel)),
        WIDTH - RIGHT,
        HEIGHT - BOTTOM,
        axes.grid(),
    )
}

/// What a line is called, and how it is coloured.
fn labelled(mark: &Mark) -> Option<(&'static str, Colour)> {
    match *mark {
        Mark::Line { label, colour, .. } => label.map(|label| (label, colour)),
        Mark::Steps { label, colour, .. } | Mark::Dots { label, colour, .. } => Some((label, colour)),
        Mark::Band { .. } | Mark::Curve { .. } | Mark::Level { .. } | Mark::Moment { .. } => None,
    }
}

/// Where the lines end, for whoever does not see them.
fn summary(panel: &Panel) -> String {
    let ends = panel.marks.iter().filter_map(|mark| match mark {
        Mark::Line { points, label: Some(label), .. } => points.last().map(|end| format!("{label} ends at {}", rounded(end.1))),
        Mark::Level { y, label } => Some(format!("level {label} at {}", rounded(*y))),
        _ => None,
    });
    ends.collect::<Vec<_>>().join("; ")
}

fn rounded(value: f64) -> String {
    tick((value * 1e4).round() / 1e4)
}

/// The class that `style.css` colours.
fn class(colour: Colour) -> &'static str {
    match colour {
        BLUE => "blue",
        ORANGE => "orange",
        GREEN => "green",
        GREY_BLUE => "grey-blue",
        GREY => "grey",
        MAGENTA => "magenta",
        _ => "",
    }
}

struct Axes {
    x: (f64, f64),
    y: (f64, f64),
}

impl Axes {
    /// A place in the picture; what lies beyond the axes is put on their edge.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let share = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(0.0, 1.0);
        (LEFT + share(x, self.x) * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - share(y, self.y) * (HEIGHT - TOP - BOTTOM))
    }

    fn path(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (x, y) in points.map(|(x, y)| self.at(x, y)) {
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' });
        }
        path
    }

    fn mark(&self, mark: &Mark, levels: &mut usize) -> String {
        match mark {
            Mark::Line { points, colour, label, .. } => {
                let label = label.map(|label| format!(" data-label=\"{}\"", escape(label))).unwrap_or_default();
                format!("<path class=\"line {}\"{label} d=\"{}\"/>", class(colour), self.path(points.iter().copied()))
            }
            Mark::Curve { points, colour, label } => {
                let path = self.path(points.iter().map(|&(x, y, _)| (x, y)));
                format!("<path class=\"line {}\" data-label=\"{}\" d=\"{path}\"/>", class(colour), escape(label))
            }
            Mark::Band { points, colour } => {
                let (low, high) = (points.iter().map(|p| (p.0, p.1)), points.iter().rev().map(|p| (p.0, p.2)));
                format!("<path class=\"band {}\" d=\"{}Z\"/>", class(colour), self.path(low.chain(high)))
            }
            Mark::Steps { points, colour, .. } => {
                let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
                format!("<path class=\"line {}\" d=\"{}\"/>", class(colour), self.path(corners))
            }
            Mark::Dots { points, colour, .. } => {
                let dots: String = points.iter().map(|&(x, y)| self.at(x, y)).map(|(x, y)| format!("M{x:.1} {y:.1}h0")).collect();
                format!("<path class=\"dots {}\" d=\"{dots}\"/>", class(colour))
            }
            Mark::Level { y, label } => {
                let ((left, at), (right, _)) = (self.at(self.x.0, *y), self.at(self.x.1, *y));
                *levels += 1;
                // Neighbouring levels are named at either end, above and below, so that no name lies on another or on its neighbour's line.
                let (x, y, anchor) =
                    if levels.is_multiple_of(2) { (left + 5.0, at + 14.0, "start") } else { (right - 5.0, at - 4.0, "end") };
                let name = format!("<text class=\"level\" x=\"{x}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escape(label));
                format!("<path class=\"level\" d=\"M{left} {at:.1}H{right}\"/>{name}")
            }
            Mark::Moment { x, label } => {
                let ((at, bottom), (_, top)) = (self.at(*x, self.y.0), self.at(*x, self.y.1));
                let (place, anchor) = if at > WIDTH / 2.0 { (at - 5.0, "end") } else { (at + 5.0, "start") };
                let name =
                    format!("<text class=\"moment\" x=\"{place}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", top + 14.0, escape(label));
                format!("<path class=\"moment\" d=\"M{at:.1} {bottom}V{top}\"/>{name}")
            }
        }
    }

    /// Lines and numbers along both axes.
    fn grid(&self) -> String {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        let mut grid = String::from("<g class=\"grid\">");
        for y in ticks(self.y) {
            let (_, at) = self.at(self.x.0, y);
            let _ = write!(
                grid,
                "<path d=\"M{LEFT} {at:.1}H{right}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                at + 4.0,
                number(y)
            );
        }
        for x in ticks(self.x) {
            let (at, _) = self.at(x, self.y.0);
            let anchor = if at > right - 20.0 { "end" } else { "middle" };
            let _ = write!(
                grid,
                "<path d=\"M{at:.1} {bottom}v4\"/><text x=\"{at:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                bottom + 19.0,
                number(x)
            );
        }
        grid + "</g>"
    }
}

/// A number along an axis, with the sign that is as wide as a digit.
fn number(value: f64) -> String {
    tick(value).replace('-', "−")
}

/// Round numbers within the limits: multiples of 1, 2 or 5 times a power of ten.
fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let rough = (high - low) / TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    if !(first.is_finite() && last.is_finite() && last - first < 20.0) {
        return vec![];
    }
    (0..=(last - first).max(-1.0) as i64).take_while(|_| last >= first).map(|n| (first + n as f64) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks((0.0, 1.0)), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((1.0, 20_000.0)), [5000.0, 10_000.0, 15_000.0, 20_000.0]);
        assert_eq!(ticks((-1.7, -0.9)), [-1.6, -1.4000000000000001, -1.2000000000000002, -1.0]);
        assert_eq!(ticks((3.0, 3.0)), [0.0; 0], "an axis of no length has no numbers");
    }

    #[test]
    fn a_point_beyond_the_axes_lies_on_their_edge() {
        let axes = Axes { x: (0.0, 10.0), y: (0.0, 1.0) };
        assert_eq!(axes.at(0.0, 0.0), (LEFT, HEIGHT - BOTTOM));
        assert_eq!(axes.at(99.0, 5.0), (WIDTH - RIGHT, TOP));
    }
}
