//! `gander figure`: the paper's figures, of a run or of a game trained for the purpose.

mod one;
mod three;
mod two;

use crate::error::{Error, Result};
use crate::run_folder::RunView;
use std::path::{Path, PathBuf};

/// Options of `gander figure`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    figure: Figure,
}

#[derive(Debug, clap::Subcommand)]
enum Figure {
    /// In one dimension: p_data, p_g, D, D*, and the lines from z to x; four panels and a GIF through training
    #[command(name = "1")]
    One(one::Options),
    /// Random samples, and the training examples nearest to the last of each row
    #[command(name = "2")]
    Two(two::Options),
    /// Samples on the way from one point of z space to another
    #[command(name = "3")]
    Three(three::Options),
}

pub(super) fn run(options: &Options) -> Result<u8> {
    match &options.figure {
        Figure::One(options) => one::run(options),
        Figure::Two(options) => two::run(options),
        Figure::Three(options) => three::run(options),
    }
}

/// Where a figure goes: where the user wants it, or into the folder `figures` of the run.
/// # Errors
/// if that folder cannot be made.
fn destination(view: &RunView, wanted: Option<&Path>, name: &str) -> Result<PathBuf> {
    if let Some(wanted) = wanted {
        return Ok(wanted.into());
    }
    let folder = view.figures_path();
    std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    Ok(folder.join(name))
}
