//! Everything that the doctor runs: every operation, every hook, and shapes that no tile divides.

use crate::bench::record_peaks;
use crate::data::Dataset;
use crate::doctor::plays::{
    ADAM, ADAM_FOR_G, Play, beyond_the_limit, completion_plays, conditional_plays, inference_plays, option_plays, plays, points,
};
use crate::doctor::{Part, Scribe, Script, narrow_presets};
use crate::error::Result;
use crate::eval::classifier::{Classifier, Recipe};
use crate::eval::distances::{NearestFold, ParzenFold, Rows, Sizes, WithinFold};
use crate::gan::inverse::{Descent, Step};
use crate::gan::semi::{SemiGame, labelled, recipe};
use crate::gan::{Config, Game, Noise, Prior};
use crate::nn::{Kind, LayerSpec, Network};
use crate::plan::{Device, Memory, NOTHING_FOUND, Recorder, Tensor, Work, record_check};
use crate::random::{threefry2x32, unit};

/// Iterations of each game: the second one meets momentum, a clock that has moved, and averages that differ.
const ITERATIONS: u32 = 2;

/// m, n and k of products: one number; ragged; and whole texels, larger than the blocks of every family.
const PRODUCTS: [[u32; 3]; 4] = [[1, 1, 1], [33, 65, 17], [21, 68, 36], [40, 100, 8]];

/// The purpose of the numbers that products are made of.
const PURPOSE: u32 = 0xd0c;

/// All scripts, and the memory that they share.
pub struct Exercises {
    /// The buffers of all scripts.
    pub memory: Memory,
    /// What is run.
    pub scripts: Vec<Script>,
}

/// Writes down what is run, with chance drawn from a seed.
/// # Errors
/// if one of the games is impossible, which a test excludes.
pub async fn exercises(seed: u32) -> Result<Exercises> {
    let mut writer = Writer { seed, rec: Recorder::new(), scribe: Scribe::default(), scripts: vec![] };
    for (name, config, dataset) in narrow_presets()? {
        writer.game(&name, Part::Presets, &config, &dataset)?;
    }
    for play in small_games() {
        writer.game(play.name, Part::Small, &play.config, &play.dataset)?;
    }
    for play in large_games() {
        writer.game(play.name, Part::Large, &play.config, &play.dataset)?;
    }
    writer.products()?;
    writer.peaks()?;
    writer.checks()?;
    writer.classifier().await?;
    writer.distances().await?;
    writer.steps_in_z()?;
    writer.few_labels().await?;
    Ok(Exercises { memory: writer.rec.memory().clone(), scripts: writer.scripts })
}

/// The small games, and one with each loss.
fn small_games() -> Vec<Play> {
    let [first, ..] = plays();
    let losses = ["hinge", "least-squares", "wasserstein"].map(|loss| {
        let loss = format!("train.loss={loss}");
        first.with(&[&loss, "train.clip=0.2"])
    });
    plays()
        .into_iter()
        .chain(option_plays())
        .chain(conditional_plays())
        .chain(inference_plays())
        .chain(completion_plays())
        .chain(losses)
        .collect()
}

/// Games whose tensors are cut where bindings are small.
fn large_games() -> [Play; 2] {
    let play = beyond_the_limit();
    let options = play.with(&["train.shrink_d=0.99", "train.clip=0.2", "generator.average=0.9", ADAM, ADAM_FOR_G]);
    [play, options]
}

/// Writes scripts, one after the other, over one memory.
struct Writer {
    seed: u32,
    rec: Recorder,
    scribe: Scribe,
    scripts: Vec<Script>,
}

impl Writer {
    /// Begins another script. It draws chance as if it were the first.
    fn begin(&mut self) {
        self.rec = Recorder::over(self.rec.memory().clone());
    }

    fn end(&mut self, name: &str, part: Part) {
        self.scripts.push(self.scribe.finish(name, part));
    }

    fn game(&mut self, name: &str, part: Part, config: &Config, dataset: &Dataset) -> Result<()> {
        self.begin();
        let rec = &mut self.rec;
        let game = Game::new(rec, config, &dataset.outline(), &dataset.training_mean())?;
        let plans = [(game.record_projection(rec), 1), (game.record_iteration(rec), ITERATIONS)];
        self.scribe.allocate(rec.memory())?;
        game.upload(&mut self.scribe, dataset)?;
        game.write_start(&mut self.scribe, config.seed.wrapping_add(self.seed));
        for (plan, times) in plans {
            let replay = self.scribe.prepare(&plan)?;
            // The host is ready at once, and nothing is to be read.
            drop(self.scribe.submit(replay, times, &[]));
        }
        self.end(name, part);
        Ok(())
    }

