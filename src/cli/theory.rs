//! `gander theory`: section 4 of the paper, checked on the user's own device.

use crate::cli::adapter::{self, Opened};
use crate::cli::configuration::preset_named;
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, print};
use crate::error::Result;
use crate::eval::theory::{DIVERGENCE, FROM_EQUILIBRIUM, FROM_HALF, Fixed, LARGEST_GAP, MEAN_GAP, VALUE, Whole, fixed, pairs, whole};
use crate::gan::Config;
use crate::report;
use clap::ValueHint;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// The exit code of a check that did not pass.
pub(super) const NOT_PASSED: u8 = 6;

/// Iterations of D alone for each pair, and those of `--quick`.
const ITERATIONS: [u32; 2] = [2500, 1500];
/// Pairs that `--quick` takes: the first ones, on the line.
const QUICK_PAIRS: usize = 2;
/// Iterations of the whole game that `--quick` plays.
const QUICK_GAME: u32 = 3000;

/// Options of `gander theory`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only these checks: a (D* for fixed G), b (max V = −log 4 + 2 JSD), c (the whole game reaches its equilibrium)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHECKS")]
    only: Vec<Check>,
    /// Fewer pairs and iterations: a minute becomes seconds
    #[arg(long)]
    quick: bool,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    /// Draw the trajectory of (c) into this file
    #[arg(long, value_name = "FILE.png", value_hint = ValueHint::FilePath)]
    plot: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Check {
    A,
    B,
    C,
}

/// Everything that was found.
#[derive(Serialize)]
struct Findings {
    device: String,
    version: &'static str,
    fixed: Vec<Fixed>,
    whole: Option<Whole>,
    passed: bool,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let wants = |check| options.only.is_empty() || options.only.contains(&check);
    let start = Instant::now();
    let now_ms = || 1e3 * start.elapsed().as_secs_f64();
    let quick = usize::from(options.quick);
    let mut findings = Findings { device: String::new(), version: crate::VERSION, fixed: vec![], whole: None, passed: true };
    if wants(Check::A) || wants(Check::B) {
        let pairs = pairs();
        for pair in &pairs[..if options.quick { QUICK_PAIRS } else { pairs.len() }] {
            let Opened { device, waiter, .. } = adapter::open(&options.device)?;
            findings.device = device.identity();
            let found = wait(waiter.as_ref(), fixed(device, pair, ITERATIONS[quick], &now_ms))?;
            findings.passed &= (!wants(Check::A) || found.is_best()) && (!wants(Check::B) || found.is_worth_it());
            print(&lines(&found, wants(Check::A), wants(Check::B)))?;
            findings.fixed.push(found);
        }
    }
    if wants(Check::C) {
        let game = options.quick.then(|| format!("train.iterations={QUICK_GAME}"));
        let config = Config::parse(preset_named("gaussian-1d")?.toml, &game.into_iter().collect::<Vec<_>>())?;
        let dataset = crate::data::open(&config.data, None)?;
        let Opened { device, waiter, .. } = adapter::open(&options.device)?;
        findings.device = device.identity();
        let found = wait(waiter.as_ref(), whole(device, &config, &dataset, &now_ms))?;
        findings.passed &= found.converges();
        print(&game_lines(&found))?;
        if let Some(path) = &options.plot {
            report::trajectory(&found.trajectory).save(path)?;
        }
        findings.whole = Some(found);
    }
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&findings).expect("figures are plain numbers and text");
        crate::atomic::write(path, |file| file.write_all(json.as_bytes()))?;
    }
    let verdict = if findings.passed { "all passed" } else { "not all passed" };
    print(&format!("{verdict}, in {:.1} s on {}\n", start.elapsed().as_secs_f64(), findings.device))?;
    Ok(if findings.passed { 0 } else { NOT_PASSED })
}

fn verdict(passed: bool) -> &'static str {
    if passed { "pass" } else { "FAIL" }
}

fn lines(found: &Fixed, a: bool, b: bool) -> String {
    let Fixed { pair, gap, value, best_value, .. } = found;
    let mut text = format!("{pair}\n");
    if a {
        text += &format!(
            "  (a) {}  |D − D*|: mean {:.4} (at most {MEAN_GAP}), largest {:.4} (at most {LARGEST_GAP})\n",
            verdict(found.is_best()),
            gap.mean,
            gap.most
        );
    }
    if b {
        text += &format!(
            "  (b) {}  max V {value:.4}, −log 4 + 2·JSD {best_value:.4}: {:.4} apart (at most {VALUE})\n",
            verdict(found.is_worth_it()),
            (value - best_value).abs()
        );
    }
    text
}

fn game_lines(found: &Whole) -> String {
    let (start, end) = (&found.trajectory[0], found.end());
    format!(
        "the whole game on gaussian-1d, {} iterations\n  (c) {}  JSD {:.4} → {:.4} (at most {DIVERGENCE}), |V + log 4| {:.4} → {:.4} (at most {FROM_EQUILIBRIUM}), \
         mean |D − ½| {:.4} → {:.4} (at most {FROM_HALF})\n",
        end.iteration,
        verdict(found.converges()),
        start.divergence,
        end.divergence,
        (start.value + 4f64.ln()).abs(),
        (end.value + 4f64.ln()).abs(),
        start.from_half,
        end.from_half
    )
}
