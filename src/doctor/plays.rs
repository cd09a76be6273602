//! Small games: each recipe, prior, layer, option, and form of examples is in one of them. The tests play them, too.

use crate::data::{Dataset, Shape, Values};
use crate::gan::Config;

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

/// 21 pictures of 5×5 in three colours.
fn colours() -> Dataset {
    let shape = Shape { width: 5, height: 5, channels: 3 };
    let values = (0..21 * 75u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    shaped("colours", shape, Values::Bytes(values), 21)
}

fn dataset(name: &str, width: u32, values: Values, examples: u32) -> Dataset {
    shaped(name, Shape { width, height: 1, channels: 1 }, values, examples)
}

fn shaped(name: &str, shape: Shape, values: Values, examples: u32) -> Dataset {
    let dataset = Dataset { name: name.into(), shape, values, labels: None, train: 0..examples, valid: 0..0, test: 0..0, preprocess: None };
    dataset.checked().expect("its parts agree")
}

/// 700 pictures of 96 bytes, more than [`LIMIT`](crate::doctor::LIMIT).
fn many_pictures() -> Dataset {
    let pixel = |i: u32| (31 * i + (i / 96) * (i % 7)) as u8;
    dataset("many pictures", 96, Values::Bytes((0..700 * 96).map(pixel).collect()), 700)
}

/// A game whose data, matrices and parameters exceed [`LIMIT`](crate::doctor::LIMIT): weights in two and three blocks, of ragged sizes.
pub fn beyond_the_limit() -> Play {
    play(
        "tensors beyond the limit of bindings",
        6,
        many_pictures(),
        "k = 1\nbatch = 12",
        "noise = \"uniform\"\nsize = 100",
        "{ kind = \"relu\", units = 130, irange = 0.1, max_col_norm = 0.6 }, { kind = \"sigmoid\", units = 96, irange = 0.2 }",
        "{ kind = \"maxout\", units = 60, pieces = 3, irange = 0.1, max_col_norm = 0.6, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
    )
}

/// A small game.
pub struct Play {
    /// What is in it.
    pub name: &'static str,
    /// The game.
    pub config: Config,
    /// Its data.
    pub dataset: Dataset,
}

impl Play {
    /// The same game with settings of its own.
    /// # Panics
    /// if they are impossible.
    pub fn with(&self, settings: &[&str]) -> Play {
        let settings: Vec<String> = settings.iter().map(|setting| setting.to_string()).collect();
        let config = Config::parse(&self.config.to_toml(), &settings).unwrap_or_else(|error| panic!("{settings:?}: {error}"));
        Play { name: self.name, config, dataset: self.dataset.clone() }
    }
}

fn play(name: &'static str, seed: u32, dataset: Dataset, train: &str, prior: &str, generator: &str, discriminator: &str) -> Play {
    let optimizer =
        "optimizer = { learning_rate = 0.1, decay = 1.01, min_learning_rate = 0.02, momentum = 0.5, final_momentum = 0.7, saturated = 5 }";
    let toml = format!(
        "seed = {seed}\n[data]\nset = \"{}\"\n[train]\niterations = 20\n{train}\n[prior]\n{prior}\n\
         [generator]\n{optimizer}\nlayers = [{generator}]\n[discriminator]\n{optimizer}\nlayers = [{discriminator}]\n\
         [report]\nsamples_every = 1\nsamples = 1\ncheckpoint_every = 1\nkeep = 1\n",
        dataset.name
    );
    let config = Config::parse(&toml, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
    Play { name, config, dataset }
}

/// All games.
pub fn plays() -> [Play; 5] {
    [
        play(
            "algorithm 1, k = 2, non-saturating, uniform noise, points",
            3,
            points(),
            "k = 2\nbatch = 10\ngenerator_loss = \"non-saturating\"",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "algorithm 1, minimax, gaussian noise, pictures, marginals, limited columns",
            3,
            pictures(),
            "k = 1\nbatch = 8\ngenerator_loss = \"minimax\"",
            "noise = \"gaussian\"\nsize = 8",
            "{ kind = \"sigmoid\", units = 8, irange = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 8, pieces = 2, irange = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5, max_col_norm = 0.9 }",
        ),
        play(
            "code 2014, non-saturating, spherical noise, points in halves of no alignment",
            3,
            points(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 10\ngenerator_loss = \"non-saturating\"",
            "noise = \"spherical\"\nsize = 5",
            "{ kind = \"relu\", units = 11, irange = 0.7 }, { kind = \"linear\", units = 2, irange = 0.7 }",
            "{ kind = \"maxout\", units = 5, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"relu\", units = 7, irange = 0.5, keep = 0.5, bias = 0.3 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "code 2014, minimax, uniform noise, pictures, marginals, limited columns",
            3,
            pictures(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\ngenerator_loss = \"minimax\"",
            "noise = \"uniform\"\nsize = 4",
            "{ kind = \"relu\", units = 8, irange = 0.5, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\", max_col_norm = 0.9 }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "algorithm 1, convolutions both ways, channels of two pieces, pooling over the edge, sparse weights, colour",
            7,
            colours(),
            "k = 1\nbatch = 6\ngenerator_loss = \"non-saturating\"",
            "noise = \"gaussian\"\nsize = 5",
            "{ kind = \"relu\", units = 9, sparse_init = 3 }, { kind = \"sigmoid\", units = 12, irange = 0.5 }, \
             { kind = \"reshape\", channels = 3, height = 2, width = 2 }, \
             { kind = \"transposed-convolution\", channels = 3, kernel = 3, stride = 2, irange = 0.5 }",
            "{ kind = \"convolution\", channels = 4, pieces = 2, kernel = 4, padding = 2, activation = \"maxout\", irange = 0.3, keep = 0.8, max_col_norm = 0.9 }, \
             { kind = \"max-pooling\", window = 3, stride = 2 }, \
             { kind = \"convolution\", channels = 5, kernel = 2, activation = \"sigmoid\", irange = 0.5, keep = 0.5, bias = 0.1 }, \
             { kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.5 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
    ]
}

/// Adam for D. Its ε is large, so that a gradient's rounding errors are not scaled up: a gradient that is off by δ moves a parameter by rate·δ/ε at most.
pub const ADAM: &str = "discriminator.optimizer={ kind = \"adam\", learning_rate = 0.01, beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }";
/// Adam for G.
pub const ADAM_FOR_G: &str = "generator.optimizer={ kind = \"adam\", learning_rate = 0.01, beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }";

/// Conditional games, one by each recipe and one whose labels have units of their own. Labels repeat over the halves of a minibatch, and stand beside noise
/// that was added to the pixels only.
pub fn conditional_plays() -> [Play; 3] {
    let labelled = |dataset: Dataset| Dataset { labels: Some((0..dataset.examples()).map(|i| (i * i % 3) as u8).collect()), ..dataset };
    [
        play(
            "algorithm 1, k = 2, conditional on three classes, points",
            3,
            labelled(points()),
            "k = 2\nbatch = 10\nconditional = 3\ninstance_noise = 0.2",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "code 2014, conditional on four classes of which one is empty, pictures",
            3,
            labelled(pictures()),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\nconditional = 4",
            "noise = \"uniform\"\nsize = 4",
            "{ kind = \"sigmoid\", units = 8, irange = 0.5 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "algorithm 1, conditional on three classes whose labels have units of their own, dropout in G, noise of the unit hypercube, pictures",
            3,
            labelled(pictures()),
            "k = 1\nbatch = 10\nconditional = 3",
            "noise = \"hypercube\"\nsize = 7",
            "{ kind = \"relu\", units = 6, label_units = 5, irange = 0.5, max_col_norm = 0.9 }, \
             { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\", keep = 0.5 }",
            "{ kind = \"maxout\", units = 5, label_units = 3, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
    ]
}

/// Bidirectional games, one by each recipe: E draws chance in the one, with instance noise and twice D, and learns by Adam in the other, where G's step and
/// E's go through D as it is evaluated.
pub fn inference_plays() -> [Play; 2] {
    let momentum =
        "optimizer = { learning_rate = 0.05, decay = 1.01, min_learning_rate = 0.02, momentum = 0.5, final_momentum = 0.7, saturated = 5 }";
    let adam = "optimizer = { kind = \"adam\", learning_rate = 0.01, beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }";
    let encoder = |first: &str, size: u32, optimizer: &str| {
        format!("encoder={{ {optimizer}, layers = [{first}, {{ kind = \"linear\", units = {size}, irange = 0.5 }}] }}")
    };
    let [of_points, of_pictures] = [
        encoder(
            "{ kind = \"relu\", units = 8, irange = 0.7, max_col_norm = 0.9 }, { kind = \"sigmoid\", units = 6, irange = 0.5, keep = 0.8 }",
            7,
            momentum,
        ),
        encoder("{ kind = \"sigmoid\", units = 9, irange = 0.5 }", 4, adam),
    ];
    [
        play(
            "algorithm 1, k = 2, bidirectional, instance noise, points",
            3,
            points(),
            "k = 2\nbatch = 10\ninstance_noise = 0.2",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        )
        .with(&["train.inference=true", &of_points]),
        play(
            "code 2014, bidirectional, least squares, gaussian noise, no dropout for G and E, Adam for E, pictures",
            3,
            pictures(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\nloss = \"least-squares\"\ngenerator_dropout = false",
            "noise = \"gaussian\"\nsize = 4",
            "{ kind = \"sigmoid\", units = 8, irange = 0.5 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        )
        .with(&["train.inference=true", &of_pictures]),
    ]
}

/// Games that complete pictures, one by each recipe: of two channels with instance noise, and of halves that begin where no binding may.
pub fn completion_plays() -> [Play; 2] {
    let pictures = |channels, height, width, examples| {
        let shape = Shape { width, height, channels };
        let values = (0..examples * shape.dimensions()).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        shaped("pictures in channels", shape, Values::Bytes(values), examples)
    };
    [
        play(
            "algorithm 1, k = 2, completion, instance noise, two channels",
            3,
            pictures(2, 4, 5, 23),
            "k = 2\nbatch = 10\ncompletion = true\ninstance_noise = 0.2",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.3 }, { kind = \"sigmoid\", units = 40, irange = 0.3 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.2, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
        play(
            "code 2014, completion, odd sides",
            3,
            pictures(1, 3, 5, 19),
            "recipe = \"code-2014\"\nk = 1\nbatch = 7\ncompletion = true",
            "noise = \"gaussian\"\nsize = 4",
            "{ kind = \"sigmoid\", units = 8, irange = 0.5 }, { kind = \"sigmoid\", units = 15, irange = 0.3, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.4, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
    ]
}

/// Games that between them take every option.
pub fn option_plays() -> [Play; 3] {
    [
        play(
            "algorithm 1 with blend, diversity, scaled gradient, instance noise, shrinking, no dropout for G, averages, Adam for D",
            3,
            points(),
            "k = 2\nbatch = 10\nblend = { non_saturating = 3.0, minimax = 1.0 }\ndiversity = 0.2\ngenerator_gradient_norm = 0.5\ninstance_noise = 0.2\nshrink_d = 0.99\n\
             generator_dropout = false",
            "noise = \"uniform\"\nsize = 7",
            "{ kind = \"relu\", units = 9, irange = 0.5, max_col_norm = 0.9 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            ).with(&["generator.average=0.9", ADAM]),
        play(
            "code 2014, Wasserstein with clipping, G's turn, instance noise, averages, Adam for G",
            3,
            pictures(),
            "recipe = \"code-2014\"\nk = 1\nbatch = 16\nloss = \"wasserstein\"\nclip = 0.3\ngenerator_every = 3\ninstance_noise = 0.1",
            "noise = \"uniform\"\nsize = 4",
            "{ kind = \"sigmoid\", units = 8, irange = 0.5 }, { kind = \"sigmoid\", units = 12, irange = 0.2, bias = \"marginals\" }",
            "{ kind = \"maxout\", units = 4, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
            ).with(&["generator.average=0.9", ADAM_FOR_G]),
        play(
            "algorithm 1, k adapted up to 3, G resting where D is beaten, mixed noise of odd size",
            5,
            points(),
            "k = 3\nbatch = 10\nk_adaptive = { least = 1, enough = 0.6 }\ngenerator_rests_below = 0.5",
            "noise = \"mixture\"\nsize = 7\ncomponents = 3",
            "{ kind = \"relu\", units = 9, irange = 0.5 }, { kind = \"linear\", units = 2, irange = 0.5 }",
            "{ kind = \"maxout\", units = 6, pieces = 3, irange = 0.5, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.5, keep = 0.5 }",
        ),
    ]
}
