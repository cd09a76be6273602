//! Progress of a training: a bar on a terminal, plain lines elsewhere.

use crate::cli::log::terminal;
use crate::gan::Metrics;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows how far a training has come.
pub(super) enum Progress {
    /// A terminal watches.
    Bar(ProgressBar),
    /// A file or a pipe does.
    Lines { total: u64, first: u64, start: Instant, last: Instant },
    /// Nobody does.
    Nothing,
}

impl Progress {
    /// Progress from one iteration to another.
    pub fn new(wanted: bool, first: u64, total: u64) -> Progress {
        if !wanted {
            return Progress::Nothing;
        }
        if !std::io::stderr().is_terminal() {
            let now = Instant::now();
            return Progress::Lines { total, first, start: now, last: now };
        }
        let template = "{wide_bar} {pos}/{len}  {per_sec:.1}  {eta} left\n{msg}";
        let style = ProgressStyle::with_template(template).expect("the template names indicatif's own keys");
        Progress::Bar(ProgressBar::new(total).with_style(style).with_position(first).with_elapsed(Duration::ZERO))
    }

    /// Takes note of the newest metrics.
    pub fn show(&mut self, metrics: &Metrics) {
        match self {
            Progress::Bar(bar) => {
                bar.set_position(metrics.iteration);
                bar.set_message(sentence(metrics));
            }
            Progress::Lines { total, first, start, last } => {
                if last.elapsed() >= LINE_EVERY || metrics.iteration == *total {
                    *last = Instant::now();
                    let rate = (metrics.iteration - *first) as f64 / start.elapsed().as_secs_f64().max(1e-9);
                    let left = (*total - metrics.iteration) as f64 / rate.max(1e-9);
                    terminal(&format!("{}/{total}  {rate:.1} it/s  {left:.0} s left  {}", metrics.iteration, sentence(metrics)));
                }
            }
            Progress::Nothing => {}
        }
    }

    /// Lets a line be written past the bar.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match self {
            Progress::Bar(bar) => bar.suspend(write),
            Progress::Lines { .. } | Progress::Nothing => write(),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Progress::Bar(bar) = self {
            bar.finish();
        }
    }
}

/// The metrics that tell how the game goes.
pub(super) fn sentence(metrics: &Metrics) -> String {
    let Metrics { d_loss, g_loss, d_real, d_fake, .. } = metrics;
    format!("loss of D {d_loss:.3}, of G {g_loss:.3}; D(x) {d_real:.3}, D(G(z)) {d_fake:.3}")
}
