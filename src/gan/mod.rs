//! The game of the paper: its configuration, its two recipes, and the trainer that replays it.
//!
//! [`algorithm1`] and [`code2014`] record one iteration each and read like their sources; everything around them is in [`Game`];
//! [`inverse`] goes the other way, from x back to z; [`semi`] makes classifiers of D. Nothing here
//! touches files, threads, clocks or a terminal.

pub mod algorithm1;
mod alone;
mod bidirectional;
pub mod code2014;
pub mod completion;
mod condition;
mod conditional;
mod config;
mod coordination;
mod evaluation;
mod extend;
mod fit;
mod game;
mod inspection;
pub mod inverse;
mod ledger;
mod metrics;
mod options;
mod pace;
mod presets;
mod prior;
mod sampler;
pub mod semi;
mod sheets;
pub(crate) mod start;
mod state;
mod trainer;

pub use conditional::Told;
pub use config::{BlendConfig, Config, EncoderConfig, GameConfig, NetworkConfig, PriorConfig, Recipe, ReportConfig, Retried, Scaling};
pub use coordination::AdaptiveConfig;
pub use extend::Inherited;
pub use fit::Fit;
pub use game::{Game, Player, example};
pub use inspection::Finding;
pub use metrics::Metrics;
pub use presets::{PRESETS, Preset, preset};
pub use prior::{Noise, Prior};
pub use sampler::{Judge, Sampler};
pub use state::{Array, State};
pub use trainer::Trainer;
