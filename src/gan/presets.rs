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
    Preset { name: "ring", toml: include_str!("../../assets/presets/ring.toml") },
    Preset { name: "gaussian-1d", toml: include_str!("../../assets/presets/gaussian-1d.toml") },
];

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    PRESETS.iter().find(|preset| preset.name == name).copied()
}
