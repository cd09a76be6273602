//! Networks that leave gander, and come back. What the real packages make of the files, `scripts/export.sh` shows.

mod evaluator;
mod message;

use crate::{assert_fails, gander, run, said, train};
use evaluator::Model;
use gander::checkpoint::Checkpoint;
use gander::data::npy::{self, Numbers};
use gander::gan::{Array, Config, Judge, Sampler, State};
use gander::host::HostDevice;
use gander::nn::Extent;
use gander::tensor_file;
use std::path::Path;
use std::process::Output;

/// A game with every kind of layer, of pictures.
const CONVOLUTIONAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/export/convolutional.toml");

/// Trains it for a moment.
fn train_convolutional(out: &Path) {
    let output = gander().args(["train", CONVOLUTIONAL, "--adapter", "host", "--out"]).arg(out).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn export(run: &Path, out: &Path, more: &[&str]) -> Output {
    let output = gander().arg("export").arg(run).arg("--out").arg(out).args(more).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    output
}

fn newest(run: &Path) -> Checkpoint {
    let folder = std::fs::read_dir(run.join("checkpoints")).unwrap();
    Checkpoint::load(&folder.map(|entry| entry.unwrap().path()).max().unwrap()).unwrap()
}

/// An array that gander wrote.
fn numbers(path: &Path) -> Vec<f32> {
    let Numbers::Reals(numbers) = npy::read(path).unwrap().numbers else { panic!("bytes") };
    numbers
}

/// Asserts that f64 results are those of the f64 twin, which are given in f32: half a unit in its last place, and what orders of f64 sums differ by.
#[track_caller]
fn assert_twin(what: &str, found: &[f64], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (at, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let (wanted, bound) = (f64::from(*wanted), f64::from(*wanted).abs() * 2f64.powi(-24) + 1e-12);
        assert!((found - wanted).abs() <= bound, "{what}, number {at}: {found}, the twin gives {wanted}, bound {bound:e}");
    }
}

/// Compares both networks of a run in ONNX with the f64 twin of the run's own, on noise and samples that `gander sample` writes.
fn compare(run: &Path, example: Extent) {
    let folder = run.parent().unwrap();
    let [z, x, logits] = ["z", "x", "logits"].map(|name| folder.join(name).with_extension("npy"));
    let mut command = gander();
    command.arg("sample").arg(run).args(["--adapter", "host", "--count", "13", "--z"]).arg(&z);
    let output = command.arg("--npy").arg(&x).arg("--logits").arg(&logits).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let (z, x, logits) = (numbers(&z), numbers(&x), numbers(&logits));
    let checkpoint = newest(run);
    let (config, version) = (Config::parse(&checkpoint.config, &[]).unwrap(), checkpoint.version.clone());
    let state = checkpoint.into_state();
    let twin = || Box::new(HostDevice::<f64>::new());

    let [generator, discriminator] = ["generator", "discriminator"].map(|network| {
        let path = folder.join(network).with_extension("onnx");
        export(run, &path, &["--network", network]);
        Model::read(&path)
    });
    let made = generator.run(&z);
    let mut sampler = Sampler::new(twin(), &config, &state).unwrap();
    assert_twin("x", &made["x"], &pollster::block_on(sampler.generate(&z)).unwrap());
    let judged = discriminator.run(&x);
    let mut judge = Judge::new(twin(), &config, example, &state).unwrap();
    assert_twin("logit", &judged["logit"], &pollster::block_on(judge.logits(&x)).unwrap());
    for (probability, logit) in judged["probability"].iter().zip(&judged["logit"]) {
        assert_eq!(*probability, 1.0 / (1.0 + (-logit).exp()));
    }
    // What was written beside the samples is what they were made of, in f32.
    for (what, found, wanted) in [("x", &made["x"], &x), ("logit", &judged["logit"], &logits)] {
        let off = found.iter().zip(wanted).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
        assert!(off <= 1e-5, "{what} is off by {off}");
    }
    assert_eq!(generator.metadata()["config"], config.to_toml());
    assert_eq!(generator.metadata()["iteration"], state.iteration.to_string());
    assert_eq!(generator.metadata()["gander"], version);
}

#[test]
fn a_graph_in_onnx_computes_what_the_run_computes() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, pictures) = (folder.path().join("ring"), folder.path().join("pictures"));
    assert!(train(&ring, &["--iterations", "20"]).status.success());
    compare(&ring, Extent::from(2));
    train_convolutional(&pictures);
    compare(&pictures, Extent { channels: 1, height: 28, width: 28 });
}

#[test]
fn a_critic_gives_its_value_and_no_probability() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, path) = (folder.path().join("ring"), folder.path().join("d.onnx"));
    assert!(train(&ring, &["--iterations", "2", "--set", "train.loss=hinge"]).status.success());
    export(&ring, &path, &["--network", "discriminator"]);
    let outputs = Model::read(&path).run(&[0.5, -0.25]);
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["logit"]);
}

