//! `gander presets`: the games that come with gander.

use crate::cli::{configuration, print};
use crate::error::Result;
use crate::gan::PRESETS;

/// Options of `gander presets`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Print this preset as TOML, each number with its source
    name: Option<String>,
    /// Print the JSON schema of a configuration, for editors
    #[arg(long, conflicts_with = "name")]
    schema: bool,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    if options.schema {
        let schema = schemars::schema_for!(crate::gan::Config);
        return print(&format!("{}\n", serde_json::to_string_pretty(&schema).expect("a schema is JSON")));
    }
    match &options.name {
        Some(name) => print(configuration::preset_named(name)?.toml),
        None => print(&PRESETS.iter().map(|preset| format!("{:13} {}\n", preset.name, preset.summary())).collect::<String>()),
    }
}
