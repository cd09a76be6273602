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
    /// What it is: the first sentence of its file, without where its numbers come from.
    pub fn summary(&self) -> &'static str {
        let line = self.toml.lines().next().unwrap_or_default().trim_start_matches("# ");
        let line = line.split(", from the published").next().unwrap_or_default();
        // A sentence ends before a capital; `et al. 2014` does not end one.
        let end = line.match_indices(". ").find(|(at, _)| line[at + 2..].starts_with(|next: char| next.is_uppercase()));
        end.map_or(line, |(at, _)| &line[..at]).trim_end_matches('.')
    }
}

/// All presets; the first is the default.
pub const PRESETS: &[Preset] = &[
    Preset { name: "digits", toml: include_str!("../../assets/presets/digits.toml") },
    Preset { name: "digits-conditional", toml: include_str!("../../assets/presets/digits-conditional.toml") },
    Preset { name: "digits-completion", toml: include_str!("../../assets/presets/digits-completion.toml") },
    Preset { name: "digits-inference", toml: include_str!("../../assets/presets/digits-inference.toml") },
    Preset { name: "mnist", toml: include_str!("../../assets/presets/mnist.toml") },
    Preset { name: "mnist-conditional", toml: include_str!("../../assets/presets/mnist-conditional.toml") },
    Preset { name: "tfd-pretrain", toml: include_str!("../../assets/presets/tfd-pretrain.toml") },
    Preset { name: "tfd", toml: include_str!("../../assets/presets/tfd.toml") },
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
    use crate::gan::{Config, Player};
    use crate::nn::{Extent, Shaped};

    fn parsed(name: &str) -> Config {
        Config::parse(preset(name).expect("it is embedded").toml, &[]).expect("it is whole")
    }

    /// Parameters of G and of D.
    fn parameters(name: &str, example: Extent) -> [u64; 2] {
        let mut config = parsed(name);
        if config.generator.extends.is_some() {
            config = config.extend(Player::Generator, &parsed("tfd-pretrain"), 0).expect("the pretrained generator fits");
        }
        assert_eq!(config.generator_outputs().expect("checked").numbers(), example.numbers(), "{name}: G makes no example");
        let sum = |shapes: Vec<Shaped>| shapes.iter().map(Shaped::parameters).sum();
        [config.generator_shapes(), config.discriminator_shapes(example)].map(|shapes| sum(shapes.expect("its layers fit")))
    }

    #[test]
    fn the_papers_games_have_the_papers_parameters() {
        let cifar10 = Extent { channels: 3, height: 32, width: 32 };
        assert_eq!(parameters("mnist", Extent { channels: 1, height: 28, width: 28 }), [2_503_984, 1_231_441]);
        // G: 100·200 + 200, 10·1000 + 1000, 1200·1200 + 1200, 1200·784 + 784. D: 784·1200 + 1200, 10·250 + 250, 290·960 + 960, 240 + 1.
        assert_eq!(parameters("mnist-conditional", Extent { channels: 1, height: 28, width: 28 }), [2_413_984, 1_224_351]);
        let tfd = Extent { channels: 1, height: 48, width: 48 };
        assert_eq!(parameters("tfd-pretrain", tfd), [83_250_304, 21_037_201]);
        assert_eq!(parameters("tfd", tfd), [84_858_404, 21_037_201]);
        assert_eq!(parameters("cifar10-fc", cifar10), [89_395_072, 37_393_601]);
        assert_eq!(parameters("cifar10-conv", cifar10), [64_825_072, 12_454_073]);
    }
}
