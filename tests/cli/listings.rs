//! Commands that only say something.

use crate::{gander as program, run};
use std::process::Stdio;

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn presets_are_listed_and_printed_as_they_are_trained() {
    let list = printed(&["presets"]);
    for name in ["digits", "mnist", "cifar10-fc", "cifar10-conv", "ring", "gaussian-1d"] {
        assert!(list.lines().any(|line| line.starts_with(name)), "{list}");
        let config = gander::gan::Config::parse(&printed(&["presets", name]), &[]);
        assert!(config.is_ok(), "{name}: {config:?}");
    }
}

#[test]
fn every_number_of_the_papers_presets_has_its_source() {
    for name in ["mnist", "cifar10-fc", "cifar10-conv"] {
        let text = printed(&["presets", name]);
        let silent: Vec<&str> =
            text.lines().filter(|line| line.contains('=') && !line.contains('#')).filter(|line| !line.starts_with("kind")).collect();
        assert!(silent.is_empty(), "{name}: {silent:?}");
    }
}

#[test]
fn the_plan_of_cifar10_shows_the_papers_layers() {
    let plan = printed(&["plan", "cifar10-conv"]);
    for line in
        ["G has 64825072 parameters, D 12454073", "D of 3×32×32", "convolve + bias", "convolve_adjoint + bias", "max_pooling_backward"]
    {
        assert!(plan.contains(line), "`{line}` is not in {plan}");
    }
    let outputs = [
        "3 transposed-convolution|3×32×32",
        "0 convolution|32×33×33",
        "2 convolution|32×15×15",
        "4 convolution|192×9×9",
        "5 max-pooling|192×5×5",
    ];
    for (kind, output) in outputs.iter().filter_map(|row| row.split_once('|')) {
        assert!(plan.lines().any(|line| line.starts_with(kind) && line.contains(output)), "{kind} does not give out {output} in {plan}");
    }
}

#[test]
fn the_plan_of_mnist_is_printed_without_data_or_device() {
    let plan = printed(&["plan", "mnist"]);
    for line in ["G has 2503984 parameters, D 1231441", "matmul_nn + bias", "dropout", "Update D by ascending", "71 dispatches"] {
        assert!(plan.contains(line), "`{line}` is not in {plan}");
    }
    for row in [["0 relu", "1200", "121200"], ["0 maxout of 5 pieces", "240", "942000"], ["2 sigmoid", "784", "941584"]] {
        assert!(plan.lines().any(|line| row.iter().all(|cell| line.contains(cell))), "{row:?} is no layer in {plan}");
    }
    let plan = printed(&["plan", "mnist-conditional"]);
    assert!(plan.contains("G has 2413984 parameters, D 1224351") && plan.contains("clear_corners"), "{plan}");
    for row in [["0 relu", "1200", "31200"], ["0 maxout of 5 pieces", "290", "944750"], ["1 maxout of 4 pieces", "240", "279360"]] {
        assert!(plan.lines().any(|line| row.iter().all(|cell| line.contains(cell))), "{row:?} is no layer in {plan}");
    }
    assert!(printed(&["plan", "mnist", "--set", "train.recipe=code-2014"]).contains("Both move at once"));
}

/// The kernels of an iteration of the games of the paper, in order.
const KERNELS: &str = "schedule, schedule, shuffle, draw + bytes, noise + uniform, \
    matmul_nn + bias, activation_forward + relu, matmul_nn + bias, activation_forward + relu, matmul_nn + bias, activation_forward + sigmoid, \
    dropout, matmul_nn + bias, maxout_forward, dropout, matmul_nn + bias, maxout_forward, dropout, matmul_nn + bias, loss_discriminator + cross_entropy, \
    matmul_tn, column_sums, matmul_nt, dropout, maxout_backward, matmul_tn, column_sums, matmul_nt, dropout, maxout_backward, matmul_tn, column_sums, \
    update, noise + uniform, \
    matmul_nn + bias, activation_forward + relu, matmul_nn + bias, activation_forward + relu, matmul_nn + bias, activation_forward + sigmoid, \
    dropout, matmul_nn + bias, maxout_forward, dropout, matmul_nn + bias, maxout_forward, dropout, matmul_nn + bias, loss_generator + non_saturating, \
    matmul_nt, dropout, maxout_backward, matmul_nt, dropout, maxout_backward, matmul_nt, dropout, activation_backward + sigmoid, \
    matmul_tn, column_sums, matmul_nt, activation_backward + relu, matmul_tn, column_sums, matmul_nt, activation_backward + relu, \
    matmul_tn, column_sums, update, metrics, tick";

/// What a game does not ask for leaves no trace in it.
#[test]
fn the_plans_of_the_papers_games_hold_nothing_but_the_paper() {
    for game in ["mnist", "digits"] {
        let plan = printed(&["plan", game]);
        let numbered = plan.lines().filter(|line| line.get(..4).is_some_and(|number| number.trim().parse::<u32>().is_ok()));
        let kernels: Vec<&str> = numbered.map(|line| line[6..40].trim()).collect();
        assert_eq!(kernels.join(", "), KERNELS, "{game}");
    }
}

#[test]
fn devices_always_names_the_host() {
    assert!(printed(&["devices"]).contains("host"));
}

#[test]
fn data_sets_are_listed() {
    assert!(printed(&["data", "list"]).contains("mnist"));
}

#[test]
fn the_schema_of_a_configuration_is_json() {
    let schema: serde_json::Value = serde_json::from_str(&printed(&["presets", "--schema"])).unwrap();
    assert!(schema["properties"]["train"].is_object(), "{schema}");
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(printed(&["completions", shell]).contains("gander"), "{shell}");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    let help = printed(&["--help"]);
    assert!(help.contains("Examples:") && help.contains("130"), "{help}");
    for command in ["train", "resume", "sample", "devices", "presets", "plan", "data"] {
        assert!(!printed(&[command, "--help"]).is_empty());
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = program().args(["plan", "mnist"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
