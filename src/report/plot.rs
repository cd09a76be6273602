//! `losses.png` and `losses.svg`: how the game went, drawn from the rows of `metrics.csv`.
//!
//! Three panels share the iterations: the players' losses; mean D(x) and D(G(z)), which meet at ½ where the paper's game ends; and V(D, G), which is
//! −log 4 there (Goodfellow et al. 2014, theorem 1). A faint band spans what single iterations did, the line over it is their moving average.

use super::chart::{self, BLUE, Chart, Colour, GREEN, Mark, ORANGE, Panel};
use crate::gan::Metrics;

/// At most so many places along the x axis are drawn.
const PLACES: usize = 500;

/// The moving average spans this part of all rows.
const SMOOTHING: usize = 60;

/// Each panel's size in points.
const PANEL: (f64, f64) = (820.0, 270.0);

/// One curve: a number of each row.
struct Series {
    label: &'static str,
    colour: Colour,
    values: Vec<f64>,
}

/// Draws the curves of all rows, which stand in the order of their iterations. Values that are not finite are left out, and the first iteration that had
/// one is marked. Without rows the axes are empty.
pub fn losses(rows: &[Metrics]) -> Chart {
    let mut panels = game(rows);
    panels.last_mut().expect("there are three").x_label = "iteration";
    chart::lay_out(panels, PANEL.0, PANEL.1)
}

/// The three panels of the game: losses, what D takes for real, V.
pub(super) fn game(rows: &[Metrics]) -> Vec<Panel> {
    let players = vec![series(rows, "D's loss", BLUE, |row| row.d_loss), series(rows, "G's loss", ORANGE, |row| row.g_loss)];
    let judged =
        vec![series(rows, "mean D(x), real", BLUE, |row| row.d_real), series(rows, "mean D(G(z)), forged", ORANGE, |row| row.d_fake)];
    let value = vec![series(rows, "V(D, G)", GREEN, |row| row.value)];
    let best = -(4f64.ln());
    vec![
        panel(rows, "Losses", "nats", &players, None, limits(&players, None)),
        panel(rows, "What D takes for real", "probability", &judged, Some((0.5, "½")), (0.0, 1.0)),
        panel(rows, "Value of the game", "nats", &value, Some((best, "−log 4")), limits(&value, Some(best))),
    ]
}

/// The panel of the gradients' norms.
pub(super) fn gradients(rows: &[Metrics]) -> Panel {
    let norms = vec![series(rows, "D's gradient", BLUE, |row| row.d_gradient), series(rows, "G's gradient", ORANGE, |row| row.g_gradient)];
    let (_, high) = limits(&norms, None);
    panel(rows, "Gradients", "L2 norm", &norms, None, (0.0, high))
}

/// The mean of a number over the last rows: as many as the moving average spans. `None` if none of them is finite.
pub(super) fn recent(rows: &[Metrics], number: fn(&Metrics) -> f32) -> Option<f64> {
    let last = &rows[rows.len() - (rows.len() / SMOOTHING).max(1).min(rows.len())..];
    let finite: Vec<f64> = last.iter().map(|row| f64::from(number(row))).filter(|value| value.is_finite()).collect();
    (!finite.is_empty()).then(|| finite.iter().sum::<f64>() / finite.len() as f64)
}

fn series(rows: &[Metrics], label: &'static str, colour: Colour, number: fn(&Metrics) -> f32) -> Series {
    Series { label, colour, values: rows.iter().map(|row| number(row).into()).collect() }
}

