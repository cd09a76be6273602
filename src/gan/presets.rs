//! The games that come with gander: TOML files with the source of every number in a comment.

/// A game that comes with gander.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its configuration.
    pub toml: &'static str,
}

impl Preset {
    /// What it is: the first sentence of its file.
    pub fn summary(&self) -> &'static str {
        let line = self.toml.lines().next().unwrap_or_default().trim_start_matches("# ");
        line.split_inclusive(". ").next().unwrap_or_default().trim_end()
    }
}

/// All presets; the first is the default.
pub const PRESETS: &[Preset] = &[
    Preset { name: "digits", toml: include_str!("../../assets/presets/digits.toml") },
    Preset { name: "mnist", toml: include_str!("../../assets/presets/mnist.toml") },
    Preset { name: "cifar10-fc", toml: include_str!("../../assets/presets/cifar10-fc.toml") },
    Preset { name: "cifar10-conv", toml: include_str!("../../assets/presets/cifar10-conv.toml") },
    Preset { name: "ring", toml: include_str!("../../assets/presets/ring.toml") },
    Preset { name: "gaussian-1d", toml: include_str!("../../assets/presets/gaussian-1d.toml") },
];

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    PRESETS.iter().find(|preset| preset.name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::Config;
    use crate::nn::{Extent, Shaped};

    /// Parameters of G and of D.
    fn parameters(name: &str, example: Extent) -> [u64; 2] {
        let config = Config::parse(preset(name).expect("it is embedded").toml, &[]).expect("it is whole");
        assert_eq!(config.generator_outputs().expect("checked").numbers(), example.numbers(), "{name}: G makes no example");
        let sum = |shapes: Vec<Shaped>| shapes.iter().map(Shaped::parameters).sum();
        [config.generator_shapes(), config.discriminator_shapes(example)].map(|shapes| sum(shapes.expect("its layers fit")))
    }

    #[test]
    fn the_papers_games_have_the_papers_parameters() {
        let cifar10 = Extent { channels: 3, height: 32, width: 32 };
        assert_eq!(parameters("mnist", Extent { channels: 1, height: 28, width: 28 }), [2_503_984, 1_231_441]);
        assert_eq!(parameters("cifar10-fc", cifar10), [89_395_072, 37_393_601]);
        assert_eq!(parameters("cifar10-conv", cifar10), [64_825_072, 12_454_073]);
    }
}
