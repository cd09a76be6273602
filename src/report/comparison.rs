//! How several games learn, beside each other: the validation log-likelihood over iterations, and over seconds, with error bars over seeds.

use super::chart::{self, BLUE, Chart, Colour, GREEN, GREY, GREY_BLUE, MAGENTA, Mark, ORANGE, Panel};
use crate::eval::comparison::{Arm, Comparison, Point};

/// Each panel's size in points.
const PANEL: (f64, f64) = (860.0, 330.0);
/// One for each configuration; begun again where there are more.
const COLOURS: [Colour; 10] = [BLUE, ORANGE, GREEN, MAGENTA, GREY, "#b8860b", "#00a0a8", "#7a3fb0", "#8b4a2b", GREY_BLUE];
/// Letters that the legend has room for.
const ROOM: usize = 16;
/// An untrained generator's log-likelihood is far below everything: the first part of each curve does not set the limits.
const BEGINNING: usize = 5;

/// Draws a comparison: one panel over iterations, one over seconds.
pub fn comparison(of: &Comparison) -> Chart {
    let by = shared(of).map(|key| format!(" by {key}")).unwrap_or_default();
    let title = format!("Validation log-likelihood (Parzen window){by}, mean over seeds ± its standard error");
    let panels = vec![
        panel(of, &title, "iteration", |point| point.iteration as f64),
        panel(of, "The same over the time that training took", "seconds", |point| point.seconds.0.mean),
    ];
    chart::lay_out(panels, PANEL.0, PANEL.1)
}

fn panel(of: &Comparison, title: &str, x_label: &'static str, x: fn(&Point) -> f64) -> Panel {
    let key = shared(of).map(|key| format!("{key}=")).unwrap_or_default();
    let marks = of.arms.iter().zip(COLOURS.iter().cycle()).map(|(arm, colour)| Mark::Curve {
        points: shown(arm).map(|point| (x(point), point.nats.0.mean, point.nats.error().unwrap_or(0.0))).collect(),
        colour,
        label: shortened(arm.name.strip_prefix(&key).unwrap_or(&arm.name)),
    });
    let last = of.arms.iter().filter_map(|arm| arm.end()).map(x).fold(0.0, f64::max);
    Panel { title: title.into(), x_label, y_label: "nats", x: (0.0, last.max(1e-3)), y: limits(of), log: false, marks: marks.collect() }
}

/// The points that can be drawn.
fn shown(arm: &Arm) -> impl DoubleEndedIterator<Item = &Point> {
    arm.points.iter().filter(|point| point.nats.0.mean.is_finite())
}

/// Limits that hold everything but the beginnings.
fn limits(of: &Comparison) -> (f64, f64) {
    let late = of.arms.iter().flat_map(|arm| shown(arm).rev().take(arm.points.len() - arm.points.len() / BEGINNING));
    let ends = late.flat_map(|point| [-1.0, 1.0].map(|side| point.nats.0.mean + side * point.nats.error().unwrap_or(0.0)));
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
    if low > high {
        return (0.0, 1.0);
    }
    let margin = 0.06 * (high - low).max(1.0);
    (low - margin, high + margin)
}

/// The key whose values set all configurations apart, if it is one.
fn shared(of: &Comparison) -> Option<&str> {
    let (key, _) = of.arms.first()?.name.split_once('=')?;
    of.arms.iter().all(|arm| arm.name.split_once('=').is_some_and(|(other, _)| other == key)).then_some(key)
}

/// A name that fits into the legend; the table has the whole.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::comparison::{Moment, Runs};

    #[test]
    fn any_comparison_can_be_drawn_and_names_its_configurations() {
        let run = |nats: &[f64]| -> Vec<Moment> {
            nats.iter().zip(1..).map(|(nats, at)| Moment { iteration: 10 * at, seconds: at as f64, nats: *nats }).collect()
        };
        let runs = |name: &str, moments| Runs { moments, ..Runs::of(name) };
        let nothing = || runs("nothing", vec![vec![]]);
        let many = vec![
            runs("minimax", vec![run(&[f64::NEG_INFINITY, -900.0, 3.0, 4.0, 5.0, 6.0]), run(&[-500.0, 1.0, 2.0, 3.0, 4.0, 5.0])]),
            runs("an equally long & very long name", vec![run(&[1.0])]),
            nothing(),
        ];
        let svg = drawn(many);
        assert!(["minimax", "an equally long …", "seconds"].iter().all(|word| svg.contains(word)), "{svg}");
        drawn(vec![nothing()]);
        let svg = drawn(["k_adaptive=as it is", "k_adaptive={ least = 1 & more }"].map(|name| runs(name, vec![run(&[2.0, 3.0])])).into());
        assert!(svg.contains(" by k_adaptive, mean") && svg.contains(">as it is<") && svg.contains(">{ least = 1 &amp;"), "{svg}");
    }

    /// The chart of these, in which no coordinate leaves the finite.
    fn drawn(runs: Vec<Runs>) -> String {
        let chart = comparison(&Comparison::of(runs));
        let svg = chart.svg();
        assert!(chart.png().bytes().starts_with(b"\x89PNG"));
        assert!(!svg.contains("NaN") && !svg.contains("\"inf") && !svg.contains("-inf"), "{svg}");
        svg
    }
}
