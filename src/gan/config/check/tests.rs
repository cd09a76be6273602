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

#[test]
fn a_form_of_the_loss_that_nobody_would_descend_is_refused() {
    for (other, named) in
        [("train.loss=hinge", "train.loss is Hinge"), ("train.blend={ non_saturating = 1.0, minimax = 1.0 }", "train.blend")]
    {
        let message = refused("mnist", &["train.generator_loss=minimax", other]);
        assert!(message.starts_with("train.generator_loss is Minimax") && message.contains(named), "{message}");
        // The form that presets write down is no choice: it is what there is without it.
        let kept = [other.to_string(), "train.generator_loss=non-saturating".into()];
        assert!(Config::parse(preset("mnist").expect("it is embedded").toml, &kept).is_ok(), "{other}");
    }
}

#[test]
fn a_bias_from_the_marginals_wants_a_sigmoid_behind_it() {
    let marginals = "{ units = 784, irange = 0.1, bias = \"marginals\", kind =";
    let layers = |kind: &str| format!("generator.layers=[{marginals} \"{kind}\" }}]");
    for kind in ["linear", "relu"] {
        let message = refused("mnist", &[&layers(kind)]);
        assert!(message.contains(&format!("a {kind} that ends in no sigmoid: set bias to a number")), "{message}");
    }
    assert!(Config::parse(preset("mnist").expect("it is embedded").toml, &[layers("sigmoid")]).is_ok());
}

#[test]
fn a_network_goes_on_from_one_run() {
    let inherited = "generator.inherited={ run = \"runs/a\", iteration = 1, layers = 1 }";
    let message = refused("mnist", &[inherited, "generator.extends=runs/b"]);
    assert!(message.starts_with("generator.extends = \"runs/b\", but some of its layers are inherited from runs/a"), "{message}");
    for one in [inherited, "generator.extends=runs/b"] {
        assert!(Config::parse(preset("mnist").expect("it is embedded").toml, &[one.into()]).is_ok(), "{one}");
    }
}

#[test]
fn only_the_first_layer_of_a_conditional_game_has_units_for_the_label() {
    for (preset, setting) in [("mnist", "generator.layers.0.label_units"), ("mnist-conditional", "discriminator.layers.1.label_units")] {
        let message = refused(preset, &[&format!("{setting}=9")]);
        let layer = setting.replace(".layers.", ".layers[").replace(".label", "].label");
        assert!(message.starts_with(&format!("{layer} is set, but only the first layer")), "{message}");
    }
}

#[test]
fn a_game_of_inference_that_cannot_be_played_is_refused() {
    let encoder = |layers: &str| format!("encoder={{ layers = [{layers}], optimizer = {{ kind = \"adam\", learning_rate = 0.001 }} }}");
    let linear = "{ kind = \"linear\", units = 100, irange = 0.1 }";
    let convolution = "discriminator.layers=[{ kind = \"convolution\", channels = 2, kernel = 3, irange = 0.1 }, \
                       { kind = \"sigmoid\", units = 1, irange = 0.1 }]";
    let told = [
        ("train.conditional=10", "train.inference and train.conditional are both set"),
        ("train.blend={ non_saturating = 1.0, minimax = 1.0 }", "train.inference and train.blend are both set"),
        (convolution, "its first layer, a convolution, has no room for it"),
        (&encoder(""), "the encoder ends in nothing, but infers z of 100 numbers"),
        (&encoder("{ kind = \"relu\", units = 100, irange = 0.1 }"), "ends in a relu with 100 units"),
        (&encoder("{ kind = \"linear\", units = 99, irange = 0.1 }"), "ends in a linear with 99 units"),
        (&encoder("{ kind = \"linear\", units = 100, label_units = 3, irange = 0.1 }"), "encoder.layers[0].label_units is set"),
        (&encoder(linear).replace("0.001", "0.0"), "encoder.optimizer.learning_rate is 0"),
    ];
    for (setting, why) in told {
        let message = refused("mnist", &["train.inference=true", setting]);
        assert!(message.contains(why), "{setting}: {message}");
    }
    let message = refused("mnist", &[&encoder(linear)]);
    assert!(message.starts_with("there is an [encoder], but train.inference is false"), "{message}");
}

#[test]
fn e_is_what_reconstruct_trains_by_the_optimiser_of_g_unless_it_is_said() {
    let parsed = |settings: &[&str]| {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        Config::parse(preset("mnist").expect("it is embedded").toml, &settings).expect("it is possible")
    };
    assert_eq!(parsed(&[]).encoder(), None);
    let own = parsed(&["train.inference=true"]);
    let encoder = own.encoder().expect("E plays");
    assert_eq!((encoder.layers.last().and_then(|last| last.units), &encoder.optimizer), (Some(100), &own.generator.optimizer));
    // What goes back to an earlier iteration slows all three down, and a fresh critic judges x alone.
    let layers =
        "encoder={ layers = [{ kind = \"linear\", units = 100, irange = 0.1 }], optimizer = { kind = \"adam\", learning_rate = 0.5 } }";
    let said = parsed(&["train.inference=true", layers]);
    let slowed = said.slowed(crate::gan::Retried { found: 2, from: 1 });
    assert_eq!(slowed.encoder().expect("E plays").optimizer.learning_rate(), 0.25);
    assert_eq!(said.plain().checked().expect("it is possible").encoder(), None);
}
