//! `parzen.png`: the Parzen window log-likelihood through training, beside the levels of the paper's Table 1.

use super::Png;
use super::chart::{self, Mark, ORANGE, Panel};

/// Size in points.
const SIZE: (f64, f64) = (820.0, 420.0);
/// An untrained generator's log-likelihood is far below everything: the axis begins no further down than this below the paper's lowest row.
const DEPTH: f64 = 150.0;

/// Draws (iteration, log-likelihood in nats, standard error), with a band of two standard errors; levels are (name, mean, standard error).
pub fn parzen_curve(points: &[(f64, f64, f64)], levels: &[(&'static str, f64, f64)]) -> Png {
    let means = points.iter().map(|point| point.1).chain(levels.iter().map(|level| level.1));
    let (low, high) = means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| (low.min(mean), high.max(mean)));
    let lowest_level = levels.iter().map(|level| level.1).fold(f64::INFINITY, f64::min);
    let low = low.max(lowest_level.min(high) - DEPTH);
    let margin = 0.06 * (high - low).max(1.0);
    let last = points.last().map_or(1.0, |point| point.0).max(1.0);
    let mut marks = vec![
        Mark::Band {
            points: points.iter().map(|(at, mean, error)| (*at, mean - 2.0 * error, mean + 2.0 * error)).collect(),
            colour: ORANGE,
        },
        Mark::Line {
            points: points.iter().map(|(at, mean, _)| (*at, *mean)).collect(),
            colour: ORANGE,
            width: 2.2,
            label: Some("this run"),
        },
    ];
    marks.extend(levels.iter().map(|(label, y, _)| Mark::Level { y: *y, label }));
    let panel = Panel {
        title: "Parzen window log-likelihood of the test set".into(),
        x_label: "iteration",
        y_label: "nats",
        x: (0.0, last),
        y: (low - margin, high + margin),
        log: false,
        marks,
    };
    chart::draw(vec![panel], SIZE.0, SIZE.1)
}
