//! Classifiers of few labels on a small game: where they begin, what they learn from, and the gradient of the game with labels.

use super::*;
use crate::data::{DataConfig, Dataset, Values};
use crate::gan::{Config, State, Trainer, preset};
use crate::host::HostDevice;
use crate::nn::Network;
use pollster::block_on;
use std::ops::ControlFlow;

/// A small game over eight points on a ring, which have labels.
fn game(settings: &[&str]) -> (Config, Dataset) {
    let small = ["generator.layers.0.units=8", "generator.layers.1.units=8", "discriminator.layers.0.units=12", "train.batch=20"];
    let settings: Vec<String> = small.iter().chain(settings).map(|setting| setting.to_string()).collect();
    let config = Config::parse(preset("ring").expect("it is embedded").toml, &settings).expect("its layers fit each other");
    (config, crate::data::open(&DataConfig::named("ring", 1), None).expect("nothing has to be read"))
}

/// What both players have learnt in a few iterations.
fn trained(config: &Config, dataset: &Dataset) -> State {
    let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), config, dataset).unwrap();
    assert!(block_on(trainer.advance(20, &|| 0.0, &mut |_| ControlFlow::Continue(()))).unwrap().is_continue());
    block_on(trainer.state()).unwrap()
}

/// The host, a recorder, and a classifier of the game over so many labelled examples.
fn learner(config: &Config, dataset: &Dataset, labels: u32, iterations: u32) -> (HostDevice<f32>, Recorder, Learner) {
    let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let recipe = recipe(config, iterations).unwrap();
    let outline = labelled(dataset, labels, 1).unwrap().outline();
    let learner = Learner::new(&mut device, &mut rec, &recipe, &recipe.layers_for(8), 2.into(), &outline).unwrap();
    (device, rec, learner)
}

fn tests_of(dataset: &Dataset) -> (Vec<f32>, &[u8]) {
    let labels = dataset.labels.as_ref().unwrap();
    (dataset.rows(dataset.test.clone()), &labels[dataset.test.start as usize..dataset.test.end as usize])
}

fn values(device: &HostDevice<f32>, network: &Network) -> Vec<Vec<f32>> {
    network.parameters().iter().map(|parameter| device.reals(&parameter.value).to_vec()).collect()
}

#[test]
fn a_classifier_learns_from_few_labels_and_nothing_is_left_of_the_one_before() {
    let (config, dataset) = game(&["discriminator.layers.0.irange=0.5"]);
    let (x, labels) = tests_of(&dataset);
    let (mut device, mut rec, mut learner) = learner(&config, &dataset, 40, 300);
    let few = [1, 2].map(|seed| labelled(&dataset, 40, seed).unwrap());
    let mut error = |few: &Dataset, seed, learner: &mut Learner| {
        block_on(learner.learn(&mut device, few, seed, None, &|| 0.0)).unwrap();
        block_on(learner.wrong(&mut device, &mut rec, &x, labels)).unwrap()
    };
    let first = error(&few[0], 1, &mut learner);
    assert!(first < 0.2, "of eight classes {first} are taken for others");
    error(&few[1], 2, &mut learner);
    assert_eq!(error(&few[0], 1, &mut learner), first, "the same again");
}

#[test]
fn features_begin_where_the_trained_discriminator_stands_and_the_last_layer_does_not() {
    for kind in ["", "discriminator.optimizer={ kind = \"adam\", learning_rate = 0.001 }"] {
        let (config, dataset) = game(if kind.is_empty() { &[] } else { std::slice::from_ref(&kind) });
        let state = trained(&config, &dataset);
        let (mut device, _, mut learner) = learner(&config, &dataset, 16, 1);
        let few = labelled(&dataset, 16, 1).unwrap();
        block_on(learner.learn(&mut device, &few, 3, Some(&state), &|| 0.0)).unwrap();
        // One iteration later: moved by no more than a step.
        let network = &learner.network;
        let begun: Vec<&[f32]> = start::hidden(network).iter().map(|parameter| &state.tensors[parameter.value.name()].values[..]).collect();
        let now = values(&device, network);
        let moved = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(begun.iter().zip(&now).all(|(begun, now)| moved(begun, now) < 0.1), "{kind}");
        let untrained = network.parameters()[0].initial.values(3, 1 << 16, begun[0].len());
        assert!(moved(begun[0], &untrained) > 0.1, "D has learnt something before");
        assert_eq!(network.outputs(), 8);
    }
}

