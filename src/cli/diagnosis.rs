//! Why a game's numbers have left the finite, as far as its metrics tell, and what to try: concretely, in this configuration's own keys.
//!
//! The signs are gander's own. A gradient whose norm has grown far beyond what it was before is a player that has blown up; a D that is sure of everything
//! leaves G logits without bounds. Where neither shows, the player that learns faster is suspected, then the one whose tensor was found.

use crate::gan::{Config, Finding, Metrics, Player, Recipe};
use crate::nn::OptimizerSpec;

/// What playing again from the checkpoint has shown.
pub(super) enum Traced {
    /// Where it began.
    To(Finding),
    /// Everything was finite this time.
    Nothing,
    /// It was not played again.
    Untried,
}

/// Rows that are looked at, and the last of them that are shown.
const LOOKED_AT: usize = 200;
const SHOWN: usize = 3;
/// A gradient has blown up where its norm is this many times the median of the rows before.
const BLOWN_UP: f32 = 20.0;
/// D has won where it is wrong by less than this on average.
const SURE: f32 = 1e-4;

/// What is said, a sentence each; the last is what to try.
pub(super) fn diagnosis(config: &Config, finding: &Finding, traced: &Traced, rows: &[Metrics]) -> Vec<String> {
    let began = match traced {
        Traced::To(first) => Some(first),
        _ => None,
    };
    let finite: Vec<&Metrics> = rows.iter().filter(|row| !row.non_finite && row.iteration < finding.iteration).collect();
    let finite = &finite[finite.len().saturating_sub(LOOKED_AT)..];
    let mut sentences: Vec<String> = finite[finite.len().saturating_sub(SHOWN)..].iter().map(|row| told(config, row)).collect();
    if matches!(traced, Traced::Nothing) {
        let suspicion = "played again from the checkpoint, every number is finite: the device has not computed the same twice, so that its memory or \
                         its driver may be at fault; let `gander doctor` look at it";
        sentences.push(suspicion.into());
        return sentences;
    }
    sentences.push(match began {
        Some(first) => format!("played again from the checkpoint, this is where it began: {first}"),
        None => format!("it began behind iteration {}, the last that is known to be finite", finding.after),
    });
    let culprit = culprit(config, finite, began.unwrap_or(finding));
    sentences.extend(culprit.sentence(finite));
    let suspect = suspect(config, culprit.player(), finding.iteration);
    sentences.push(format!("try {}", remedies(config, suspect, finding.iteration).join("; or ")));
    sentences
}

/// A row as far as it matters here.
fn told(config: &Config, row: &Metrics) -> String {
    let [g, d] =
        [Player::Generator, Player::Discriminator].map(|player| player.of(config).optimizer.rate_at(row.iteration.saturating_sub(1)));
    let Metrics { iteration, d_loss, g_loss, g_gradient, d_gradient, d_real, d_fake, .. } = row;
    format!(
        "iteration {iteration}: D learns at {d:.3e}, its loss is {d_loss:.3e}, its gradient's norm {d_gradient:.3e}; G learns at {g:.3e}, its loss is \
         {g_loss:.3e}, its gradient's norm {g_gradient:.3e}; D(x) {d_real:.4}, D(G(z)) {d_fake:.4}"
    )
}

/// What the metrics show.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Culprit {
    /// This player's gradient has grown so many times over.
    BlownUp(Player, f32),
    /// D is sure of everything.
    Won,
    /// Nothing shows; this player learns faster, or it was its tensor.
    Unknown(Player),
}

impl Culprit {
    fn player(self) -> Player {
        match self {
            Culprit::BlownUp(player, _) | Culprit::Unknown(player) => player,
            Culprit::Won => Player::Discriminator,
        }
    }

    fn sentence(self, rows: &[&Metrics]) -> Option<String> {
        match self {
            Culprit::BlownUp(player, times) => {
                let name = if player == Player::Generator { "G" } else { "D" };
                Some(format!(
                    "{name} has blown up: the norm of its gradient has come to {times:.0} times the median of the {} iterations before",
                    rows.len()
                ))
            }
            Culprit::Won => Some("D has won: it is sure of every example and every sample, and its logits grow without bounds".into()),
            Culprit::Unknown(_) => None,
        }
    }
}

/// Who has gone wrong, and how.
fn culprit(config: &Config, rows: &[&Metrics], finding: &Finding) -> Culprit {
    let growth = |norm: fn(&Metrics) -> f32| {
        let mut before: Vec<f32> = rows.iter().map(|row| norm(row)).collect();
        let last = before.iter().rev().take(SHOWN).copied().fold(0.0, f32::max);
        before.sort_by(f32::total_cmp);
        let median = before.get(before.len() / 2).copied().unwrap_or(0.0);
        if median > 0.0 { last / median } else { 0.0 }
    };
    let (of_g, of_d) = (growth(|row| row.g_gradient), growth(|row| row.d_gradient));
    if of_g.max(of_d) >= BLOWN_UP {
        return if of_g > of_d { Culprit::BlownUp(Player::Generator, of_g) } else { Culprit::BlownUp(Player::Discriminator, of_d) };
    }
    if rows.last().is_some_and(|row| row.d_real > 1.0 - SURE && row.d_fake < SURE) {
        return Culprit::Won;
    }
    let [g, d] = [Player::Generator, Player::Discriminator].map(|player| player.of(config).optimizer.rate_at(finding.iteration));
    let name = finding.check.as_ref().map(|check| check.tensor.name().trim_start_matches("d ").to_string());
    let of_generator = if g == d { name.is_some_and(|name| name.starts_with('G')) } else { g > d };
    Culprit::Unknown(if of_generator { Player::Generator } else { Player::Discriminator })
}

