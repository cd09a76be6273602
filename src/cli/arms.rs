//! Configurations that belong together: every game with every combination of the values that are varied.

use crate::cli::configuration::{follow, text_of};
use crate::error::{Error, Result};
use crate::gan::Config;

/// One configuration, but for its seed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arm {
    /// What sets it apart from the others.
    pub name: String,
    /// The folder of its runs.
    pub folder: String,
    game: String,
    text: String,
    settings: Vec<String>,
}

impl Arm {
    /// The complete configuration with a seed, and with so many iterations if it is not to keep its own.
    /// # Errors
    /// if it is none, or extends a run that is not there.
    pub fn config(&self, seed: u32, iterations: Option<u32>) -> Result<Config> {
        let mut settings = self.settings.clone();
        settings.push(format!("seed={seed}"));
        settings.extend(iterations.map(|iterations| format!("train.iterations={iterations}")));
        follow(Config::parse(&self.text, &settings).map_err(|error| Error::Config(format!("{}: {error}", self.game)))?)
    }
}

/// All configurations, in the order of games and values.
/// # Errors
/// if there is no such game, or what is to be varied is no key with values.
pub(super) fn of(games: &[String], set: &[String], vary: &[String]) -> Result<Vec<Arm>> {
    let mut arms: Vec<Arm> = vec![];
    for game in games {
        let (name, text) = text_of(game)?;
        arms.push(Arm { folder: name.clone(), name, game: game.clone(), text, settings: set.to_vec() });
    }
    let one_game = arms.len() == 1;
    for (number, varied) in vary.iter().enumerate() {
        let (key, values) = key_and_values(varied)?;
        let named = |arm: &Arm, value: &str| {
            let word = format!("{key}={}", if value.is_empty() { "as it is" } else { value });
            if one_game && number == 0 { word } else { format!("{}, {word}", arm.name) }
        };
        let with = |arm: &Arm, value: &String| {
            let settings = arm.settings.iter().cloned().chain((!value.is_empty()).then(|| format!("{}={value}", full_key(varied))));
            Arm { name: named(arm, value), settings: settings.collect(), ..arm.clone() }
        };
        arms = arms.iter().flat_map(|arm| values.iter().map(|value| with(arm, value)).collect::<Vec<_>>()).collect();
    }
    for at in 0..arms.len() {
        let plain = folder(&arms[at].name);
        let taken = arms[..at].iter().any(|arm| arm.folder == plain);
        arms[at].folder = if taken { format!("{plain}-{at}") } else { plain };
    }
    Ok(arms)
}

/// The path of the key that is varied.
fn full_key(varied: &str) -> &str {
    varied.split_once('=').map_or(varied, |(key, _)| key).trim()
}

/// The last part of the key, and its values.
fn key_and_values(varied: &str) -> Result<(&str, Vec<String>)> {
    let Some((key, values)) = varied.split_once('=') else {
        return Err(Error::Config(format!("--vary {varied}: there is no `=`; write it like prior.noise=uniform,gaussian")));
    };
    let key = key.trim();
    Ok((key.rsplit('.').next().unwrap_or(key), split(values)))
}

/// Values between commas, but not those commas that stand in a table, a list or a quoted text.
fn split(values: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for letter in values.chars() {
        match letter {
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is one from the beginning").push(letter);
    }
    parts.iter().map(|part| part.trim().to_string()).collect()
}

/// A name as a folder has it: letters, digits, and what is harmless between them.
fn folder(name: &str) -> String {
    let kept = name.chars().map(|letter| if letter.is_alphanumeric() || "-_.=".contains(letter) { letter } else { ' ' });
    kept.collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(games: &[&str], vary: &[&str]) -> Result<Vec<Arm>> {
        let owned = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
        of(&owned(games), &owned(&["train.batch=16"]), &owned(vary))
    }

    #[test]
    fn every_game_is_combined_with_every_value() {
        let arms = made(&["ring", "gaussian-1d"], &["train.k=1,2", "prior.noise=gaussian,spherical"]).unwrap();
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        assert_eq!((names.len(), names[0], names[7]), (8, "ring, k=1, noise=gaussian", "gaussian-1d, k=2, noise=spherical"));
        let config = arms[7].config(9, Some(77)).unwrap();
        assert_eq!((config.seed, config.train.k, config.train.batch, config.train.iterations), (9, 2, 16, 77));
        let folders: std::collections::BTreeSet<&str> = arms.iter().map(|arm| arm.folder.as_str()).collect();
        assert!(folders.len() == 8 && folders.contains("ring-k=1-noise=gaussian"), "{folders:?}");
    }

    #[test]
    fn an_empty_value_leaves_a_key_as_it_is_and_a_table_keeps_its_commas() {
        let arms = made(&["ring"], &["train.k_adaptive=,{ least = 1, enough = 0.8 }"]).unwrap();
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        assert_eq!(names, ["k_adaptive=as it is", "k_adaptive={ least = 1, enough = 0.8 }"]);
        assert_eq!(arms[1].folder, "k_adaptive=-least-=-1-enough-=-0.8");
        assert!(arms[0].config(1, None).unwrap().train.k_adaptive.is_none());
        assert_eq!(split("[1, 2],\"a,b\",c"), ["[1, 2]", "\"a,b\"", "c"]);
    }

    #[test]
    fn what_cannot_be_varied_is_named() {
        assert!(made(&["ring"], &["prior.noise"]).unwrap_err().to_string().contains("there is no `=`"));
        assert!(made(&["rong"], &[]).unwrap_err().to_string().contains("did you mean `ring`"));
        let arms = made(&["ring"], &["prior.noise=pink"]).unwrap();
        assert!(arms[0].config(1, None).unwrap_err().to_string().contains("pink"));
    }
}
