//! What few labels are worth: the test error over the number of labels, a curve for each way to learn, with error bars over labelled subsets.

use super::chart::{self, BLUE, Chart, Colour, GREY, GREY_BLUE, Mark, ORANGE, Panel};
use crate::eval::semi::{FewLabels, Row};
use crate::gan::semi::Way;

/// The chart's size in points.
const SIZE: (f64, f64) = (860.0, 420.0);
/// How far the axis of labels goes beyond the fewest and the most of them, as a factor.
const BESIDE: f64 = 1.5;

/// Draws errors over numbers of labels, both axes logarithmic.
pub fn few_labels(of: &FewLabels, title: String) -> Chart {
    let marks = Way::ALL.into_iter().filter(|way| of.of_way(*way).next().is_some()).map(|way| Mark::Curve {
        points: of.of_way(way).map(|row| (f64::from(row.labels), shown(row.error.0.mean), row.error.error().unwrap_or(0.0))).collect(),
        colour: colour(way),
        label: way.name().into(),
    });
    let labels = of.rows.iter().map(|row| f64::from(row.labels));
    let (fewest, most) = labels.fold((f64::INFINITY, 0.0), |(fewest, most), n| (f64::min(fewest, n), f64::max(most, n)));
    let x = if fewest > most { (1.0, 10.0) } else { (fewest / BESIDE, most * BESIDE) };
    let panel = Panel { title, x_label: "labels", y_label: "error in %", x, y: limits(of), log: true, marks: marks.collect() };
    chart::lay_out(vec![panel], SIZE.0, SIZE.1)
}

fn colour(way: Way) -> Colour {
    match way {
        Way::Alone => GREY,
        Way::Features => BLUE,
        Way::Frozen => GREY_BLUE,
        Way::Game => ORANGE,
    }
}

/// An error as a logarithmic axis takes it.
fn shown(per_cent: f64) -> f64 {
    per_cent.max(LEAST)
}

/// The least per cent that are told apart from none.
const LEAST: f64 = 0.01;

fn limits(of: &FewLabels) -> (f64, f64) {
    let reach = |row: &Row| {
        let error = row.error.error().unwrap_or(0.0);
        (shown(row.error.0.mean - error), row.error.0.mean + error)
    };
    let (low, high) =
        of.rows.iter().map(reach).fold((100.0, LEAST), |(low, high), (least, most)| (f64::min(low, least), f64::max(high, most)));
    (low / BESIDE, f64::min(100.0, high * BESIDE))
}