/// The tensor that lies as PyTorch's: the axes are those of its modules, and element (o, i) of theirs is element (i, o) of ours.
#[test]
fn tensors_lie_as_those_of_pytorch_and_are_those_that_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (pictures, path) = (folder.path().join("pictures"), folder.path().join("players.safetensors"));
    train_convolutional(&pictures);
    export(&pictures, &path, &[]);
    let file = tensor_file::load(&path).unwrap();
    let checkpoint = newest(&pictures);
    let found: Vec<(&str, &[usize])> = file.tensors.iter().map(|(name, array)| (name.as_str(), &array.shape[..])).collect();
    let wanted: [(&str, &[usize]); 14] = [
        ("discriminator.2.bias", &[10]),
        ("discriminator.2.weight", &[10, 1, 3, 3]),
        ("discriminator.7.bias", &[9]),
        ("discriminator.7.weight", &[9, 80]),
        ("discriminator.9.bias", &[1]),
        ("discriminator.9.weight", &[1, 9]),
        ("generator.0.bias", &[162]),
        ("generator.0.weight", &[162, 7]),
        ("generator.3.weight", &[6, 4, 4, 4]),
        ("generator.4.bias", &[4, 8, 8]),
        ("generator.6.bias", &[6]),
        ("generator.6.weight", &[6, 4, 2, 2]),
        ("generator.8.weight", &[3, 1, 4, 4]),
        ("generator.9.bias", &[1, 28, 28]),
    ];
    assert_eq!(found, wanted);
    let transposed = |name: &str| {
        let Array { shape, values } = &checkpoint.tensors[name];
        let [rows, cols] = shape[..] else { panic!("{name} is no matrix") };
        (0..rows * cols).map(|at| values[at % rows * cols + at / rows]).collect::<Vec<f32>>()
    };
    assert_eq!(file.tensors["discriminator.2.weight"].values, transposed("D.0.w"));
    assert_eq!(file.tensors["generator.3.weight"].values, transposed("G.2.w average"));
    assert_ne!(transposed("G.2.w average"), transposed("G.2.w"));
    // The names are those of the modules that the metadata tell of.
    let modules: serde_json::Value = serde_json::from_str(&file.metadata["modules"]).unwrap();
    assert_eq!(modules["generator"][3].to_string(), "[\"ConvTranspose2d\",6,4,4,3,1,0,1,false]");
    assert_eq!(modules["discriminator"][9].to_string(), "[\"Linear\",9,1]");
    assert_eq!(file.metadata["format"], "pt");
    let again = folder.path().join("again.safetensors");
    export(&pictures, &again, &[]);
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap(), "equal networks give equal files");
}

#[test]
fn an_export_without_a_format_or_a_checkpoint_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("ring");
    assert!(train(&ring, &["--iterations", "2"]).status.success());
    let path = ring.to_str().unwrap();
    assert_fails(&run(&["export", path]), 2, &["which format? say --format onnx or --format safetensors"]);
    assert_fails(&run(&["export", path, "--format", "onnx", "--at", "best"]), 2, &["no best checkpoint"]);
    assert_fails(&run(&["export", "nowhere", "--format", "onnx"]), 2, &["nowhere is no folder"]);
}

fn import(file: &Path, out: &Path, more: &[&str]) -> Output {
    gander().arg("import").arg(file).arg("--out").arg(out).args(more).output().unwrap()
}

/// What a run's newest checkpoint is shown with.
fn shown(run: &Path) -> Vec<(String, Array)> {
    newest(run).into_state().shown().tensors.into_iter().filter(|(name, _)| State::is_parameter(name)).collect()
}

/// What it keeps beside that.
fn beside(run: &Path) -> Vec<(String, Array)> {
    newest(run).into_state().shown().tensors.into_iter().filter(|(name, _)| !State::is_parameter(name)).collect()
}

#[test]
fn what_was_exported_comes_back_bit_for_bit_and_is_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    let [pictures, back] = ["pictures", "back"].map(|name| folder.path().join(name));
    let file = folder.path().join("players.safetensors");
    train_convolutional(&pictures);
    export(&pictures, &file, &[]);
    let output = import(&file, &back, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("generator and discriminator of ") && told.contains("iteration 3; velocities begin at zero\n"), "{told}");

    assert_eq!(shown(&back), shown(&pictures));
    let beside = beside(&back);
    assert!(!beside.is_empty() && beside.iter().all(|(_, array)| array.values.iter().all(|value| *value == 0.0)), "nothing learnt beside");
    assert_eq!(newest(&back).iteration, 3);
    let sheets = [&pictures, &back].map(|run| {
        let sheet = run.with_extension("npy");
        let output = gander().arg("sample").arg(run).args(["--adapter", "host", "--npy"]).arg(&sheet).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        std::fs::read(sheet).unwrap()
    });
    assert!(sheets[0] == sheets[1], "samples of the same z");
    let output = gander().arg("resume").arg(&back).args(["--adapter", "host", "--iterations", "5"]).output().unwrap();
    assert!(output.status.success() && said(&output).contains("goes on at iteration 3"), "{}", said(&output));
    assert_eq!(crate::iterations(&back), [4, 5]);
}

