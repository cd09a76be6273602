//! The game with a discriminator of K logits (Salimans et al. 2016, "Improved Techniques for Training GANs", section 5; Odena 2016, "Semi-Supervised Learning
//! with Generative Adversarial Networks"): D tells K classes of real examples apart, and all of them from what G makes.
//!
//! Of K + 1 logits one can be held at 0, that of "fake". Then D(x) = Z/(Z + 1) with Z = Σ_c exp(l_c), and a = log Z is the logit that the paper's losses take:
//! ```text
//! D: −1/n Σ log softmax(l(x_i))_label(i)  +  1/2·[1/m Σ softplus(−a(x)) + 1/m Σ softplus(a(G(z)))]     n labelled examples, m without a label, m fakes
//! G: 1/m Σ softplus(−a(G(z)))
//! ```
//! The half is the published code's. G learns as in section 3 of the paper; Salimans et al. let it match D's features, which is not done here, nor are a
//! game's own options (`train.loss`, `train.clip`, …).

use super::start::{begin, finite, hidden, record_projection, write_trained};
use super::{Recipe, wrong};
use crate::data::{Dataset, Labels, Minibatches, Outline};
use crate::error::Result;
use crate::gan::evaluation::Evaluation;
use crate::gan::game;
use crate::gan::pace::paced;
use crate::gan::{Config, Prior, State};
use crate::nn::loss::{self, GeneratorLoss, Loss};
use crate::nn::{Extent, LayerSpec, Network, Optimizer};
use crate::plan::{Device, Plan, PlanId, Recorder, Tensor};

/// Iterations in one submission at most.
const MOST: u32 = 64;
/// The weight of D's loss beside that of the labels.
const MEAN_OF_BOTH: f32 = 0.5;

/// The game, laid out for so many labelled examples; it can be played from anew with others.
pub struct SemiGame {
    parts: Parts,
    iterations: u32,
    round: PlanId,
    projection: Option<PlanId>,
    evaluation: Evaluation,
}

/// Everything that an iteration works on.
struct Parts {
    generator: Network,
    discriminator: Network,
    optimizers: [Optimizer; 2],
    prior: Prior,
    /// Rows of the minibatch without labels, and of noise vectors.
    m: u32,
    /// Rows of the labelled minibatch.
    n: u32,
    data: Minibatches,
    clock: Tensor,
    labelled: Minibatches,
    labels: Labels,
    labelled_clock: Tensor,
    /// The loss of labels and the share judged right.
    tally: Tensor,
    /// L_D, V, and how D judges.
    d_tally: Tensor,
    g_tally: Tensor,
}

impl SemiGame {
    /// Lays out the game of a configuration over a data set, whose examples it gives to the device, with a D of these layers.
    /// # Errors
    /// if a layer cannot take in what the one before gives out, or the device refuses a tensor or a kernel.
    pub fn new(
        device: &mut dyn Device,
        rec: &mut Recorder,
        config: &Config,
        (recipe, layers): (&Recipe, &[LayerSpec]),
        dataset: &Dataset,
        labelled: &Outline,
    ) -> Result<SemiGame> {
        let parts = Parts::new(rec, config, (recipe, layers), &dataset.outline(), labelled)?;
        let round = parts.record_iteration(rec);
        let projection = record_projection(rec, &parts.discriminator);
        device.allocate(rec.memory())?;
        parts.data.upload(device, dataset);
        let (round, projection) = (device.prepare(&round)?, projection.map(|plan| device.prepare(&plan)).transpose()?);
        Ok(SemiGame { parts, iterations: recipe.iterations, round, projection, evaluation: Evaluation::default() })
    }

    /// Plays it from the initial parameters of a seed, or from where trained players stood: then only D's last layer begins so. `now_ms` is a clock that only
    /// goes forward.
    /// # Errors
    /// if the trained players have other layers, the device fails, or the loss does not stay finite.
    pub async fn learn(
        &mut self,
        device: &mut dyn Device,
        labelled: &Dataset,
        seed: u32,
        trained: Option<&State>,
        now_ms: &dyn Fn() -> f64,
    ) -> Result<()> {
        let Parts { generator, discriminator, labelled: minibatches, labels, clock, labelled_clock, tally, .. } = &self.parts;
        minibatches.upload(device, labelled);
        labels.upload(device, labelled.labels.as_deref().expect("labelled examples have labels"));
        begin(device, discriminator, seed);
        begin(device, generator, seed);
        if let Some(state) = trained {
            write_trained(device, hidden(discriminator), state)?;
            write_trained(device, generator.parameters(), state)?;
        }
        for clock in [clock, labelled_clock] {
            device.write(clock, bytemuck::cast_slice(&[seed, 0, 0, 0]));
        }
        if let Some(projection) = self.projection {
            device.submit(projection, 1, &[]).await?;
        }
        paced(device, self.round, (self.iterations, MOST), tally, now_ms, &mut |_, tally| finite(tally)).await
    }

