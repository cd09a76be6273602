//! The Parzen-window log-likelihood through training beside the paper's Table 1, and whatever else was watched.

use serde_json::Value;

use super::markup::{escape, table};
use super::{Account, curve, facts, section};
use crate::eval::table1;
use crate::report::chart::{BLUE, GREEN, Mark, ORANGE, Panel, tick};
use crate::report::table::Table;

/// Values so far below the lowest level, in spans of all levels, are beyond the axis: an untrained generator has minus thousands of nats.
const BELOW: f64 = 2.0;

/// A row of Table 1: model, nats, standard error.
type Row = (&'static str, f64, f64);

/// Table 1's column for the run's data set, and for a conditional game the row that such have in theirs.
fn table_1(account: &Account) -> Vec<Row> {
    let config = facts::settings_of(account);
    let word = |key| config.as_ref().and_then(|config| facts::word(config, key));
    let set = word("data.set").unwrap_or_default();
    let conditional = word("train.conditional").and(table1::conditional_row(&set));
    table1::rows(&set).into_iter().chain(conditional).collect()
}

/// The newest value on test data (on validation data, if there is none), and what belongs beside it.
pub(super) fn newest(account: &Account) -> Option<(String, String)> {
    let parzen = account.parzen.as_ref();
    if let Some((test, error, from)) = evaluated(account).or_else(|| end_of_curve(account)) {
        let error = error.map(|error| format!("\u{a0}±\u{a0}{error:.1}")).unwrap_or_default();
        return Some((format!("{}{error}", nats(test)), format!("nats on test data, {}", escape(&from))));
    }
    let valid =
        parzen.and_then(|parzen| last(parzen, "valid")).or(account.monitor.as_ref().and_then(|monitor| last(monitor, "valid_parzen")));
    valid.map(|valid| (nats(valid), "nats, validation data".into()))
}

/// The learning curve, with Table 1's levels.
pub(super) fn parzen(account: &Account) -> String {
    let mut marks = vec![];
    if let Some(parzen) = &account.parzen {
        let test = parzen.points("iteration", "test");
        let errors = parzen.points("iteration", "standard_error");
        let band = test.iter().filter_map(|&(x, y)| errors.iter().find(|error| error.0 == x).map(|error| (x, y - error.1, y + error.1)));
        marks.push(Mark::Band { points: band.collect(), colour: ORANGE });
        marks.push(line(parzen.points("iteration", "valid"), BLUE, "validation"));
        marks.push(line(test, ORANGE, "test ± standard error"));
    }
    if let Some(monitor) = &account.monitor {
        marks.push(line(monitor.points("iteration", "valid_parzen"), GREEN, "validation, while training"));
    }
    marks.retain(|mark| !matches!(mark, Mark::Line { points, .. } if points.is_empty()));
    let Some((x, y)) = extent(&marks, &table_1(account)) else {
        let table = table_of(account);
        return section("parzen", BESIDE, &if table.is_empty() { table } else { table + NOTE });
    };
    let mut levels = table_1(account);
    levels.sort_by(|a, b| b.1.total_cmp(&a.1));
    marks.extend(levels.iter().map(|&(label, y, _)| Mark::Level { y, label }));
    let panel = Panel { title: "Through training".into(), x_label: "iteration", y_label: "nats", x, y, log: false, marks };
    let chart = format!("<div class=\"charts wide\">{}</div>", curve::figure(&panel));
    section("parzen", BESIDE, &(format!("<div class=\"beside\">{chart}{}</div>", table_of(account)) + NOTE))
}

const BESIDE: &str = "Parzen-window log-likelihood";

const NOTE: &str = "<p class=\"note\">A Gaussian of width σ around each sample, σ chosen on validation data. The estimate is coarse in many dimensions: \
                    compare runs by it only under one protocol, with as many samples.</p>";

/// The paper's rows, the run's own, and the rows that say what such numbers are worth.
fn table_of(account: &Account) -> String {
    let row = |name: &str, value: f64, error: Option<f64>, from: String| {
        let error = error.map(|error| format!("\u{a0}±\u{a0}{error:.1}")).unwrap_or_default();
        vec![escape(name), nats(value) + &error, escape(&from)]
    };
    let source = |model| if model == table1::CONDITIONAL.0 { "Table 1 of Mirza and Osindero (2014)" } else { "Table 1" };
    let paper = table_1(account).into_iter().map(|(model, value, error)| row(model, value, Some(error), source(model).into()));
    let mut rows: Vec<Vec<String>> = paper.collect();
    let Some((value, error, from)) = evaluated(account).or_else(|| end_of_curve(account)) else { return String::new() };
    rows.push(row("this run", value, error, from).into_iter().map(|cell| format!("<strong>{cell}</strong>")).collect());
    let own_class = account.results.as_ref().map(|results| &results["by_class"]["test"]);
    if let Some((mean, test)) = own_class.and_then(|test| Some((test["mean"].as_f64()?, test))) {
        let from = "log p(x | class): windows on the class's own samples".into();
        rows.push(row("this run, by the example's class", mean, test["standard_error"].as_f64(), from));
    }
    let calibration = account.results.as_ref().and_then(|results| results.get("calibration")?.as_array());
    for stand_in in calibration.into_iter().flatten() {
        if let (Some(name), Some((value, error, sigma))) = (stand_in["stand_in"].as_str(), score(&stand_in["score"])) {
            rows.push(row(name, value, error, format!("stands in for samples{sigma}")));
        }
    }
    table(&["model", "nats", "from"].map(String::from), &rows)
}

/// The run's row as `eval.json` has it: nats, standard error, and where from.
fn evaluated(account: &Account) -> Option<(f64, Option<f64>, String)> {
    let results = account.results.as_ref()?;
    let (value, error, sigma) = score(&results["parzen"])?;
    let iteration = results["subject"]["iteration"].as_f64().map(|iteration| format!("iteration {}", tick(iteration)));
    Some((value, error, format!("{}{sigma}", iteration.unwrap_or_else(|| "gander eval".into()))))
}

/// The run's row as the last point of the learning curve has it.
fn end_of_curve(account: &Account) -> Option<(f64, Option<f64>, String)> {
    let parzen = account.parzen.as_ref()?;
    let sigma = last(parzen, "sigma").map(|sigma| format!(", σ\u{a0}=\u{a0}{sigma:.3}")).unwrap_or_default();
    Some((last(parzen, "test")?, last(parzen, "standard_error"), format!("iteration {}{sigma}", tick(last(parzen, "iteration")?))))
}

/// Mean, standard error, and σ in words.
fn score(score: &Value) -> Option<(f64, Option<f64>, String)> {
    let sigma = score["sigma"].as_f64().map(|sigma| format!(", σ\u{a0}=\u{a0}{sigma:.3}")).unwrap_or_default();
    Some((score["test"]["mean"].as_f64()?, score["test"]["standard_error"].as_f64(), sigma))
}

/// A small curve for every other column that was watched.
pub(super) fn watched(account: &Account) -> String {
    let Some(monitor) = &account.monitor else { return String::new() };
    let shown = monitor.names().filter(|name| !["iteration", "valid_parzen", "sigma"].contains(name));
    let charts: String = shown.filter_map(|name| watched_column(monitor, name)).collect();
    section("monitor", "While training", &if charts.is_empty() { charts } else { format!("<div class=\"charts\">{charts}</div>") })
}

fn watched_column(monitor: &Table, name: &str) -> Option<String> {
    let marks = vec![Mark::Line { points: monitor.points("iteration", name), colour: GREEN, width: 2.0, label: None }];
    let (x, y) = extent(&marks, &[])?;
    Some(curve::figure(&Panel { title: name.replace('_', " "), x_label: "iteration", y_label: "", x, y, log: false, marks }))
}

fn line(points: Vec<(f64, f64)>, colour: crate::report::chart::Colour, label: &'static str) -> Mark {
    Mark::Line { points, colour, width: 2.0, label: Some(label) }
}

/// Limits around all points and levels; `None` without points.
fn extent(marks: &[Mark], levels: &[Row]) -> Option<((f64, f64), (f64, f64))> {
    let points: Vec<(f64, f64)> =
        marks.iter().flat_map(|mark| if let Mark::Line { points, .. } = mark { &points[..] } else { &[] }).copied().collect();
    if points.is_empty() {
        return None;
    }
    let span = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let x = span(&mut points.iter().map(|point| point.0));
    let (mut low, mut high) = span(&mut points.iter().map(|point| point.1));
    if !levels.is_empty() {
        let (lowest, highest) = span(&mut levels.iter().map(|row| row.1));
        low = low.clamp(lowest - BELOW * (highest - lowest), lowest);
        high = high.max(highest);
    }
    let margin = ((high - low) * 0.06).max(1e-3 * high.abs()).max(1e-6);
    Some(((x.0, x.1.max(x.0 + 1.0)), (low - margin, high + margin)))
}

/// The last finite number of a column.
fn last(table: &Table, column: &str) -> Option<f64> {
    table.points("iteration", column).last().map(|point| point.1)
}

fn nats(value: f64) -> String {
    if value.abs() < 10.0 { format!("{value:.2}").replace('-', "−") } else { tick(value.round()).replace('-', "−") }
}