#[test]
fn a_discriminator_of_other_layers_is_refused_by_name() {
    let (config, dataset) = game(&[]);
    let state = trained(&config, &dataset);
    let (other, _) = game(&["discriminator.layers.0.units=13"]);
    let (mut device, mut rec, mut learner) = learner(&other, &dataset, 16, 1);
    let few = labelled(&dataset, 16, 1).unwrap();
    let text = block_on(learner.learn(&mut device, &few, 1, Some(&state), &|| 0.0)).unwrap_err().to_string();
    assert!(text.contains("the classifier's `D.0.w` has the shape") && text.contains("another architecture"), "{text}");
    let layers = recipe(&other, 1).unwrap().layers_for(8);
    let text = Features::new(&mut device, &mut rec, &layers, 2.into(), &state).err().unwrap().to_string();
    assert!(text.contains("another architecture"), "{text}");
}

#[test]
fn frozen_features_are_the_highest_hidden_layer_and_stand_still() {
    let (config, dataset) = game(&[]);
    let state = trained(&config, &dataset);
    let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let layers = recipe(&config, 50).unwrap().layers_for(8);
    let mut features = Features::new(&mut device, &mut rec, &layers, 2.into(), &state).unwrap();
    let few = labelled(&dataset, 16, 1).unwrap();
    let seen = block_on(features.of_dataset(&mut device, &mut rec, &few)).unwrap();
    assert_eq!((seen.dimensions(), seen.examples(), &seen.labels), (features.width(), 16, &few.labels));
    // D's logit is its last layer over them.
    let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset).unwrap();
    trainer.restore(&state).unwrap();
    let judged = block_on(trainer.judge(&few.rows(0..16))).unwrap();
    let last = layers.len() - 1;
    let (w, b) = (&state.tensors[&format!("D.{last}.w")].values, &state.tensors[&format!("D.{last}.b")].values);
    let Values::Reals(of) = &seen.values else { panic!("features are reals") };
    for (logit, row) in judged.iter().zip(of.chunks_exact(features.width() as usize)) {
        let sum = row.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + b[0];
        assert!((sum - logit).abs() <= 1e-4 * (1.0 + logit.abs()), "{sum} is not {logit}");
    }
    let recipe = recipe(&config, 50).unwrap();
    let mut softmax = Learner::new(&mut device, &mut rec, &recipe, &layers[last..], features.width().into(), &seen.outline()).unwrap();
    block_on(softmax.learn(&mut device, &seen, 1, None, &|| 0.0)).unwrap();
    assert_eq!(block_on(features.of_dataset(&mut device, &mut rec, &few)).unwrap(), seen);
}

/// The game of a configuration with labels of 16 examples.
fn with_labels(config: &Config, dataset: &Dataset, iterations: u32) -> (HostDevice<f32>, Recorder, SemiGame) {
    let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let recipe = recipe(config, iterations).unwrap();
    let outline = labelled(dataset, 16, 1).unwrap().outline();
    let made = SemiGame::new(&mut device, &mut rec, config, (&recipe, &recipe.layers_for(8)), dataset, &outline).unwrap();
    (device, rec, made)
}

#[test]
fn the_game_with_labels_goes_on_from_both_trained_players_and_tells_classes_apart() {
    let (config, dataset) = game(&["discriminator.layers.0.irange=0.5"]);
    let state = trained(&config, &dataset);
    let (x, labels) = tests_of(&dataset);
    let (mut device, mut rec, mut made) = with_labels(&config, &dataset, 300);
    let few = labelled(&dataset, 16, 1).unwrap();
    let mut error = |trained: Option<&State>| {
        block_on(made.learn(&mut device, &few, 1, trained, &|| 0.0)).unwrap();
        block_on(made.wrong(&mut device, &mut rec, &x, labels)).unwrap()
    };
    let first = error(Some(&state));
    assert!(first < 0.3, "of eight classes {first} are taken for others");
    error(None);
    assert_eq!(error(Some(&state)), first, "the same again");
}