    /// Numbers in [-1, 1).
    fn fill(&mut self, tensor: &Tensor) {
        let number = |i: u32| 2.0 * unit(threefry2x32([self.seed, PURPOSE], [tensor.len(), i])[0]) - 1.0;
        let numbers: Vec<f32> = (0..tensor.len()).map(number).collect();
        self.scribe.write(tensor, bytemuck::cast_slice(&numbers));
    }

    /// Products of matrices in every layout, with and without a bias, and with an activation behind them.
    fn products(&mut self) -> Result<()> {
        self.begin();
        let mut given = vec![];
        for shape in PRODUCTS {
            for operation in ["matmul_nn", "matmul_nt", "matmul_tn"] {
                for hook in ["finish/none", "finish/bias"] {
                    given.extend(record_product(&mut self.rec, operation, hook, shape));
                }
            }
        }
        self.scribe.allocate(self.rec.memory())?;
        given.iter().for_each(|tensor| self.fill(tensor));
        let plan = self.rec.finish("products");
        let replay = self.scribe.prepare(&plan)?;
        drop(self.scribe.submit(replay, 1, &[]));
        self.end("products of ragged shapes", Part::Small);
        Ok(())
    }

    fn peaks(&mut self) -> Result<()> {
        self.begin();
        let plans = record_peaks(&mut self.rec, 1000, 67);
        self.scribe.allocate(self.rec.memory())?;
        self.fill(plans[0].dispatches[0].tensor("x"));
        for plan in plans {
            let replay = self.scribe.prepare(&plan)?;
            drop(self.scribe.submit(replay, 1, &[]));
        }
        self.end("what peaks are measured with", Part::Small);
        Ok(())
    }

    /// Checks of numbers that are finite, and of some that are not.
    fn checks(&mut self) -> Result<()> {
        self.begin();
        let [fine, broken] = ["fine", "broken"].map(|name| self.rec.tensor(name, [3, 333]));
        let found = self.rec.words("found", 1);
        [&fine, &broken, &fine].into_iter().zip(0..).for_each(|(x, number)| record_check(&mut self.rec, x, &found, number));
        self.scribe.allocate(self.rec.memory())?;
        self.fill(&fine);
        self.scribe.write(&broken, bytemuck::cast_slice(&[f32::INFINITY; 999]));
        self.scribe.write(&found, bytemuck::bytes_of(&NOTHING_FOUND));
        let plan = self.rec.finish("checks");
        let replay = self.scribe.prepare(&plan)?;
        drop(self.scribe.submit(replay, 1, &[]));
        self.end("numbers that are not finite", Part::Small);
        Ok(())
    }

    async fn classifier(&mut self) -> Result<()> {
        self.begin();
        let labelled = Dataset { labels: Some((0..23).map(|i| i % 3).collect()), ..points() };
        let mut recipe = Recipe { seed: self.seed, batch: 10, iterations: ITERATIONS, ..Recipe::published() };
        recipe.layers.iter_mut().for_each(|layer| layer.units = layer.units.map(|units| units.min(12)));
        let mut classifier = Classifier::new(&mut self.scribe, &mut self.rec, &recipe, 2, 3)?;
        classifier.train(&mut self.scribe, &mut self.rec, &labelled, &mut |_| ()).await?;
        classifier.predict(&mut self.scribe, &mut self.rec, &labelled.rows(0..5)).await?;
        self.end("a classifier", Part::Small);
        Ok(())
    }

