//! Small games to be played by several tests: each recipe, loss, prior, layer, and form of examples is in one of them.

use gander::data::{Dataset, Shape, Values};
use gander::gan::Config;

/// 23 points in the plane, to be drawn in batches of 10: minibatches straddle epochs, and halves begin where no binding may.
pub fn points() -> Dataset {
    let at = |i: u32| [0.1 * f64::from(i), f64::from(i % 5) - 2.0].map(|x| (1.5 * x.sin()) as f32);
    dataset("points", 2, Values::Reals((0..23).flat_map(at).collect()), 23)
}

/// 19 pictures of 3×4 bytes, some pixels always black or white.
pub fn pictures() -> Dataset {
    let pixel = |i: u32| match i % 12 {
        0 => 0,
        11 => 255,
        at => (37 * i + 11 * at * at) as u8,
    };
    dataset("pictures", 12, Values::Bytes((0..19 * 12).map(pixel).collect()), 19)
}

fn dataset(name: &str, width: u32, values: Values, examples: u32) -> Dataset {
    let shape = Shape { width, height: 1, channels: 1 };
    let dataset = Dataset { name: name.into(), shape, values, labels: None, train: 0..examples, valid: 0..0, test: 0..0, preprocess: None };
    dataset.checked().expect("its parts agree")
}

/// A game of the tests.
pub struct Play {
    pub name: &'static str,
    pub config: Config,
    pub dataset: Dataset,
}

fn play(name: &'static str, dataset: Dataset, train: &str, prior: &str, generator: &str, discriminator: &str, settings: &[&str]) -> Play {
    let optimizer =
        "optimizer = { learning_rate = 0.1, decay = 1.01, min_learning_rate = 0.02, momentum = 0.5, final_momentum = 0.7, saturated = 5 }";
    let toml = format!(
        "seed = 3\n[data]\nset = \"{}\"\n[train]\niterations = 20\n{train}\n[prior]\n{prior}\n\
         [generator]\n{optimizer}\nlayers = [{generator}]\n[discriminator]\n{optimizer}\nlayers = [{discriminator}]\n\
         [report]\nsamples_every = 1\nsamples = 1\ncheckpoint_every = 1\nkeep = 1\n",
        dataset.name
    );
    let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
    let config = Config::parse(&toml, &settings).unwrap_or_else(|error| panic!("{name}: {error}"));
    Play { name, config, dataset }
}

/// All games.
pub fn plays() -> [Play; 4] {
    [
        play(
            "algorithm 1, k = 2, non-saturating, uniform noise, points",
            points(),
            "k = 2\nbatch = 10\ngenerator_loss = \"non-saturating\"",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            &[],
        ),
        play(
            "algorithm 1, minimax, gaussian noise, pictures, marginals, limited columns",
            pictures(),
            "k = 1\nbatch = 8\ngenerator_loss = \"minimax\"",
            "noise = \"gaussian\"\nsize = 8",
            "{ kind = \"sigmoid\", units = 8, irange = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 8, pieces = 2, irange = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5, max_col_norm = 0.9 }",
            &[],
        ),
        play(
            "code 2014, non-saturating, spherical noise, points in halves of no alignment",
            points(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 10\ngenerator_loss = \"non-saturating\"",
            "noise = \"spherical\"\nsize = 5",
            "{ kind = \"relu\", units = 11, irange = 0.7 }, { kind = \"linear\", units = 2, irange = 0.7 }",
            "{ kind = \"maxout\", units = 5, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"relu\", units = 7, irange = 0.5, keep = 0.5, bias = 0.3 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            &[],
        ),
        play(
            "code 2014, minimax, uniform noise, pictures, marginals, limited columns",
            pictures(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\ngenerator_loss = \"minimax\"",
            "noise = \"uniform\"\nsize = 4",
            "{ kind = \"relu\", units = 8, irange = 0.5, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\", max_col_norm = 0.9 }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            &[],
        ),
    ]
}

/// Adam for D. Its ε is large, so that a gradient's rounding errors are not scaled up: a gradient that is off by δ moves a parameter by rate·δ/ε at most.
const ADAM: &str = "discriminator.optimizer={ kind = \"adam\", learning_rate = 0.01, beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }";
/// Adam for G.
const ADAM_FOR_G: &str = "generator.optimizer={ kind = \"adam\", learning_rate = 0.01, beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }";

/// Games that between them take every option.
pub fn option_plays() -> [Play; 2] {
    [
        play(
            "algorithm 1 with blend, scaled gradient, instance noise, shrinking, no dropout for G, averages, Adam for D",
            points(),
            "k = 2\nbatch = 10\nblend = { non_saturating = 3.0, minimax = 1.0 }\ngenerator_gradient_norm = 0.5\ninstance_noise = 0.2\nshrink_d = 0.99\n\
             generator_dropout = false",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5, max_col_norm = 0.9 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            &["generator.average=0.9", ADAM],
        ),
        play(
            "code 2014, Wasserstein with clipping, G's turn, instance noise, averages, Adam for G",
            pictures(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\nloss = \"wasserstein\"\nclip = 0.3\ngenerator_every = 3\ninstance_noise = 0.1",
            "noise = \"uniform\"\nsize = 4",
            "{ kind = \"sigmoid\", units = 8, irange = 0.5 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            &["generator.average=0.9", ADAM_FOR_G],
        ),
    ]
}
