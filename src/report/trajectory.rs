//! How a game on a line goes to its equilibrium: JSD, V beside −log 4, and |D − ½|, through training.

use super::Png;
use super::chart::{self, BLUE, Colour, GREEN, Mark, ORANGE, Panel};
use crate::eval::theory::Step;

/// Each panel's size in points.
const PANEL: (f64, f64) = (820.0, 250.0);

/// Draws three panels over the iterations.
pub fn trajectory(steps: &[Step]) -> Png {
    let last = steps.last().map_or(1.0, |step| step.iteration as f64).max(1.0);
    let panel = |title: &str, y_label, colour: Colour, of: fn(&Step) -> f64, level: (f64, &'static str), x_label| {
        let points: Vec<(f64, f64)> = steps.iter().map(|step| (step.iteration as f64, of(step))).collect();
        let ends = points.iter().map(|point| point.1).chain([level.0]);
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        let margin = 0.06 * (high - low).max(1e-6);
        let marks = vec![Mark::Line { points, colour, width: 2.2, label: None }, Mark::Level { y: level.0, label: level.1 }];
        Panel { title: title.into(), x_label, y_label, x: (0.0, last), y: (low - margin, high + margin), log: false, marks }
    };
    let panels = vec![
        panel("JSD(p_data ‖ p_g)", "nats", ORANGE, |step| step.divergence, (0.0, "equilibrium"), ""),
        panel("V(D, G)", "nats", GREEN, |step| step.value, (-(4f64.ln()), "−log 4"), ""),
        panel("mean |D − ½|", "", BLUE, |step| step.from_half, (0.0, "equilibrium"), "iteration"),
    ];
    chart::draw(panels, PANEL.0, PANEL.1)
}
