//! Everything a user can get wrong, and what the answer names.

use crate::{assert_fails, gander, run, said, train};
use std::fs;

#[test]
fn an_unknown_preset_suggests_the_nearest() {
    assert_fails(&run(&["train", "digts"]), 2, &["`digts`", "did you mean `digits`", "mnist"]);
}

#[test]
fn an_unknown_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert_fails(&train(&folder.path().join("a"), &["--set", "train.bach=1"]), 2, &["bach", "expected one of"]);
    assert_fails(&train(&folder.path().join("a"), &["--set", "trian.batch=1"]), 2, &["trian"]);
    assert_fails(&train(&folder.path().join("a"), &["--set", "train.batch"]), 2, &["there is no `=`"]);
    assert!(!folder.path().join("a").exists(), "no folder is made for a game that cannot be");
}

#[test]
fn absurd_values_are_refused_with_their_limits() {
    let folder = tempfile::tempdir().unwrap();
    for (assignment, named) in [
        ("train.batch=0", "train.batch is 0"),
        ("train.k=0", "train.k is 0"),
        ("discriminator.layers.0.keep=1.5", "keep is 1.5"),
        ("discriminator.layers.0.keep=0.0", "keep is 0"),
        ("generator.optimizer.learning_rate=-0.1", "learning_rate is -0.1"),
        ("generator.optimizer.learning_rate=nan", "learning_rate is NaN"),
        ("generator.layers.0.units=1000000000", "units is 1000000000"),
        ("generator.layers.2.units=3", "has 2"),
        ("discriminator.layers.0.kernel=3", "discriminator.layers[0].kernel is set, but a maxout layer has no kernel"),
        ("discriminator.layers.0.kind=convolution", "discriminator.layers[0].units is set, but a convolution layer has no units"),
        ("generator.layers.0.sparse_init=3", "generator.layers[0] has both irange and sparse_init"),
        ("prior.noise=pink", "pink"),
        ("train.loss=wasserstein", "set train.clip"),
        ("train.generator_every=3", "set train.k to 3"),
        ("train.generator_gradient_norm=0.0", "generator_gradient_norm is 0"),
        ("train.instance_noise=-1.0", "instance_noise is -1"),
        ("train.diversity=0.0", "diversity is 0"),
        ("train.shrink_d=1.5", "shrink_d is 1.5"),
        ("train.blend={ non_saturating = 1.0, minimax = 0.0 }", "blend.minimax is 0"),
        ("generator.average=1.0", "generator.average is 1"),
        ("discriminator.average=0.9", "only the generator is averaged"),
        ("generator.optimizer={ kind = \"adam\", learning_rate = 0.001, beta1 = 1.0 }", "optimizer.beta1 is 1"),
        ("generator.optimizer={ kind = \"adma\", learning_rate = 0.001 }", "adma"),
        ("train.clip=0.0", "train.clip is 0"),
        ("data.set=mnits", "did you mean `mnist`"),
    ] {
        assert_fails(&train(&folder.path().join("a"), &["--set", assignment]), 2, &[named]);
    }
    let both = ["--set", "train.recipe=code-2014", "--set", "train.k=2"];
    assert_fails(&train(&folder.path().join("a"), &both), 2, &["train.k is 2", "code-2014"]);
}

#[test]
fn missing_and_lying_data_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let out = folder.path().join("run");
    let mnist = |data: &str| gander().args(["train", "mnist", "--adapter", "host", "--data", data, "--out"]).arg(&out).output().unwrap();
    assert_fails(&mnist(place), 3, &["mnist is nowhere", place, "gander data fetch mnist"]);
    // A header that promises two pictures, and one byte.
    fs::write(folder.path().join("train-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, 7]).unwrap();
    for name in ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        fs::write(folder.path().join(name), []).unwrap();
    }
    assert_fails(&mnist(place), 3, &["train-images-idx3-ubyte", "17 bytes", "1584"]);
}

#[test]
fn a_checkpoint_of_another_architecture_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "10"]).status.success());
    let config = out.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replacen("units = 8", "units = 12", 1)).unwrap();
    let output = gander().arg("resume").arg(&out).args(["--adapter", "host", "--iterations", "20"]).output().unwrap();
    assert_fails(&output, 5, &["G.0.w", "[16, 8]", "[16, 12]"]);
}

#[test]
fn an_unknown_adapter_is_answered_with_those_there_are() {
    assert_fails(&run(&["train", "ring", "--adapter", "Voodoo 2"]), 4, &["\"Voodoo 2\"", "--adapter host"]);
}

#[test]
fn without_any_driver_the_host_twin_trains_and_says_how_to_install_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = gander();
    command.args(["train", "ring", "--iterations", "5", "--out"]).arg(folder.path().join("ring"));
    for (variable, value) in [("VK_DRIVER_FILES", "/nonexistent"), ("VK_ICD_FILENAMES", "/nonexistent")] {
        command.env(variable, value);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("host twin") && said(&output).contains("mesa-vulkan-drivers"), "{}", said(&output));
}

#[test]
fn a_place_that_takes_no_files_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    assert_fails(&train(&file.join("run"), &["--iterations", "5"]), 1, &["cannot create", "file"]);
}

#[test]
fn a_folder_without_a_run_is_no_run() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    assert_fails(&run(&["resume", place]), 2, &["no run", "gander train"]);
    assert_fails(&run(&["sample", place]), 2, &["no run"]);
}

#[test]
fn a_set_that_cannot_be_downloaded_says_how_one_comes_by_it() {
    let fetch = |name: &str| run(&["data", "fetch", name]);
    assert_fails(&fetch("tfd"), 2, &["`tfd` cannot be downloaded", "University of Toronto", "TFD_48x48.mat", "`tfd-like`"]);
    assert_fails(&fetch("tfd-like"), 2, &["`tfd-like` cannot be downloaded: it is made from its seed"]);
    assert_fails(&fetch("mnits"), 2, &["there is no data set `mnits` (did you mean `mnist`?)"]);
    // A list of the user's own names sets of its own, and they become names of folders.
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("mirrors.toml");
    let sha256 = "0".repeat(64);
    let set = |name: &str| {
        format!("[\"{name}\"]\nmirrors = [\"http://127.0.0.1:9\"]\nfiles = [{{ name = \"a\", bytes = 1, sha256 = \"{sha256}\" }}]\n")
    };
    std::fs::write(&list, set("../outside") + &set(".hidden") + &set("")).unwrap();
    for name in ["../outside", ".hidden", ""] {
        let output =
            crate::gander().args(["data", "fetch", name, "--mirrors"]).arg(&list).env("XDG_CACHE_HOME", folder.path()).output().unwrap();
        assert_fails(&output, 2, &[&format!("`{name}` is to be the name of a folder")]);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is made beside the list");
}
