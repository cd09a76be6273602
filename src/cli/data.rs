//! `gander data`: what there is, and downloads.

use crate::cli::print;
use crate::data::fetch::{Patience, Progress, Remote, fetch};
use crate::data::{cache_folder, catalogue};
use crate::error::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// Options of `gander data`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the data sets that gander knows
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
}

pub(super) fn run(options: Options) -> Result<u8> {
    match options.command {
        Command::List => print(&catalogue::KNOWN.iter().map(|(name, what)| format!("{name:12} {what}\n")).collect::<String>()),
        Command::Fetch { name, mirrors, to } => {
            let remote = Remote::named(&name, mirrors.as_deref())?;
            let folder = match to {
                Some(folder) => folder,
                None => cache_folder()?.join(&name),
            };
            let bar = ProgressBar::no_length().with_style(style());
            let downloaded = fetch(&remote, &folder, &Patience::default(), &mut |progress| show(&bar, progress))?;
            bar.finish_and_clear();
            print(&format!("{}: {downloaded} files downloaded, all {} whole\n", folder.display(), remote.files.len()))
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}")
        .expect("the template names indicatif's own keys")
}

fn show(bar: &ProgressBar, progress: Progress) {
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
