//! Event files, read back by the Python package tensorboard: what it finds is what the run's other files say.

use crate::{gander, said, train};
use base64::Engine;
use gander::checkpoint::Checkpoint;
use gander::gan::Metrics;
use gander::report::metrics;
use gander::report::table::Table;
use gander::report::tensorboard::SCALARS_EVERY;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What TensorBoard reads in a run.
fn events(run: &Path) -> Value {
    let python = std::env::var("GANDER_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tensorboard/read.py");
    let output = Command::new(&python).arg(script).arg(run.join("tensorboard")).output();
    let output = output.unwrap_or_else(|error| panic!("{python}: {error}; scripts/test.sh brings what this test needs"));
    assert!(output.status.success(), "{}; scripts/test.sh brings the package tensorboard", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The points a curve should have: the mean of every ten iterations.
fn means(rows: &[Metrics], column: fn(&Metrics) -> f32) -> Vec<(u64, f64)> {
    let windows = rows.chunk_by(|a, b| (a.iteration - 1) / SCALARS_EVERY == (b.iteration - 1) / SCALARS_EVERY);
    let whole = windows.filter(|window| window[window.len() - 1].iteration.is_multiple_of(SCALARS_EVERY));
    let mean = |window: &[Metrics]| window.iter().map(|row| f64::from(column(row))).sum::<f64>() / window.len() as f64;
    whole.map(|window| (window[window.len() - 1].iteration, mean(window))).collect()
}

/// A curve's tag, and the column of metrics.csv that it is drawn from.
type Curve = (&'static str, fn(&Metrics) -> f32);

fn assert_scalars(events: &Value, run: &Path) {
    let rows = metrics::read(&run.join("metrics.csv")).unwrap();
    let columns: [Curve; 9] = [
        ("loss/d_loss", |row| row.d_loss),
        ("loss/g_loss", |row| row.g_loss),
        ("game/value", |row| row.value),
        ("judged/d_real", |row| row.d_real),
        ("judged/d_fake", |row| row.d_fake),
        ("judged/real_right", |row| row.real_right),
        ("judged/fake_right", |row| row.fake_right),
        ("gradient/g_gradient", |row| row.g_gradient),
        ("gradient/d_gradient", |row| row.d_gradient),
    ];
    let tags = events["scalars"].as_object().unwrap().keys();
    assert_eq!(tags.filter(|tag| !tag.starts_with("monitor/")).count(), columns.len());
    for (tag, column) in columns {
        let points: Vec<(u64, f64)> =
            events["scalars"][tag].as_array().unwrap().iter().map(|point| (point[0].as_u64().unwrap(), number(&point[1]))).collect();
        let expected = means(&rows, column);
        assert_eq!(points.len(), expected.len(), "{tag}");
        for (point, wanted) in points.iter().zip(expected) {
            // Both are means in f64, rounded to f32 once.
            assert!(
                point.0 == wanted.0 && (point.1 - wanted.1).abs() <= wanted.1.abs() * f64::from(f32::EPSILON),
                "{tag}: {point:?}, {wanted:?}"
            );
        }
    }
}

fn assert_readings(events: &Value, run: &Path, iterations: &[u64]) {
    let table = Table::parse(&std::fs::read_to_string(run.join("monitor.csv")).unwrap());
    for name in table.names().filter(|name| *name != "iteration") {
        let points = events["scalars"][format!("monitor/{name}")].as_array().unwrap_or_else(|| panic!("no {name}"));
        let points: Vec<(f64, f32)> = points.iter().map(|point| (number(&point[0]), number(&point[1]) as f32)).collect();
        let read: Vec<(f64, f32)> =
            table.points("iteration", name).into_iter().map(|(iteration, value)| (iteration, value as f32)).collect();
        assert_eq!(points, read, "{name}");
        assert_eq!(points.iter().map(|point| point.0 as u64).collect::<Vec<_>>(), iterations);
    }
}

fn assert_images(events: &Value, run: &Path, iterations: &[u64]) {
    let images = events["images"]["samples"].as_array().unwrap();
    assert_eq!(images.iter().map(|image| image[0].as_u64().unwrap()).collect::<Vec<_>>(), iterations);
    for image in images {
        let file = std::fs::read(run.join(format!("samples/{:06}.png", image[0].as_u64().unwrap()))).unwrap();
        let found = base64::engine::general_purpose::STANDARD.decode(image[3].as_str().unwrap()).unwrap();
        assert!(found == file, "the picture is the sheet's file");
        let size = image::load_from_memory(&file).unwrap();
        assert_eq!((image[1].as_u64(), image[2].as_u64()), (Some(size.width().into()), Some(size.height().into())));
    }
}

fn assert_histograms(events: &Value, run: &Path, iteration: u64) {
    let checkpoint = Checkpoint::load(&run.join(format!("checkpoints/{iteration:06}.safetensors"))).unwrap();
    let parameters: Vec<_> = checkpoint.tensors.iter().filter(|(name, _)| name.ends_with(".w") || name.ends_with(".b")).collect();
    assert_eq!(events["histograms"].as_object().unwrap().len(), parameters.len(), "weights and biases, nothing that is kept beside them");
    for (name, array) in parameters {
        let all = events["histograms"][format!("weights/{name}")].as_array().unwrap();
        let event = all.iter().find(|event| event[0] == iteration).unwrap_or_else(|| panic!("{name}: none of {iteration}"));
        let values: Vec<f64> = array.values.iter().map(|&value| value.into()).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
        let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
        let numbers: Vec<f64> = event[1].as_array().unwrap().iter().map(number).collect();
        for (number, wanted) in numbers.iter().zip([low, high, values.len() as f64, sum, squares]) {
            // The decimal text between Python and this test may cost a last bit.
            assert!((number - wanted).abs() <= wanted.abs() * 2.0 * f64::EPSILON, "{name}: {number}, expected {wanted}");
        }
        let (limits, counts) = (event[2].as_array().unwrap(), event[3].as_array().unwrap());
        assert_eq!(limits.len(), counts.len());
        assert_eq!(counts.iter().map(number).sum::<f64>(), values.len() as f64, "{name}: every value is in one bar");
        // TensorBoard's bars are open below: (limit before, limit]. A value on a limit may stand on either side.
        let mut below = 0.0;
        for (limit, count) in limits.iter().zip(counts) {
            below += number(count);
            let limit = number(limit);
            let (under, upto) =
                (values.iter().filter(|&&x| x < limit - 1e-12).count(), values.iter().filter(|&&x| x <= limit + 1e-12).count());
            assert!(under as f64 <= below && below <= upto as f64, "{name}: {below} up to {limit}, expected {under} to {upto}");
        }
    }
}

#[test]
fn tensorboard_reads_what_the_run_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    // With second moments and averages, which are no weights.
    let adam = "generator.optimizer={ kind = \"adam\", learning_rate = 0.001, beta1 = 0.5 }";
    let set = ["report.samples_every=20", "report.monitor_every=15", "generator.average=0.9", adam].map(|setting| ["--set", setting]);
    let output = train(&out, &[&["--iterations", "45", "--tensorboard"], set.as_flattened()].concat());
    assert!(output.status.success(), "{}", said(&output));
    let events = events(&out);
    assert_scalars(&events, &out);
    assert_readings(&events, &out, &[15, 30, 45]);
    assert_images(&events, &out, &[0, 20, 40, 45]);
    assert_histograms(&events, &out, 30);
    assert_histograms(&events, &out, 45);
}

#[test]
fn what_a_resumed_run_makes_anew_replaces_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let set = ["--set", "report.tensorboard=true", "--set", "report.samples_every=10"];
    assert!(train(&out, &[&["--iterations", "40"], &set[..]].concat()).status.success());
    // As if it had been killed after iteration 40, when the last whole checkpoint was of 20.
    for iteration in [30, 40] {
        std::fs::remove_file(out.join(format!("checkpoints/{iteration:06}.safetensors"))).unwrap();
    }
    let output = gander().arg("resume").arg(&out).args(["--adapter", "host", "--iterations", "60"]).output().unwrap();
    assert!(output.status.success() && said(&output).contains("goes on at iteration 20"), "{}", said(&output));
    assert_eq!(std::fs::read_dir(out.join("tensorboard")).unwrap().count(), 2, "each session has a file of its own");
    let events = events(&out);
    assert_scalars(&events, &out);
    assert_images(&events, &out, &[0, 10, 20, 30, 40, 50, 60]);
    assert_histograms(&events, &out, 60);
}

#[test]
fn without_being_asked_nothing_is_written_for_tensorboard() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "5"]).status.success());
    assert!(!out.join("tensorboard").exists());
    assert!(!std::fs::read_to_string(out.join("config.toml")).unwrap().contains("tensorboard"));
}