type Level = Option<(f64, &'static str)>;

fn panel(rows: &[Metrics], title: &str, y_label: &'static str, series: &[Series], level: Level, y: (f64, f64)) -> Panel {
    let iterations: Vec<f64> = rows.iter().map(|row| row.iteration as f64).collect();
    let (first, last) = (iterations.first().copied().unwrap_or(0.0), iterations.last().copied().unwrap_or(1.0));
    let mut marks = Vec::new();
    for Series { colour, values, .. } in series {
        marks.push(Mark::Band { points: spans(&iterations, values), colour });
    }
    for Series { colour, values, label } in series {
        marks.push(Mark::Line { points: smoothed(&iterations, values, y), colour, width: 2.0, label: Some(label) });
    }
    marks.extend(level.map(|(y, label)| Mark::Level { y, label }));
    let broken = rows.iter().find(|row| row.non_finite);
    marks.extend(broken.map(|row| Mark::Moment { x: row.iteration as f64, label: "first NaN or ∞" }));
    Panel { title: title.into(), x_label: "", y_label, x: (first, last.max(first + 1.0)), y, log: false, marks }
}

/// Limits that show nearly all of the rows: from the 0.5th to the 99.5th percentile, the level included, and a margin. A few outliers are cut off, so that
/// one bad iteration does not flatten a long run.
fn limits(series: &[Series], level: Option<f64>) -> (f64, f64) {
    let mut values: Vec<f64> = series.iter().flat_map(|series| series.values.iter().copied().filter(|value| value.is_finite())).collect();
    values.sort_unstable_by(f64::total_cmp);
    let beyond = values.len() / 200;
    let shown = values.get(beyond..values.len() - beyond).unwrap_or_default();
    let ends = [shown.first().copied(), shown.last().copied(), level];
    let (low, high) = ends.into_iter().flatten().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
    if low > high {
        return (0.0, 1.0);
    }
    let margin = ((high - low) * 0.06).max(1e-3 * high.abs()).max(1e-6);
    (low - margin, high + margin)
}

/// Smallest and largest value around at most [`PLACES`] places: (iteration, low, high). Each reaches to its neighbours' places, which closes the band.
fn spans(iterations: &[f64], values: &[f64]) -> Vec<(f64, f64, f64)> {
    let width = values.len().div_ceil(PLACES).max(1);
    let spans = (0..values.len()).step_by(width).map(|at| {
        let around = &values[at.saturating_sub(width)..values.len().min(at + width + 1)];
        let finite = around.iter().copied().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        (iterations[at], low, high)
    });
    spans.filter(|&(_, low, high)| low <= high).collect()
}

/// The moving average at no more than [`PLACES`] places and at the last row. Values are cut to the axis first, so that an outlier does not lift a whole
/// window. At the beginning, where much happens, the window shrinks so as to stay centred; at the end it is what there is.
fn smoothed(iterations: &[f64], values: &[f64], (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0usize)];
    for &value in values {
        let (sum, count) = sums[sums.len() - 1];
        sums.push(if value.is_finite() { (sum + value.clamp(low, high), count + 1) } else { (sum, count) });
    }
    let last = values.len().saturating_sub(1);
    let places = (0..last).step_by(values.len().div_ceil(PLACES).max(1)).chain((!values.is_empty()).then_some(last));
    let averages = places.filter_map(|at| {
        let reach = (values.len() / SMOOTHING / 2).min(at);
        let ((before, skipped), (sum, count)) = (sums[at - reach], sums[(at + reach).min(last) + 1]);
        (count > skipped).then(|| (iterations[at], (sum - before) / (count - skipped) as f64))
    });
    averages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_of_a_straight_line_is_that_line() {
        let line: Vec<f64> = (0..6001).map(f64::from).collect();
        let average = smoothed(&line, &line, (0.0, 6000.0));
        assert!(average.len() <= PLACES + 1);
        assert_eq!(average.last(), Some(&(6000.0, 5975.0)), "half a window of 50 rows on either side, at the end only one half");
        let centred = average.iter().filter(|(x, _)| *x <= 5950.0);
        assert!(centred.into_iter().all(|(x, y)| (x - y).abs() < 1e-6), "an off-centre window would shift it");
    }

    #[test]
    fn spans_hold_every_finite_value() {
        let iterations: Vec<f64> = (0..2000).map(f64::from).collect();
        let mut values = vec![1.0; 2000];
        (values[777], values[778], values[900]) = (9.0, f64::NAN, -4.0);
        let spans = spans(&iterations, &values);
        assert_eq!(spans.len(), PLACES);
        assert!(spans.iter().any(|span| span.2 == 9.0) && spans.iter().any(|span| span.1 == -4.0));
    }

    #[test]
    fn one_outlier_does_not_set_the_limits_and_the_level_is_inside() {
        let mut values = vec![1.0; 1000];
        values[5] = 1e9;
        let series = [Series { label: "", colour: BLUE, values }];
        let (low, high) = limits(&series, Some(-1.0));
        assert!(-1.2 < low && low < -1.0 && 1.0 < high && high < 1.2, "{low} {high}");
    }

    #[test]
    fn any_rows_can_be_drawn() {
        let broken =
            Metrics { iteration: 7, d_loss: f32::NAN, g_loss: f32::INFINITY, value: -1e38, non_finite: true, ..Metrics::default() };
        for rows in [&[][..], &[Metrics::default()], &[broken], &[broken, Metrics { iteration: 8, value: 3e38, ..broken }]] {
            assert!(losses(rows).png().bytes().starts_with(b"\x89PNG"));
            let svg = losses(rows).svg();
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.contains("−log 4"), "{svg}");
            let numbers = svg.replace("first NaN or ∞", "");
            assert!(!numbers.contains("NaN") && !numbers.contains("inf"), "no coordinate leaves the finite: {svg}");
            assert!(gradients(rows).y.1 > 0.0);
        }
    }
}