    /// The share of rows that are taken for another class than their label's.   x: rows×inputs.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if there is not one label for each row, or none.
    pub async fn wrong(&mut self, device: &mut dyn Device, rec: &mut Recorder, x: &[f32], labels: &[u8]) -> Result<f64> {
        wrong(device, rec, (&self.parts.discriminator, &mut self.evaluation), x, labels).await
    }
}

impl Parts {
    fn new(
        rec: &mut Recorder,
        config: &Config,
        (recipe, layers): (&Recipe, &[LayerSpec]),
        data: &Outline,
        labelled: &Outline,
    ) -> Result<Parts> {
        let example = Extent { channels: data.shape.channels, height: data.shape.height, width: data.shape.width };
        crate::nn::shapes("classifier", layers, example.into())?;
        let (clock, labelled_clock) = (rec.words("clock", 4), rec.words("labelled clock", 4));
        let mut generator = game::generator(rec, &config.plain(), &vec![0.5; data.dimensions() as usize], &clock);
        let mut discriminator = Network::new(rec, "D", layers, example, false, &[], &clock);
        Ok(Parts {
            optimizers: [
                Optimizer::new(rec, &mut generator, &config.generator.optimizer, &clock, 1),
                Optimizer::new(rec, &mut discriminator, &recipe.optimizer, &clock, 1),
            ],
            generator,
            discriminator,
            prior: Prior::of(&config.prior, &clock),
            m: recipe.batch,
            n: recipe.batch.min(labelled.examples),
            data: Minibatches::new(rec, data, &clock),
            labelled: Minibatches::new(rec, labelled, &labelled_clock),
            labels: Labels::new(rec, labelled),
            tally: rec.tensor("tally of labels", [1, 2]),
            d_tally: rec.tensor("D tally", [1, 6]),
            g_tally: rec.tensor("G tally", [1, 1]),
            clock,
            labelled_clock,
        })
    }

    fn record_iteration(&self, rec: &mut Recorder) -> Plan {
        rec.section("Learning rate and momentum of this iteration.");
        self.optimizers.iter().for_each(|optimizer| optimizer.schedule(rec));
        self.record_discriminator_step(rec);
        self.record_generator_step(rec);
        rec.section("Advance the clocks.");
        self.data.tick(rec, self.m);
        self.labelled.tick(rec, self.n);
        rec.finish("iteration with labels")
    }

    fn record_discriminator_step(&self, rec: &mut Recorder) {
        let Parts { generator: g, discriminator: d, m, n, .. } = self;
        rec.section("Sample n labelled examples, m examples x and m noise vectors z; D judges all of them at once.");
        let all = rec.tensor("labelled over x over G(z)", [n + 2 * m, self.data.dimensions()]);
        let chosen = self.labelled.draw(rec, 0, &all.rows_at(0..*n));
        let labels = self.labels.draw(rec, &chosen);
        self.data.draw(rec, 0, &all.rows_at(*n..n + m));
        let z = self.prior.draw(rec, *m);
        g.forward_into(rec, &z, &all.rows_at(n + m..n + 2 * m));
        let judged = d.forward(rec, &all);

        rec.section("Update D by descending the cross-entropy of the labels, and half of those of x as real and G(z) as fake.");
        let (labelled, unlabelled) = (0..*n, *n..n + 2 * m);
        let l = judged.output();
        let dl = rec.tensor("dl", [l.rows(), l.cols()]);
        loss::softmax_into(rec, &l.rows_at(labelled.clone()), &labels, &dl.rows_at(labelled), &self.tally);
        let l = l.rows_at(unlabelled.clone());
        let a = loss::log_sum_exp(rec, &l);
        let da = loss::discriminator(rec, &a, Loss::CrossEntropy, MEAN_OF_BOTH, &self.d_tally);
        loss::log_sum_exp_gradient(rec, &l, &a, &da, &dl.rows_at(unlabelled));
        d.parameter_gradient(rec, &judged, &dl);
        self.optimizers[1].step(rec, d, 0);
    }

