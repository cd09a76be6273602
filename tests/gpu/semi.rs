//! Classifiers of few labels, on every device: a learner, and the game with a logit for each class.

use crate::evaluation::on_every_device;
use gander::data::DataConfig;
use gander::gan::semi::{Learner, SemiGame, labelled, recipe};
use gander::gan::{Config, preset};

#[test]
fn few_labels_tell_the_modes_of_a_ring_apart_on_every_device_alone_and_in_the_game() {
    let small = ["generator.layers.0.units=8", "generator.layers.1.units=8", "discriminator.layers.0.units=12", "train.batch=20"];
    let settings: Vec<String> = small.iter().chain(&["discriminator.layers.0.irange=0.5"]).map(|setting| setting.to_string()).collect();
    let config = Config::parse(preset("ring").expect("it is embedded").toml, &settings).expect("its layers fit");
    let dataset = gander::data::open(&DataConfig::named("ring", 1), None).expect("nothing has to be read");
    let few = labelled(&dataset, 16, 1).expect("there are enough");
    let (x, labels) = (dataset.rows(dataset.test.start..dataset.test.start + 300), dataset.labels.as_ref().expect("they have labels"));
    let labels = &labels[dataset.test.start as usize..dataset.test.start as usize + 300];
    let recipe = recipe(&config, 150).expect("D has hidden layers");
    let layers = recipe.layers_for(8);
    let seen = on_every_device(async |device, rec| {
        let mut learner = Learner::new(device, rec, &recipe, &layers, 2.into(), &few.outline())?;
        learner.learn(device, &few, 1, None, &|| 0.0).await?;
        let mut game = SemiGame::new(device, rec, &config, (&recipe, &layers), &dataset, &few.outline())?;
        game.learn(device, &few, 1, None, &|| 0.0).await?;
        Ok([learner.wrong(device, rec, &x, labels).await?, game.wrong(device, rec, &x, labels).await?])
    });
    for (name, errors) in seen {
        println!("{name}: {errors:?}");
        assert!(errors.iter().all(|error| *error < 0.3), "{name}: {errors:?}");
    }
}
