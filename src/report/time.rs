//! `bench.png`: where an iteration's time goes, kernel by kernel; or how it grows with the batch, the width or k.

use super::Png;
use super::chart::{self, BLUE, Colour, GREEN, GREY, Mark, ORANGE, Panel};
use crate::bench::Bench;

/// Bars that are drawn one by one; what is left shares the last.
const BARS: usize = 24;

/// Size in points.
const WIDTH: f64 = 900.0;
const PANEL: (f64, f64) = (820.0, 420.0);

/// One bar per kernel and shape, the costliest on top.
pub fn kernels(bench: &Bench) -> Png {
    let costliest = bench.costliest();
    let (shown, rest) = costliest.split_at(costliest.len().min(BARS));
    let mut bars: Vec<(String, f64, Colour)> = shown
        .iter()
        .map(|kernel| {
            let times = if kernel.dispatches > 1 { format!(" ({}×)", kernel.dispatches) } else { String::new() };
            (format!("{} {}{times}", kernel.kernel, kernel.shape), kernel.milliseconds.median, colour(&kernel.kernel))
        })
        .collect();
    if !rest.is_empty() {
        bars.push((format!("{} others", rest.len()), rest.iter().map(|kernel| kernel.milliseconds.median).sum(), GREY));
    }
    let (Bench { game, batch, .. }, name) = (bench, adapter(bench));
    let title = format!("{game}, batch {batch}: {:.1} ms in kernels on {name}", bench.kernels_total());
    chart::draw_bars(title, "milliseconds of an iteration", bars, WIDTH)
}

/// The device's name without what stands in brackets behind it.
fn adapter(bench: &Bench) -> &str {
    bench.device.split(" (").next().unwrap_or(&bench.device)
}

/// Products blue, updates green, everything else orange.
fn colour(kernel: &str) -> Colour {
    match kernel {
        kernel if kernel.starts_with("matmul") => BLUE,
        kernel if kernel.starts_with("update") => GREEN,
        _ => ORANGE,
    }
}

/// The measured time of an iteration over what grows, and what the device's measured peaks would allow.
/// # Panics
/// if there is nothing to draw.
pub fn growth(benches: &[Bench]) -> Png {
    let (x_label, of) = axis(benches);
    let mut benches: Vec<&Bench> = benches.iter().collect();
    benches.sort_by(|a, b| of(a).total_cmp(&of(b)));
    let line = |ms: &dyn Fn(&Bench) -> f64| benches.iter().map(|bench| (of(bench), ms(bench))).collect::<Vec<_>>();
    let measured = line(&|bench| bench.iteration.milliseconds.median);
    let mut marks = vec![];
    if benches.iter().all(|bench| bench.peak.is_some()) {
        let peak = |bench: &Bench| bench.peak.expect("every bench has one");
        let arithmetic = line(&|bench| bench.flops as f64 / peak(bench).gflops.median / 1e6);
        let copying = line(&|bench| bench.bytes as f64 / peak(bench).gigabytes.median / 1e6);
        marks.push(Mark::Line { points: arithmetic, colour: BLUE, width: 1.4, label: Some("FLOPs at peak") });
        marks.push(Mark::Line { points: copying, colour: GREEN, width: 1.4, label: Some("bytes at peak") });
    }
    marks.push(Mark::Line { points: measured, colour: ORANGE, width: 2.4, label: Some("measured") });
    let points = marks.iter().flat_map(|mark| if let Mark::Line { points, .. } = mark { &points[..] } else { &[] });
    let (x, y) = points.fold(((f64::MAX, 0.0f64), (f64::MAX, 0.0f64)), |(x, y), point| {
        ((x.0.min(point.0), x.1.max(point.0)), (y.0.min(point.1), y.1.max(point.1)))
    });
    let first = benches.first().expect("somebody measured something");
    let title = format!("{}: time of an iteration on {}", first.game, adapter(first));
    let panel = Panel { title, x_label, y_label: "milliseconds", x, y: (y.0 / 1.5, y.1 * 1.5), log: true, marks };
    chart::draw(vec![panel], PANEL.0, PANEL.1)
}

/// The name of an axis, and a game's place on it.
type Axis = (&'static str, fn(&Bench) -> f64);

/// What varies among the games, and its value in one: floating-point operations if it is more than one thing.
fn axis(benches: &[Bench]) -> Axis {
    let varies = |of: fn(&Bench) -> f64| benches.iter().any(|bench| of(bench) != of(&benches[0]));
    let all: [Axis; 3] = [
        ("batch", |bench| f64::from(bench.batch)),
        ("columns of a hidden layer", |bench| f64::from(bench.width)),
        ("k, steps of D per step of G", |bench| f64::from(bench.k)),
    ];
    let varying: Vec<_> = all.into_iter().filter(|(_, of)| varies(*of)).collect();
    if let [one] = varying[..] { one } else { ("GFLOP of an iteration", |bench| bench.flops as f64 / 1e9) }
}
