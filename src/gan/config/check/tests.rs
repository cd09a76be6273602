use crate::gan::{Config, preset};

/// Why a preset with these settings is no game.
fn refused(name: &str, settings: &[&str]) -> String {
    let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
    let toml = preset(name).expect("it is embedded").toml;
    Config::parse(toml, &settings).expect_err("it is not possible").to_string()
}

#[test]
fn noise_that_cannot_be_counted_is_refused_though_every_layer_can() {
    let message = refused("gaussian-1d", &["train.batch=65536", "prior.size=65536", "train.k=1"]);
    assert!(message.contains("generator.layers[0] takes in a minibatch matrix of 65536×65536 numbers"), "{message}");
    assert!(message.contains("take a smaller input, or a smaller train.batch"), "{message}");
}