    fn record_generator_step(&self, rec: &mut Recorder) {
        let Parts { generator: g, discriminator: d, m, .. } = self;
        rec.section("Sample m fresh noise vectors z; the updated D judges G(z).");
        let z = self.prior.draw(rec, *m);
        let forged = g.forward(rec, &z);
        let judged = d.forward(rec, forged.output());

        rec.section("Update G by ascending log D(G(z)).");
        let l = judged.output();
        let a = loss::log_sum_exp(rec, l);
        let da = loss::generator(rec, &a, Loss::CrossEntropy, GeneratorLoss::NonSaturating, &self.g_tally);
        let dl = rec.tensor("dl", [l.rows(), l.cols()]);
        loss::log_sum_exp_gradient(rec, l, &a, &da, &dl);
        let dx = d.input_gradient(rec, &judged, &dl);
        g.parameter_gradient(rec, &forged, &dx);
        self.optimizers[0].step(rec, g, 0);
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::DataConfig;
    use crate::gan::preset;
    use crate::gan::semi::{labelled, recipe};
    use crate::gan::start::write_initial;
    use crate::host::HostDevice;

    /// Central differences of the sum of all three terms, in f64: with h = 1e-5 they are off by h²/6 of the third derivative and by 1e-16/h, both far below
    /// 1e-7 of the largest slope. D's hidden layer has no kinks.
    #[test]
    fn the_discriminators_gradient_is_the_slope_of_labels_real_and_fake_together() {
        let layers = "discriminator.layers=[{ kind = \"sigmoid\", units = 7, irange = 0.9, keep = 0.8 }, { kind = \"sigmoid\", units = 1, irange = 0.9, keep = 0.5 }]";
        let settings = [layers, "train.batch=6", "generator.layers.0.units=5", "generator.layers.1.units=5"].map(String::from);
        let config = Config::parse(preset("ring").unwrap().toml, &settings).unwrap();
        let dataset = crate::data::open(&DataConfig::named("ring", 1), None).unwrap();
        let few = labelled(&dataset, 8, 1).unwrap();
        let recipe = recipe(&config, 1).unwrap();
        let mut rec = Recorder::new();
        let parts = Parts::new(&mut rec, &config, (&recipe, &recipe.layers_for(8)), &dataset.outline(), &few.outline()).unwrap();
        parts.record_discriminator_step(&mut rec);
        let plan = rec.finish("D's step");
        let until = plan.dispatches.iter().position(|dispatch| dispatch.kernel.operation == "update").unwrap();
        let mut host = HostDevice::<f64>::new();
        host.allocate(rec.memory()).unwrap();
        let Parts { generator, discriminator: d, data, labelled, labels, clock, labelled_clock, .. } = &parts;
        data.upload(&mut host, &dataset);
        labelled.upload(&mut host, &few);
        labels.upload(&mut host, few.labels.as_deref().unwrap());
        [generator, d].into_iter().zip(0..).for_each(|(network, number)| write_initial(&mut host, network, 3, number));
        [clock, labelled_clock].into_iter().for_each(|clock| host.write(clock, bytemuck::cast_slice(&[3u32, 0, 0, 0])));
        let loss = |host: &mut HostDevice<f64>| {
            plan.dispatches[..until].iter().for_each(|dispatch| host.run(dispatch));
            host.reals(&parts.tally)[0] + host.reals(&parts.d_tally)[0]
        };
        for parameter in d.parameters() {
            loss(&mut host);
            let gradient = host.reals(&parameter.gradient).to_vec();
            let scale = gradient.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
            assert!(scale > 1e-3, "{gradient:?}");
            let values = host.reals(&parameter.value).to_vec();
            for (i, expected) in gradient.iter().enumerate() {
                let mut at = |x: f64| {
                    let mut moved = values.clone();
                    moved[i] += x;
                    host.set_reals(&parameter.value, &moved);
                    loss(&mut host)
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                let name = parameter.value.name();
                assert!((slope - expected).abs() <= 1e-7 * scale, "{name}[{i}]: gradient {expected}, difference {slope}");
            }
            host.set_reals(&parameter.value, &values);
        }
    }
}
