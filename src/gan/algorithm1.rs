//! Algorithm 1 of the paper: k steps of D, then one step of G with fresh noise through the updated D.

use crate::gan::{Game, bidirectional};
use crate::nn::loss;
use crate::plan::Recorder;

/// The weight of D's loss: minus V, both of its terms in full.
const SUM_OF_BOTH: f32 = 1.0;

/// Records one iteration of Algorithm 1 (Goodfellow et al. 2014, section 4).
pub fn record_iteration(rec: &mut Recorder, game: &Game) {
    for step in 0..game.k {
        record_discriminator_step(rec, game, step);
    }
    record_generator_step(rec, game);
    bidirectional::record_encoder_step(rec, game);
}

/// Records step number `step` of the k steps of D.
pub fn record_discriminator_step(rec: &mut Recorder, game: &Game, step: u32) {
    let Game { generator: g, discriminator: d, prior, data, m, .. } = game;
    rec.section("Sample m noise vectors z and m examples x; D judges both at once.");
    let pair = rec.tensor("x over G(z)", [2 * m, data.dimensions()]);
    let (x, fake) = pair.halves();
    let chosen = data.draw(rec, step, &x);
    let condition = game.condition(rec, &chosen, &x);
    let z = prior.draw(rec, *m);
    let z = condition.beside_noise(rec, &z);
    g.forward_into(rec, &z, &fake);
    condition.keep(rec, &fake);
    let shown = game.shown(rec, &pair);
    let shown = condition.beside_examples(rec, &shown);
    let (shown, _) = game.paired(rec, &shown, &x, &z);
    let judged = d.forward(rec, &shown);

    rec.section("Update D by ascending its stochastic gradient: ∇θ_d 1/m Σ [log D(x) + log(1 − D(G(z)))].");
    let da = loss::discriminator(rec, judged.output(), game.options.loss, SUM_OF_BOTH, &game.d_tally);
    game.rest_discriminator(rec, step, &da);
    d.parameter_gradient(rec, &judged, &da);
    game.update_discriminator(rec, step);
}

/// Records the step of G, with fresh noise, through D as it is.
pub fn record_generator_step(rec: &mut Recorder, game: &Game) {
    let Game { generator: g, discriminator: d, prior, m, .. } = game;
    rec.section("Sample m fresh noise vectors z; the updated D judges G(z).");
    let condition = game.condition_again(rec);
    let z = prior.draw(rec, *m);
    let z = condition.beside_noise(rec, &z);
    let forged = g.forward(rec, &z);
    condition.keep(rec, forged.output());
    let shown = game.shown(rec, forged.output());
    let shown = condition.beside_examples(rec, &shown);
    let shown = game.beside_its_noise(rec, &shown, &z);
    let judged = game.judge_forged(rec, &shown);

    rec.section("Update G by descending its stochastic gradient: ∇θ_g 1/m Σ log(1 − D(G(z))), or ascending log D(G(z)).");
    let da = game.generator_loss(rec, judged.output(), SUM_OF_BOTH);
    game.rest_generator(rec, &da);
    let dx = d.input_gradient(rec, &judged, &da);
    let dx = game.without_its_noise(rec, &dx);
    let dx = condition.without(rec, &dx);
    game.diversify(rec, &condition, forged.output(), &dx);
    let dx = game.steer(rec, dx);
    g.parameter_gradient(rec, &forged, &dx);
    game.update_generator(rec);
}