/// Whose learning rate is to be lowered: a gradient reaches G through D, so a player that learns ten times as fast is the likelier cause.
fn suspect(config: &Config, culprit: Player, iteration: u64) -> Player {
    let [g, d] = [Player::Generator, Player::Discriminator].map(|player| player.of(config).optimizer.rate_at(iteration));
    match culprit {
        Player::Generator if d >= 10.0 * g => Player::Discriminator,
        Player::Discriminator if g >= 10.0 * d => Player::Generator,
        _ => culprit,
    }
}

/// What may help, most likely first.
fn remedies(config: &Config, player: Player, iteration: u64) -> Vec<String> {
    let key = player.key();
    let network = player.of(config);
    let half = network.optimizer.slowed();
    let mut rates = format!("--set {key}.optimizer.learning_rate={:?}", half.learning_rate());
    if let (OptimizerSpec::Momentum(spec), OptimizerSpec::Momentum(slow)) = (&network.optimizer, &half)
        && (spec.min_learning_rate > slow.learning_rate || network.optimizer.rate_at(iteration) <= f64::from(spec.min_learning_rate))
    {
        rates += &format!(" --set {key}.optimizer.min_learning_rate={:?}", slow.min_learning_rate);
    }
    let mut remedies = vec![format!("a lower learning rate: {rates}")];
    if let Some(at) = network.layers.iter().position(|layer| layer.kind.has_parameters() && layer.max_col_norm.is_none()) {
        remedies.push(format!(
            "a limit to the norms of columns, as the paper's MNIST game has it: --set {key}.layers.{at}.max_col_norm=1.9365"
        ));
    }
    if config.train.recipe == Recipe::Algorithm1 {
        let k = if config.train.k > 1 { " --set train.k=1" } else { "" };
        remedies.push(format!("the published recipe, which halves D's gradient: --set train.recipe=code-2014{k}"));
    }
    remedies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::preset;

    fn config() -> Config {
        Config::parse(preset("ring").unwrap().toml, &[]).unwrap()
    }

    fn rows(last: Metrics) -> Vec<Metrics> {
        let calm = |iteration| Metrics { iteration, g_gradient: 0.5, d_gradient: 0.25, d_real: 0.5, d_fake: 0.5, ..Metrics::default() };
        let broken = Metrics { iteration: 52, d_loss: f32::NAN, non_finite: true, ..Metrics::default() };
        (1..=50).map(calm).chain([Metrics { iteration: 51, ..last }, broken]).collect()
    }

    fn said(last: Metrics) -> String {
        let finding = Finding { iteration: 52, after: 40, check: None };
        diagnosis(&config(), &finding, &Traced::Untried, &rows(last)).join("\n")
    }

    #[test]
    fn the_player_that_has_blown_up_is_named_with_the_value_to_set() {
        let half = config().generator.optimizer.slowed().learning_rate();
        let text = said(Metrics { g_gradient: 1e9, d_gradient: 1.0, ..Metrics::default() });
        assert!(text.contains("G has blown up") && text.contains("2000000000 times the median"), "{text}");
        assert!(text.contains(&format!("--set generator.optimizer.learning_rate={half:?}")), "{text}");
        assert!(text.contains("iteration 51: D learns at") && !text.contains("NaN"), "the last finite rows only: {text}");
        assert!(text.contains("behind iteration 40"), "{text}");
        let text = said(Metrics { g_gradient: 0.5, d_gradient: 1e9, ..Metrics::default() });
        assert!(text.contains("D has blown up") && text.contains("--set discriminator.optimizer.learning_rate="), "{text}");
    }

    #[test]
    fn a_discriminator_that_has_won_is_told() {
        let text = said(Metrics { g_gradient: 0.5, d_gradient: 0.25, d_real: 1.0, d_fake: 0.0, ..Metrics::default() });
        assert!(text.contains("D has won") && text.contains("--set discriminator.optimizer.learning_rate="), "{text}");
    }

    #[test]
    fn a_device_that_does_not_repeat_itself_is_suspected_and_no_rate() {
        let finding = Finding { iteration: 52, after: 40, check: None };
        let text = diagnosis(&config(), &finding, &Traced::Nothing, &rows(Metrics::default())).join("\n");
        assert!(text.contains("gander doctor") && !text.contains("try "), "{text}");
    }

    #[test]
    fn without_any_row_there_is_still_advice() {
        let finding = Finding { iteration: 1, after: 0, check: None };
        assert!(diagnosis(&config(), &finding, &Traced::Untried, &[]).last().unwrap().starts_with("try a lower learning rate"));
    }
}
