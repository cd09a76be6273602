//! Pictures of one- and two-dimensional samples over the data they imitate: orange over grey-blue.
//!
//! The axes follow the data alone, so that pictures of one run can be compared through time; the title counts the samples that lie beyond. Where there are no
//! data, the axes follow the samples.

use super::Png;
use super::chart::{self, GREY_BLUE, Mark, ORANGE, Panel};

/// How far the axes reach beyond the data, as a part of the data's extent on either side.
const MARGIN: f64 = 0.25;

/// Bars of a histogram, over the whole axis.
const BINS: usize = 80;

/// More points than these would only cover each other; of more, evenly spaced ones are drawn.
const MAX_DOTS: usize = 4000;

/// Draws generated points over data points, both in the plane, on axes of equal scale.
pub fn scatter(generated: &[[f32; 2]], data: &[[f32; 2]]) -> Png {
    let followed = if data.is_empty() { generated } else { data };
    let (x, y) = squared(around(followed.iter().map(|point| point[0])), around(followed.iter().map(|point| point[1])));
    let shown = |point: &[f32; 2]| inside(point[0], x) && inside(point[1], y);
    let beyond = generated.iter().filter(|point| !shown(point)).count();
    let dots = |points: &[[f32; 2]], colour, label| {
        let step = points.len().div_ceil(MAX_DOTS).max(1);
        Mark::Dots {
            points: points.iter().step_by(step).filter(|point| shown(point)).map(|&[x, y]| (x.into(), y.into())).collect(),
            colour,
            label,
        }
    };
    let marks = vec![dots(data, GREY_BLUE, "data"), dots(generated, ORANGE, "generated")];
    chart::draw(vec![Panel { title: title(generated.len(), beyond), x_label: "x₁", y_label: "x₂", x, y, log: false, marks }], 694.0, 560.0)
}

/// Draws the histogram of generated numbers over that of the data's, both as densities.
pub fn histogram(generated: &[f32], data: &[f32]) -> Png {
    let x = around(if data.is_empty() { generated } else { data }.iter().copied());
    let beyond = generated.iter().filter(|&&value| !inside(value, x)).count();
    let (forged, real) = (density(generated, x), density(data, x));
    let top = forged.iter().chain(&real).map(|&(_, y)| y).fold(0.0, f64::max);
    let marks = vec![
        Mark::Steps { points: real, colour: GREY_BLUE, label: "data" },
        Mark::Steps { points: forged, colour: ORANGE, label: "generated" },
    ];
    let y = (0.0, if top > 0.0 { top * 1.08 } else { 1.0 });
    chart::draw(
        vec![Panel { title: title(generated.len(), beyond), x_label: "x", y_label: "density", x, y, log: false, marks }],
        820.0,
        400.0,
    )
}

fn title(count: usize, beyond: usize) -> String {
    let (count, beyond_count) = (chart::tick(count as f64), chart::tick(beyond as f64));
    if beyond == 0 { format!("{count} samples") } else { format!("{count} samples, {beyond_count} beyond the axes") }
}

fn inside(value: f32, (low, high): (f64, f64)) -> bool {
    (low..=high).contains(&f64::from(value))
}

/// The extent of the finite values, and a margin; 0 to 1 if there are none.
fn around(values: impl Iterator<Item = f32>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite()).map(f64::from);
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let margin = ((high - low) * MARGIN).max(1e-3 * high.abs()).max(1e-3);
    (low - margin, high + margin)
}

/// Both ranges widened about their middles to one length: circles look like circles.
fn squared(x: (f64, f64), y: (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let half = (x.1 - x.0).max(y.1 - y.0) / 2.0;
    let widened = |(low, high): (f64, f64)| ((low + high) / 2.0 - half, (low + high) / 2.0 + half);
    (widened(x), widened(y))
}

/// A staircase whose area is the share of the values that lie on the axis: (left edge, height) of each bar, and the end of the last.
fn density(values: &[f32], (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let width = (high - low) / BINS as f64;
    let mut counts = [0u32; BINS];
    for &value in values.iter().filter(|&&value| inside(value, (low, high))) {
        counts[(((f64::from(value) - low) / width) as usize).min(BINS - 1)] += 1;
    }
    let scale = 1.0 / (values.len().max(1) as f64 * width);
    let steps = (0..=BINS).map(|bin| (low + bin as f64 * width, f64::from(counts[bin.min(BINS - 1)]) * scale));
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_has_the_area_of_the_share_it_shows() {
        let values: Vec<f32> = (0..1000).map(|i| i as f32 / 500.0).collect();
        let area: f64 = density(&values, (0.0, 1.0))[..BINS].iter().map(|&(_, height)| height / BINS as f64).sum();
        assert!((area - 0.501).abs() < 1e-9, "values 0 to 1 inclusive are 501 of 1000: {area}");
    }

    #[test]
    fn axes_of_a_scatter_have_one_scale() {
        let (x, y) = squared((0.0, 10.0), (5.0, 6.0));
        assert_eq!((x, y), ((0.0, 10.0), (0.5, 10.5)));
    }

    #[test]
    fn any_samples_can_be_drawn() {
        let odd = [f32::NAN, f32::INFINITY, 0.0, -3e38];
        assert!(histogram(&odd, &odd).bytes().starts_with(b"\x89PNG"));
        assert!(histogram(&[], &[]).bytes().starts_with(b"\x89PNG"));
        assert!(scatter(&[[f32::NAN, 1.0], [2.0, 2.0]], &[]).bytes().starts_with(b"\x89PNG"));
        assert!(scatter(&[], &[[1.0, 1.0]; 3]).bytes().starts_with(b"\x89PNG"));
    }
}
