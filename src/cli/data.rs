//! `gander data`: what there is, downloads, and looks at it.

mod check;
mod show;

use crate::cli::print;
use crate::data::catalogue::{KNOWN, Known};
use crate::data::fetch::{Patience, Progress, Remote, fetch};
use crate::data::{DataConfig, cache_folder, own};
use crate::error::{Error, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

/// Options of `gander data`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the data sets that gander knows, and where their files are
    List,
    /// Download a data set into the cache folder; an interrupted download goes on where it stopped
    Fetch {
        /// The data set
        #[arg(default_value = "mnist")]
        name: String,
        /// A TOML file with mirrors and checksums, in place of the embedded one
        #[arg(long, value_name = "FILE.toml")]
        mirrors: Option<PathBuf>,
        /// The folder to download into
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Open a data set whole, and say what it holds and what is wrong with it; exit code 1 if anything is
    Check(check::Options),
    /// Draw some examples of a data set, a row per class, and print what its numbers are like
    Show(show::Options),
}

pub(super) fn run(options: Options) -> Result<u8> {
    match options.command {
        Command::List => list(),
        Command::Fetch { name, mirrors, to } => {
            check(&name, mirrors.is_some())?;
            let remote = Remote::named(&name, mirrors.as_deref())?;
            let folder = match to {
                Some(folder) => folder,
                None => cache_folder()?.join(&name),
            };
            let bar = ProgressBar::no_length().with_style(style());
            let downloaded = fetch(&remote, &folder, &Patience::default(), &mut |progress| show_progress(&bar, progress))?;
            bar.finish_and_clear();
            print(&format!("{}: {downloaded} files downloaded, all {} whole\n", folder.display(), remote.files.len()))
        }
        Command::Check(options) => check::run(&options),
        Command::Show(options) => show::run(&options),
    }
}

/// Checks the name of a set to download. A list of the user's own may have any, but it becomes that of a folder.
fn check(name: &str, own_list: bool) -> Result<()> {
    if own_list {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        return match !name.is_empty() && !name.starts_with('.') && name.chars().all(plain) {
            true => Ok(()),
            false => Err(Error::Config(format!(
                "`{name}` is to be the name of a folder; let it be of letters, digits, `-`, `_` and `.`, and not begin with `.`"
            ))),
        };
    }
    match Known::named(name)?.no_download() {
        None => Ok(()),
        Some(why) => Err(Error::Config(format!("`{name}` cannot be downloaded: {why}"))),
    }
}

/// A line for every set, and a second one for where its files are.
fn list() -> Result<u8> {
    let line = |name: &str, what: &str| format!("{name:14} {what}\n");
    let known = KNOWN.iter().map(|known| {
        let found = match (known.how(), known.place(None)) {
            (None, _) => String::new(),
            (_, Some(place)) => format!("{:14} found in {}\n", "", place.display()),
            (Some(how), None) => format!("{:14} not found: {how}\n", ""),
        };
        line(known.name, known.what) + &found
    });
    print(&known.chain(own::OWN.map(|(name, what)| line(name, what))).collect::<String>())
}

/// The configuration of the data that were named on the command line: a known set, `folder:PATH`, `npy:PATH` or `FILE.npy`.
fn config(name: &str) -> Result<DataConfig> {
    Ok(DataConfig::named(&own::chosen(Path::new(name))?.unwrap_or_else(|| name.to_string()), 0))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}")
        .expect("the template names indicatif's own keys")
}

fn show_progress(bar: &ProgressBar, progress: Progress) {
    match progress {
        Progress::Arrived { file, bytes, total } => {
            bar.set_message(file.to_string());
            bar.set_position(bytes);
            if let Some(total) = total {
                bar.set_length(total);
            }
        }
        Progress::Failed { file, url, reason } => bar.suspend(|| eprintln!("{file}: {url}: {reason}; trying on")),
        Progress::AlreadyThere { .. } | Progress::Done { .. } => bar.reset(),
    }
}
