//! Both ways back to z on generators that are small enough to be inverted by a few steps.

use super::*;
use crate::gan::{Config, Game, Sampler, State, Told, preset};
use crate::host::HostDevice;
use crate::plan::{Device, Recorder};
use pollster::block_on;

/// The sampler of a generator of pictures with 4 numbers in z, with its initial parameters.
fn sampler(settings: &[&str]) -> Sampler {
    let small = ["prior.size=4", "generator.layers.0.units=24", "generator.layers.1.units=24"];
    let wide = ["generator.layers.0.irange=0.8", "generator.layers.1.irange=0.4", "generator.layers.2.irange=0.4"];
    let settings: Vec<String> = small.iter().chain(&wide).chain(settings).map(|setting| setting.to_string()).collect();
    let config = Config::parse(preset("digits").expect("it is embedded").toml, &settings).expect("its layers fit each other");
    let outline = crate::data::outline(&config.data).expect("nothing has to be read");
    let (mut device, mut rec) = (HostDevice::<f32>::new(), Recorder::new());
    let game = Game::new(&mut rec, &config, &outline, &vec![0.5; outline.dimensions() as usize]).expect("the game fits");
    device.allocate(rec.memory()).expect("the host takes any tensor");
    game.write_start(&mut device, 3);
    let mut state = block_on(State::read(&mut device, &[&game.generator], 0)).expect("the host reads");
    // Averages that differ from the parameters, so that it can be seen which of them G is shown with.
    for (name, array) in state.tensors.iter_mut().filter(|(name, _)| name.ends_with(" average")) {
        assert!(name.starts_with("G."));
        array.values.iter_mut().for_each(|value| *value *= 0.7);
    }
    Sampler::new(Box::new(HostDevice::<f32>::new()), &config, &state).expect("the state is the game's")
}

fn squared_error(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2)).sum()
}

fn small_recipe() -> EncoderRecipe {
    let mut recipe = EncoderRecipe { iterations: 300, batch: 50, ..EncoderRecipe::published() };
    recipe.layers.iter_mut().for_each(|layer| layer.units = Some(40));
    recipe
}

#[test]
fn a_descent_finds_what_the_generator_was_given_and_begins_at_no_other_number_of_rows() {
    for settings in [&[][..], &["generator.average=0.9"]] {
        let mut sampler = sampler(settings);
        let truth = block_on(sampler.noise(5, 1, Told::All)).unwrap();
        let x = block_on(sampler.generate(&truth)).unwrap();
        let begin: Vec<f32> = truth.iter().map(|z| 0.8 * z).collect();
        let before = squared_error(&x, &block_on(sampler.generate(&begin)).unwrap());
        let mut descent = Descent::default();
        let found = block_on(descent.run(&mut sampler, &begin, &x, &[1.0; 784], 400, &|| 0.0)).unwrap();
        let after = squared_error(&x, &block_on(sampler.generate(&found)).unwrap());
        assert!(after < 1e-3 * before, "{settings:?}: the squared error went from {before} to {after}");
        assert!(squared_error(&found, &truth) < 1e-3, "{settings:?}: {found:?}, not {truth:?}");
        // A row goes its own way, whoever goes beside it, and a second search begins anew.
        let alone = block_on(descent.run(&mut sampler, &begin[..4], &x[..784], &[1.0; 784], 400, &|| 0.0)).unwrap();
        assert!(squared_error(&alone, &found[..4]) < 1e-6, "{alone:?}, not {:?}", &found[..4]);
        assert_eq!(found, block_on(descent.run(&mut sampler, &begin, &x, &[1.0; 784], 400, &|| 0.0)).unwrap());
    }
}

#[test]
fn what_is_hidden_has_no_part_in_a_descent() {
    let mut sampler = sampler(&[]);
    let z = block_on(sampler.noise(4, 1, Told::All)).unwrap();
    let x = block_on(sampler.samples(4, 2, Told::All)).unwrap();
    let weights = Mask::Right.weights(crate::data::Shape { width: 28, height: 28, channels: 1 }, 0).unwrap();
    let other: Vec<f32> = x.iter().enumerate().map(|(i, x)| if weights[i % 784] == 0.0 { 1.0 - x } else { *x }).collect();
    let mut run = |x: &[f32], weights: &[f32]| block_on(Descent::default().run(&mut sampler, &z, x, weights, 30, &|| 0.0)).unwrap();
    assert_eq!(run(&x, &weights), run(&other, &weights));
    assert_ne!(run(&x, &[1.0; 784]), run(&other, &[1.0; 784]));
}

