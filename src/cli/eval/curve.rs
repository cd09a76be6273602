//! The learning curve: every checkpoint of a run scored by the paper's protocol.

use super::{Examples, Options, Workbench, checked};
use crate::atomic;
use crate::cli::generator::Generator;
use crate::cli::log::terminal;
use crate::cli::print;
use crate::cli::wait::wait;
use crate::error::Result;
use crate::eval::parzen::{Protocol, Score};
use crate::eval::table1;
use crate::report::parzen_curve;
use crate::run_folder::{At, RunView};

/// The first line of `parzen.csv`.
const HEADER: &str = "iteration,sigma,valid,test,standard_error\n";

/// Scores every checkpoint, and writes the curve after each: whoever stops it early keeps what there is.
pub(super) fn run(options: &Options, view: &RunView) -> Result<u8> {
    let iterations = view.checkpoints()?;
    let last = iterations.last().copied().unwrap_or_default();
    let Generator { mut sampler, waiter, config, seed, .. } = Generator::open(view, At::Newest, options.seed, &options.device)?;
    let examples = Examples::of(options.data.open(&config.data)?)?;
    examples.fit(sampler.dimensions())?;
    let mut bench = Workbench::open(&options.device)?;
    let (valid, test) = (examples.valid(), examples.test());
    let protocol = Protocol::new(&mut *bench.device, &mut bench.rec, valid, test, options.count as usize)?;
    let mut curve: Vec<(u64, Score)> = vec![];
    for iteration in &iterations {
        sampler.restore(&view.checkpoint_at(*iteration)?.into_state())?;
        let samples = wait(waiter.as_ref(), sampler.samples(options.count, seed))?;
        let samples = checked(&samples, examples.dimensions)?;
        let score = wait(bench.waiter.as_ref(), protocol.score(&mut *bench.device, samples, valid, test, options.grid()))?;
        terminal(&format!("{iteration:>8} of {last}: {} nats, σ {:.3}", score.test, score.sigma));
        curve.push((*iteration, score));
        write(view, &curve)?;
    }
    let points: Vec<(f64, f64, f64)> = curve.iter().map(|(at, score)| (*at as f64, score.test.mean, score.test.standard_error)).collect();
    parzen_curve(&points, &table1::rows(examples.name())).save(&view.parzen_plot_path())?;
    print(&format!(
        "{}: {} checkpoints scored\n{}: their curve\n",
        view.parzen_path().display(),
        curve.len(),
        view.parzen_plot_path().display()
    ))
}

fn write(view: &RunView, curve: &[(u64, Score)]) -> Result<()> {
    let rows = curve.iter().map(|(iteration, score)| {
        let Score { sigma, validation, test, .. } = score;
        format!("{iteration},{sigma},{validation},{},{}\n", test.mean, test.standard_error)
    });
    let text = HEADER.to_string() + &rows.collect::<String>();
    atomic::write(&view.parzen_path(), |file| file.write_all(text.as_bytes()))
}
