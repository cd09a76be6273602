//! Runs that end, are resumed, are killed, and are sampled.

use crate::{assert_fails, gander, iterations, run, said, train};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn resume(out: &Path, more: &[&str]) -> std::process::Output {
    gander().arg("resume").arg(out).args(["--adapter", "host"]).args(more).output().unwrap()
}

/// Starts a long run in the background, saying nothing.
fn start(out: &Path, command: &[&str]) -> Child {
    gander().args(command).arg("--out").arg(out).args(crate::TINY).args(["--iterations", "1000000"]).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until a file is there.
pub fn await_file(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "{} never came", path.display());
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_leaves_everything_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let output = train(&out, &["--iterations", "45", "--set", "report.keep=2", "--set", "report.samples_every=20"]);
    assert!(output.status.success(), "{}", said(&output));
    for file in ["config.toml", "losses.png", "losses.svg", "run.log", "samples/000000.png", "samples/000020.png", "samples/000045.png"] {
        assert!(out.join(file).is_file(), "{file} is missing");
    }
    assert_eq!(iterations(&out), (1..=45).collect::<Vec<_>>());
    let mut checkpoints: Vec<_> = fs::read_dir(out.join("checkpoints")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    checkpoints.sort();
    assert_eq!(checkpoints, ["000040.safetensors", "000045.safetensors"]);
}

#[test]
fn the_configuration_of_a_run_reproduces_it() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    assert!(train(&first, &["--iterations", "20"]).status.success());
    let config = first.join("config.toml");
    let again = gander().arg("train").arg(&config).arg("--out").arg(&second).args(["--adapter", "host"]).output().unwrap();
    assert!(again.status.success(), "{}", said(&again));
    for file in ["metrics.csv", "checkpoints/000020.safetensors", "samples/000020.png"] {
        assert_eq!(bytes(&first.join(file)), bytes(&second.join(file)), "{file}");
    }
}

#[test]
fn a_folder_that_nothing_is_read_from_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (out, place) = (folder.path().join("ring"), folder.path().to_str().unwrap());
    let told = ["`ring` is made from its seed, and nothing is read from", place, "--set data.set=mnist"];
    assert_fails(&train(&out, &["--iterations", "10", "--data", place]), 2, &told);
    assert!(!out.exists());
    assert!(train(&out, &["--iterations", "10"]).status.success());
    assert_fails(&resume(&out, &["--data", place]), 2, &told);
    assert_eq!(iterations(&out), (1..=10).collect::<Vec<_>>());
}

#[test]
fn resuming_is_bit_equal_to_never_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, halves) = (folder.path().join("whole"), folder.path().join("halves"));
    assert!(train(&whole, &["--iterations", "40"]).status.success());
    assert!(train(&halves, &["--iterations", "20"]).status.success());
    assert!(said(&resume(&halves, &[])).contains("20 iterations are complete"));
    let output = resume(&halves, &["--iterations", "40"]);
    assert!(output.status.success(), "{}", said(&output));
    for file in ["metrics.csv", "config.toml", "checkpoints/000040.safetensors"] {
        assert_eq!(bytes(&whole.join(file)), bytes(&halves.join(file)), "{file}");
    }
}

/// Every option of the game that goes with cross-entropy, and with both recipes.
const OPTIONS: [&str; 22] = [
    "--set",
    "train.blend={ non_saturating = 1.0, minimax = 0.5 }",
    "--set",
    "train.generator_gradient_norm=0.1",
    "--set",
    "train.instance_noise=0.1",
    "--set",
    "train.diversity=0.1",
    "--set",
    "train.shrink_d=0.999",
    "--set",
    "train.generator_dropout=false",
    "--set",
    "generator.average=0.9",
    "--set",
    "generator.optimizer={ kind = \"adam\", learning_rate = 0.001, beta1 = 0.5 }",
    "--set",
    "train.clip=0.5",
    "--set",
    "train.generator_rests_below=0.6",
    "--set",
    "prior.noise=mixture",
];