#[test]
fn an_encoder_learns_the_way_back_and_stays_where_the_prior_draws() {
    for (noise, variance) in [("uniform", 1.0), ("gaussian", 1.0), ("spherical", 0.25)] {
        let mut sampler = sampler(&[&format!("prior.noise={noise}")]);
        let mut encoder = Encoder::new(&mut sampler, &small_recipe(), Target::Noise).unwrap();
        let z = block_on(sampler.noise(101, 1, Told::All)).unwrap();
        let x = block_on(sampler.generate(&z)).unwrap();
        let before = block_on(encoder.infer(&mut sampler, &x)).unwrap();
        let mut seen = vec![];
        block_on(encoder.train(&mut sampler, &|| 0.0, &mut |done| seen.push(done))).unwrap();
        assert!(seen.is_sorted() && seen.last() == Some(&300), "{seen:?}");
        let after = block_on(encoder.infer(&mut sampler, &x)).unwrap();
        let error = |found: &[f32]| squared_error(found, &z) / (z.len() as f64 * variance);
        assert!(error(&after) < 0.3 && error(&before) > 0.7, "{noise}: from {} to {} of the variance", error(&before), error(&after));
        let far = |z: &[f32]| z.iter().map(|z| z * z).sum::<f32>().sqrt();
        match noise {
            "uniform" => assert!(after.iter().all(|z| z.abs() <= 3f32.sqrt())),
            "spherical" => assert!(after.chunks_exact(4).all(|z| (far(z) - 1.0).abs() < 1e-6)),
            _ => {}
        }
    }
}

#[test]
fn an_encoder_is_found_again_bit_for_bit_and_another_architecture_is_refused() {
    let mut sampler = sampler(&[]);
    let recipe = EncoderRecipe { iterations: 3, ..small_recipe() };
    let x = block_on(sampler.samples(7, 2, Told::All)).unwrap();
    let mut encoder = Encoder::new(&mut sampler, &recipe, Target::Noise).unwrap();
    block_on(encoder.train(&mut sampler, &|| 0.0, &mut |_| ())).unwrap();
    let state = block_on(encoder.state(&mut sampler)).unwrap();
    assert_eq!(state.iteration, 3);
    let mut again = Encoder::new(&mut sampler, &recipe, Target::Noise).unwrap();
    again.restore(&mut sampler, &state).unwrap();
    let found = block_on(again.infer(&mut sampler, &x)).unwrap();
    assert_eq!(found, block_on(encoder.infer(&mut sampler, &x)).unwrap());
    let mut other = recipe.clone();
    other.layers.remove(0);
    let error = Encoder::new(&mut sampler, &other, Target::Noise).unwrap().restore(&mut sampler, &state).unwrap_err().to_string();
    assert!(error.contains("another architecture"), "{error}");
}

#[test]
fn the_published_recipe_is_whole_and_is_read_back_as_it_is_written() {
    let recipe = EncoderRecipe::published();
    assert_eq!(toml::from_str::<EncoderRecipe>(&recipe.to_toml()).unwrap(), recipe);
    assert_eq!(recipe.layers_for(7).last().unwrap().units, Some(7));
    crate::nn::shapes("E", &recipe.layers_for(7), 784.into()).unwrap();
}

#[test]
fn a_hidden_layer_is_inferred_and_the_layers_above_it_make_the_picture() {
    for settings in [&[][..], &["generator.average=0.9"]] {
        let mut sampler = sampler(settings);
        let z = block_on(sampler.noise(101, 1, Told::All)).unwrap();
        let x = block_on(sampler.generate(&z)).unwrap();
        for layer in [0, 1] {
            let mut encoder = Encoder::new(&mut sampler, &small_recipe(), Target::Hidden(layer)).unwrap();
            let before = squared_error(&x, &block_on(encoder.reconstruct(&mut sampler, &x)).unwrap());
            block_on(encoder.train(&mut sampler, &|| 0.0, &mut |_| ())).unwrap();
            let found = block_on(encoder.infer(&mut sampler, &x)).unwrap();
            assert_eq!(found.len(), 101 * 24, "each hidden layer of G has 24 units");
            let after = squared_error(&x, &block_on(encoder.reconstruct(&mut sampler, &x)).unwrap());
            assert!(after < 0.3 * before, "{settings:?}, layer {layer}: the squared error went from {before} to {after}");
        }
        let error = Encoder::new(&mut sampler, &small_recipe(), Target::Hidden(2)).err().expect("the last layer is not hidden").to_string();
        assert!(error.contains("no hidden layer 2") && error.contains("are: 0, 1"), "{error}");
    }
}

#[test]
fn what_a_hidden_layer_gave_out_makes_the_same_picture_to_the_bit() {
    let mut sampler = sampler(&[]);
    let crate::gan::sampler::Workbench { device, rec, generator, .. } = sampler.workbench();
    let z = rec.tensor("z of the test", [8, generator.inputs()]);
    let whole = generator.evaluate(rec, &z);
    let made = [0, 1].map(|layer| {
        let h = generator.evaluate_below(rec, &z, layer);
        generator.evaluate_above(rec, &h, layer)
    });
    let plan = rec.finish("both ways");
    device.allocate(rec.memory()).unwrap();
    device.write(&z, bytemuck::cast_slice(&(0..z.len()).map(|i| (i as f32).sin()).collect::<Vec<_>>()));
    let plan = device.prepare(&plan).unwrap();
    let bytes = block_on(device.submit(plan, 1, &[&whole, &made[0], &made[1]])).unwrap();
    assert!(bytes[0] == bytes[1] && bytes[0] == bytes[2] && bytes[0].iter().any(|byte| *byte != 0));
}
