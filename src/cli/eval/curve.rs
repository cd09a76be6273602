//! The learning curve: every checkpoint of a run scored by the paper's protocol, across folds where the data have folds of their own.

use super::{Examples, Options, Workbench, checked};
use crate::atomic;
use crate::cli::generator::Generator;
use crate::cli::log::terminal;
use crate::cli::print;
use crate::cli::wait::wait;
use crate::error::Result;
use crate::eval::parzen::{Estimate, Folds, Protocol, Score};
use crate::eval::table1;
use crate::gan::Told;
use crate::report::parzen_curve;
use crate::run_folder::{At, RunView};

/// The first line of `parzen.csv`.
const HEADER: &str = "iteration,sigma,valid,test,standard_error\n";

/// Scores every checkpoint, and writes the curve after each: whoever stops it early keeps what there is.
pub(super) fn run(options: &Options, view: &RunView) -> Result<u8> {
    let iterations = view.checkpoints()?;
    let last = iterations.last().copied().unwrap_or_default();
    let Generator { mut sampler, waiter, config, seed, .. } = Generator::open(view, At::Newest, options.seed, &options.device)?;
    let examples = Examples::open(&config.data, &options.data)?;
    examples.fit(sampler.dimensions())?;
    let mut bench = Workbench::open(&options.device)?;
    let (valid, test, folds) = (examples.valid(), examples.test(), examples.own_folds());
    let protocol = Protocol::new(&mut *bench.device, &mut bench.rec, valid, test, options.count as usize)?;
    let mut curve: Vec<(u64, Point)> = vec![];
    for iteration in &iterations {
        sampler.restore(&view.checkpoint_at(*iteration)?.into_state())?;
        let samples = wait(waiter.as_ref(), sampler.samples(options.count, seed, Told::All))?;
        let samples = checked(&samples, examples.dimensions)?;
        let (device, grid) = (&mut *bench.device, options.grid());
        let point = match folds.is_empty() {
            true => Point::of(wait(bench.waiter.as_ref(), protocol.score(device, samples, valid, test, grid))?),
            false => Point::across(wait(bench.waiter.as_ref(), protocol.score_folds(device, samples, &folds, grid))?),
        };
        terminal(&format!("{iteration:>8} of {last}: {} nats, σ {:.3}", point.test, point.sigma));
        curve.push((*iteration, point));
        write(view, &curve)?;
    }
    let points: Vec<(f64, f64, f64)> = curve.iter().map(|(at, point)| (*at as f64, point.test.mean, point.test.standard_error)).collect();
    parzen_curve(&points, &table1::rows(examples.name())).save(&view.parzen_plot_path())?;
    print(&format!(
        "{}: {} checkpoints scored\n{}: their curve\n",
        view.parzen_path().display(),
        curve.len(),
        view.parzen_plot_path().display()
    ))
}

/// A point of the curve: what one checkpoint scored.
struct Point {
    sigma: f64,
    validation: f64,
    test: Estimate,
}

impl Point {
    fn of(Score { sigma, validation, test, .. }: Score) -> Point {
        Point { sigma, validation, test }
    }

    /// σ and the validation log-likelihood as the folds have them on average, the test log-likelihood with the standard error across them.
    fn across(Folds { test, scores }: Folds) -> Point {
        let mean = |of: fn(&Score) -> f64| Estimate::of(&scores.iter().map(of).collect::<Vec<_>>()).mean;
        Point { sigma: mean(|score| score.sigma), validation: mean(|score| score.validation), test }
    }
}

fn write(view: &RunView, curve: &[(u64, Point)]) -> Result<()> {
    let rows = curve.iter().map(|(iteration, point)| {
        let Point { sigma, validation, test } = point;
        format!("{iteration},{sigma},{validation},{},{}\n", test.mean, test.standard_error)
    });
    let text = HEADER.to_string() + &rows.collect::<String>();
    atomic::write(&view.parzen_path(), |file| file.write_all(text.as_bytes()))
}