/// Moments and averages are part of what is saved; samples are made by the averages.
#[test]
fn a_run_with_every_option_resumes_bit_for_bit_and_is_sampled_by_its_averages() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, halves) = (folder.path().join("whole"), folder.path().join("halves"));
    let of_recipes = [
        &["train.k=2", "train.k_adaptive={ least = 1, enough = 0.7 }"][..],
        &["train.recipe=code-2014", "train.k=1", "train.generator_every=3", "train.discriminator_rests_above=0.7"],
    ];
    for more in of_recipes {
        let more: Vec<&str> = more.iter().flat_map(|setting| ["--set", setting]).collect();
        let options = [&OPTIONS[..], &more].concat();
        let first = train(&whole, &[&options[..], &["--iterations", "40"]].concat());
        assert!(first.status.success(), "{}", said(&first));
        assert!(train(&halves, &[&options[..], &["--iterations", "20"]].concat()).status.success());
        let output = resume(&halves, &["--iterations", "40"]);
        assert!(output.status.success(), "{}", said(&output));
        for file in ["metrics.csv", "config.toml", "checkpoints/000040.safetensors", "samples/000040.png"] {
            assert_eq!(bytes(&whole.join(file)), bytes(&halves.join(file)), "{file} under {more:?}");
        }
        let checkpoint = gander::checkpoint::Checkpoint::load(&whole.join("checkpoints/000040.safetensors")).unwrap();
        for kept in ["G.0.w average", "G.0.w second moment", "D.0.w velocity"] {
            assert!(checkpoint.tensors.contains_key(kept), "`{kept}` is not saved");
        }
        let (sheet, array) = (folder.path().join("sheet.png"), folder.path().join("x.npy"));
        let sample = gander()
            .arg("sample")
            .arg(&whole)
            .args(["--adapter", "host", "--count", "4", "--npy"])
            .arg(&array)
            .arg("--out")
            .arg(&sheet)
            .output();
        assert!(sample.unwrap().status.success());
        fs::remove_dir_all(&whole).unwrap();
        fs::remove_dir_all(&halves).unwrap();
    }
}

#[test]
fn a_folder_has_one_owner() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    let mut child = start(&out, &["train", "ring"]);
    await_file(&out.join("checkpoints/000010.safetensors"));
    for second in [&["resume", out.to_str().unwrap()][..], &["train", "digits", "--out", out.to_str().unwrap()]] {
        let begun = Instant::now();
        assert_fails(&run(second), 2, &["another gander", &child.id().to_string()]);
        let took = begun.elapsed();
        println!("`gander {}` was refused within {:.0} ms", second[0], 1e3 * took.as_secs_f64());
        // A second is promised; so much more on a machine that does other things.
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
    let sheet = folder.path().join("sheet.png");
    let sampled = gander().arg("sample").arg(&out).args(["--count", "8", "--adapter", "host", "--out"]).arg(&sheet).output().unwrap();
    assert!(sampled.status.success(), "sampling needs no lock: {}", said(&sampled));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_fails(&train(&out, &[]), 2, &["already holds a run", "gander resume"]);
}

#[test]
fn samples_depend_on_their_seed_and_their_checkpoint_only() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "30"]).status.success());
    let sheet = |name: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let output =
            gander().arg("sample").arg(&out).args(["--adapter", "host", "--count", "30", "--out"]).arg(&path).args(more).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        bytes(&path)
    };
    assert_eq!(sheet("a.png", &["--seed", "5"]), sheet("b.png", &["--seed", "5"]));
    assert_ne!(sheet("a.png", &["--seed", "5"]), sheet("b.png", &["--seed", "6"]));
    assert_ne!(sheet("a.png", &["--at", "10"]), sheet("b.png", &["--at", "30"]));
    let missing = run(&["sample", out.to_str().unwrap(), "--at", "7", "--adapter", "host"]);
    assert_fails(&missing, 2, &["iteration 7", "10, 20, 30"]);
}