    /// Distances between points whose numbers are whole, so that all of them are exact and many are equal.
    async fn distances(&mut self) -> Result<()> {
        self.begin();
        const DIMENSIONS: usize = 130;
        let seed = self.seed;
        let whole = |count: u32, purpose: u32| -> Vec<f32> {
            (0..count * DIMENSIONS as u32).map(|i| (threefry2x32([seed, purpose], [0, i])[0] % 3) as f32).collect()
        };
        let (points, references) = (whole(67, 1), whole(70, 2));
        let (points, references) = (Rows::new(&points, DIMENSIONS), Rows::new(&references, DIMENSIONS));
        let (device, rec, sizes) = (&mut self.scribe, &mut self.rec, Sizes::of(points, references));
        let sigmas = [5.0, 20.0];
        ParzenFold::new(device, rec, sizes, sigmas.len())?.log_sums(device, points, references, &sigmas).await?;
        NearestFold::new(device, rec, sizes)?.nearest(device, points, references).await?;
        let radius_squares: Vec<f64> = (0..references.count()).map(|j| 160.0 + (j % 20) as f64).collect();
        WithinFold::new(device, rec, sizes)?.count(device, points, references, &radius_squares).await?;
        self.end("distances and what is made of them", Part::Small);
        Ok(())
    }

    /// Steps of a search for z, in both boxes and on a sphere.
    fn steps_in_z(&mut self) -> Result<()> {
        self.begin();
        let rec = &mut self.rec;
        let clock = rec.words("clock", 4);
        let layer = |kind, units| LayerSpec { units: Some(units), irange: Some(0.5), ..LayerSpec::new(kind) };
        let generator = Network::new(rec, "G", &[layer(Kind::Relu, 9), layer(Kind::Sigmoid, 67)], 5, false, &[], &clock);
        let spec = Descent::default().spec().clone();
        let steps = [Noise::Uniform, Noise::Hypercube, Noise::Spherical]
            .map(|noise| Step::record(rec, &generator, &Prior::new(noise, 5, &clock), 12, &spec));
        self.scribe.allocate(self.rec.memory())?;
        generator.parameters().iter().for_each(|parameter| self.fill(&parameter.value));
        for step in steps {
            [&step.z, &step.x, &step.weights].into_iter().for_each(|tensor| self.fill(tensor));
            let replay = self.scribe.prepare(&step.plan)?;
            drop(self.scribe.submit(replay, ITERATIONS, &[]));
        }
        self.end("a search for z", Part::Small);
        Ok(())
    }

    /// A game with a logit for each class, of which some examples have labels.
    async fn few_labels(&mut self) -> Result<()> {
        self.begin();
        let [play, ..] = plays();
        let examples = play.dataset.examples();
        let dataset = Dataset { labels: Some((0..examples).map(|i| (i % 3) as u8).collect()), ..play.dataset };
        let few = labelled(&dataset, 6, self.seed)?;
        let recipe = recipe(&play.config, ITERATIONS)?;
        let layers = (&recipe, &recipe.layers_for(3)[..]);
        let mut game = SemiGame::new(&mut self.scribe, &mut self.rec, &play.config, layers, &dataset, &few.outline())?;
        game.learn(&mut self.scribe, &few, self.seed, None, &|| 0.0).await?;
        self.end("a game with few labels", Part::Small);
        Ok(())
    }
}

/// Records a product, and its activations where it has a bias. Returns what has to be filled.
fn record_product(rec: &mut Recorder, operation: &str, hook: &str, [m, n, k]: [u32; 3]) -> Vec<Tensor> {
    let [a_shape, b_shape] = match operation {
        "matmul_nn" => [[m, k], [k, n]],
        "matmul_nt" => [[m, k], [n, k]],
        _ => [[k, m], [k, n]],
    };
    let (a, b, bias) = (rec.tensor("a", a_shape), rec.tensor("b", b_shape), rec.tensor("bias", [1, n]));
    let activations: &[Option<&str>] =
        if hook == "finish/bias" { &[None, Some("activation/relu"), Some("activation/sigmoid")] } else { &[None] };
    for activation in activations {
        let c = rec.tensor("c", [m, n]);
        let dispatch = rec.dispatch_hooked(operation, hook).bind("a", &a).bind("b", &b).bind("c", &c);
        let dispatch = if hook == "finish/bias" { dispatch.bind("bias", &bias) } else { dispatch };
        dispatch.argument("m", m).argument("n", n).argument("k", k).work(Work::Tiles { rows: m, cols: n, parts: 1 }).record();
        if let Some(activation) = activation {
            let y = rec.tensor("y", [m, n]);
            let dispatch = rec.dispatch_hooked("activation_forward", activation).bind("x", &c).bind("y", &y);
            dispatch.argument("count", m * n).work(Work::Flat(m * n)).record();
        }
    }
    vec![a, b, bias]
}
