//! The published code of 2014: D and G move together, from the old parameters, on the same fakes under the same dropout mask.

use crate::gan::Game;
use crate::nn::loss;
use crate::plan::Recorder;

/// The weight of D's loss: the code averages the two cross-entropies (`AdversaryCost2`, 0.5 of their sum).
const MEAN_OF_BOTH: f32 = 0.5;

/// Records one iteration as the published hyper-parameter files train it.
pub fn record_iteration(rec: &mut Recorder, game: &Game) {
    let Game { generator: g, discriminator: d, prior, data, m, .. } = game;
    rec.section("Sample m examples x and m noise vectors z; S = G(z). D judges both, each under a mask of its own.");
    let pair = rec.tensor("x over S", [2 * m, data.dimensions()]);
    let (x, s) = pair.halves();
    let chosen = data.draw(rec, 0, &x);
    let condition = game.condition(rec, &chosen, &x);
    let z = prior.draw(rec, *m);
    let z = condition.beside_noise(rec, &z);
    let forged = g.forward_into(rec, &z, &s);
    condition.keep(rec, &s);
    let shown = game.shown(rec, &pair);
    let shown = condition.beside_examples(rec, &shown);
    let (shown, encoded) = game.paired(rec, &shown, &x, &z);
    let judged = d.forward(rec, &shown);

    rec.section("D's gradient: half of the cross-entropies of x as real and S as fake.");
    let da = loss::discriminator(rec, judged.output(), game.options.loss, MEAN_OF_BOTH, &game.d_tally);
    game.rest_discriminator(rec, 0, &da);
    d.parameter_gradient(rec, &judged, &da);

    rec.section("G's gradient: the cross-entropy of the same S as real, through the same masks and the same D.");
    let fakes = *m..2 * m;
    let judged_s = if game.options.generator_dropout { judged.rows_at(fakes) } else { game.judge_forged(rec, &shown.rows_at(fakes)) };
    let da = game.generator_loss(rec, judged_s.output(), MEAN_OF_BOTH);
    game.rest_generator(rec, &da);
    let ds = d.input_gradient(rec, &judged_s, &da);
    let ds = game.without_its_noise(rec, &ds);
    let ds = condition.without(rec, &ds);
    game.diversify(rec, &condition, &s, &ds);
    let ds = game.steer(rec, ds);
    g.parameter_gradient(rec, &forged, &ds);
    game.encoder_gradient(rec, &judged, &shown, encoded.as_ref());

    rec.section("Both move at once.");
    game.update_discriminator(rec, 0);
    game.update_generator(rec);
    game.update_encoder(rec);
}