#[test]
fn a_damaged_checkpoint_is_passed_over_and_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "20"]).status.success());
    let newest = out.join("checkpoints/000020.safetensors");
    let mut content = bytes(&newest);
    *content.last_mut().unwrap() ^= 1;
    fs::write(&newest, content).unwrap();
    let output = resume(&out, &["--iterations", "25"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("passed over") && said(&output).contains("goes on at iteration 10"), "{}", said(&output));
    assert_eq!(iterations(&out), (1..=25).collect::<Vec<_>>());
}

#[test]
fn quiet_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = train(&folder.path().join("ring"), &["--iterations", "5", "--quiet"]);
    assert!(output.status.success() && output.stderr.is_empty() && output.stdout.is_empty(), "{}", said(&output));
}

#[test]
fn a_film_shows_every_checkpoint_once_and_an_array_holds_the_samples() {
    use image::AnimationDecoder;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "30", "--set", "report.keep=9"]).status.success());
    let (film, array) = (folder.path().join("film.gif"), folder.path().join("x.npy"));
    let sample = |more: &[&str]| {
        let output =
            gander().arg("sample").arg(&out).args(["--adapter", "host", "--count", "5"]).args(more).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let printed = sample(&["--gif", film.to_str().unwrap(), "--npy", array.to_str().unwrap(), "--delay", "50"]);
    assert!(printed.contains("4 checkpoints up to iteration 30") && printed.contains("5 samples"), "{printed}");
    assert!(!folder.path().join("sheet.png").exists(), "nobody asked for a sheet");
    let frames = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes(&film))).unwrap().into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 4);
    assert!(frames.windows(2).all(|pair| pair[0].buffer() != pair[1].buffer()), "training moves something");
    let gander::data::npy::Array { shape, .. } = gander::data::npy::read(&array).unwrap();
    assert_eq!(shape, [5, 2]);
    sample(&["--gif"]);
    assert!(folder.path().join("samples.gif").is_file());
}

#[test]
fn a_run_goes_on_behind_new_layers_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let [base, out, again] = ["base", "out", "again"].map(|name| folder.path().join(name));
    assert!(train(&base, &["--iterations", "10"]).status.success());
    let config: toml::Table = fs::read_to_string(base.join("config.toml")).unwrap().parse().unwrap();
    let size = config["prior"]["size"].as_integer().unwrap();
    let layers = format!("generator.layers=[{{ kind = \"relu\", units = {size}, irange = 0.5 }}]");
    let extends = format!("generator.extends={}", base.display());
    let new = ["--set", &layers, "--set", "prior.size=3", "--set", &extends, "--iterations", "10"];
    let output = train(&out, &new);
    assert!(output.status.success(), "{}", said(&output));
    // The run's configuration is complete, and makes the same run again.
    let whole: toml::Table = fs::read_to_string(out.join("config.toml")).unwrap().parse().unwrap();
    let count = |config: &toml::Table| config["generator"]["layers"].as_array().unwrap().len();
    assert_eq!(count(&whole), count(&config) + 1);
    let repeated =
        gander().arg("train").arg(out.join("config.toml")).arg("--out").arg(&again).args(["--adapter", "host"]).output().unwrap();
    assert!(repeated.status.success(), "{}", said(&repeated));
    let newest = "checkpoints/000010.safetensors";
    assert_eq!(bytes(&out.join(newest)), bytes(&again.join(newest)));
    // So does a reproduction of the same game.
    let table = folder.path().join("table1");
    let mut reproduce = gander();
    reproduce.args(["reproduce", "table1", "--preset", "ring", "--out"]).arg(&table).args(crate::TINY).args(new);
    let reproduced = reproduce.args(["--set", "train.recipe=algorithm-1"]).output().unwrap();
    assert!(reproduced.status.success(), "{}", said(&reproduced));
    assert_eq!(bytes(&out.join(newest)), bytes(&table.join("seed-1").join(newest)));
    assert!(resume(&out, &["--iterations", "20"]).status.success());
    // What is extended must be there.
    let gone = train(&folder.path().join("other"), &["--set", "generator.extends=runs/tfd-pretrain-is-not-here"]);
    assert_fails(&gone, 2, &["generator.extends = \"runs/tfd-pretrain-is-not-here\"", "is no folder", "--set generator.extends=RUN"]);
}