#[test]
fn a_network_alone_comes_back_beside_a_fresh_one_under_any_names_that_are_said_to_be_its() {
    let folder = tempfile::tempdir().unwrap();
    let [ring, back, fresh] = ["ring", "back", "fresh"].map(|name| folder.path().join(name));
    assert!(train(&ring, &["--iterations", "20", "--set", "seed=5"]).status.success());
    assert!(train(&fresh, &["--iterations", "1", "--set", "seed=5"]).status.success());
    // As PyTorch's state_dict() of the generator has them: bare names, no metadata.
    let (whole, bare) = (folder.path().join("g.safetensors"), folder.path().join("bare.safetensors"));
    export(&ring, &whole, &["--network", "generator"]);
    let tensors = tensor_file::load(&whole).unwrap().tensors;
    let tensors = tensors.into_iter().map(|(name, array)| (name.replace("generator.", ""), array)).collect();
    tensor_file::save(&bare, &Default::default(), &tensors).unwrap();
    let config = ring.join("config.toml");
    let config = config.to_str().unwrap();

    assert_fails(
        &import(&bare, &back, &["--preset", config]),
        2,
        &["`0.bias` does not say which network it is of: say --network generator"],
    );
    assert_fails(&import(&bare, &back, &["--network", "generator"]), 2, &["does not tell of its game: say --preset"]);
    assert!(!back.exists());
    let output = import(&bare, &back, &["--preset", config, "--network", "generator"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && told.contains("generator of ") && told.contains("; the discriminator begins anew"), "{told}");
    let of = |run: &Path, network: char| shown(run).into_iter().filter(|(name, _)| name.starts_with(network)).collect::<Vec<_>>();
    assert_eq!(of(&back, 'G'), of(&ring, 'G'));
    let begun = Checkpoint::load(&fresh.join("checkpoints/000000.safetensors")).unwrap();
    for (name, array) in of(&back, 'D') {
        assert_eq!(array, begun.tensors[&name], "{name} begins as that of any run of this seed");
    }
    assert_eq!(newest(&back).iteration, 0);
    // The other player alone, by the game that its own file tells of.
    let (judge, other) = (folder.path().join("d.safetensors"), folder.path().join("other"));
    export(&ring, &judge, &["--network", "discriminator"]);
    assert!(import(&judge, &other, &["--iteration", "7"]).status.success());
    assert_eq!((of(&other, 'D'), newest(&other).iteration), (of(&ring, 'D'), 7));
    assert!(of(&other, 'G').iter().all(|(name, array)| *array == begun.tensors[name]));
    let output = gander().arg("resume").arg(&back).args(["--adapter", "host", "--iterations", "3"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_fails(&import(&bare, &back, &["--preset", config, "--network", "generator"]), 2, &["is there already, and not empty"]);
    let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!entries.into_iter().any(|name| name.starts_with(".importing")), "nothing is left behind");
}

#[test]
fn tensors_of_another_game_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let [ring, back] = ["ring", "back"].map(|name| folder.path().join(name));
    assert!(train(&ring, &["--iterations", "2"]).status.success());
    let file = folder.path().join("g.safetensors");
    export(&ring, &file, &["--network", "generator"]);
    let refused = |change: &dyn Fn(&mut tensor_file::Tensors), more: &[&str], name: &str| {
        let mut tensors = tensor_file::load(&file).unwrap();
        change(&mut tensors);
        let changed = folder.path().join("changed.safetensors");
        let metadata = tensors.metadata.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        tensor_file::save(&changed, &metadata, &tensors.tensors).unwrap();
        assert_fails(&import(&changed, &back, more), 5, &[name]);
        assert!(!back.exists());
    };
    let set = ["--set", "generator.layers.0.units=9"];
    refused(&|_| {}, &set, "`generator.0.weight` has the shape [8, ");
    refused(&|_| {}, &["--preset", "mnist"], "`generator.0.weight` has the shape [8, ");
    refused(&|file| drop(file.tensors.remove("generator.2.bias")), &[], "`generator.2.bias` is missing");
    let odd = Array { shape: vec![1], values: vec![0.5] };
    refused(&|file| drop(file.tensors.insert("generator.9.weight".into(), odd.clone())), &[], "`generator.9.weight` is no parameter");
    refused(&|file| file.tensors.get_mut("generator.0.bias").unwrap().values[1] = f32::NAN, &[], "`generator.0.bias` holds NaN at index 1");
    refused(&|file| file.tensors.clear(), &[], "it holds no parameters");
}
