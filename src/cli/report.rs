//! `gander report`: a run on one page. Works beside a run that is training.

use crate::cli::print;
use crate::error::{Error, Result};
use crate::report::html::{Account, Picture, page};
use crate::report::journal::Journal;
use crate::report::metrics;
use crate::report::table::Table;
use crate::run_folder::RunView;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The most bytes of a log that are read: its end.
const MOST_LOG: u64 = 8 << 20;

/// The most bytes of any other file that is read.
const MOST_FILE: u64 = 64 << 20;

/// Lines of the log that the page shows, and characters of each.
const LOG_LINES: usize = 60;
const LOG_COLUMNS: usize = 500;

/// Options of `gander report`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The run's folder
    #[arg(value_name = "RUN", value_hint = clap::ValueHint::DirPath)]
    run: PathBuf,
    /// The page to write; RUN/report.html if it is not given
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// At most so many sheets of samples, evenly spaced, the first and the last among them
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    sheets: u32,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let view = RunView::open(&options.run)?;
    let account = gather(&view, options.sheets as usize)?;
    let (page, path) = (page(&account), options.out.clone().unwrap_or_else(|| view.report_path()));
    crate::atomic::write(&path, |file| file.write_all(page.as_bytes()))?;
    let (shown, there) = (account.sheets.len(), account.sheets_there);
    let left_out = if account.left_out.is_empty() { String::new() } else { format!("; left out: {}", account.left_out.join("; ")) };
    print(&format!("{}: {:.1} MB, {shown} of {there} sheets{left_out}\n", path.display(), page.len() as f64 / 1e6))
}

/// All that is in a run's folder. What cannot be read is named in the account instead of ending it.
fn gather(view: &RunView, most_sheets: usize) -> Result<Account> {
    let mut left_out = vec![];
    let sheets = view.sheets()?;
    let log = log(&view.log_path(), &mut left_out);
    Ok(Account {
        name: name(view.path()),
        config: kept(view.config(), &mut left_out).unwrap_or_default(),
        metrics: if_there(&view.metrics_path(), metrics::read, &mut left_out).unwrap_or_default(),
        sheets_there: sheets.len(),
        sheets: evenly(&sheets, most_sheets)
            .into_iter()
            .filter_map(|iteration| Some((iteration, kept(picture(&view.sample_path(iteration)), &mut left_out)?)))
            .collect(),
        journal: Journal::parse(&log),
        log_tail: tail(&log),
        parzen: if_there(&view.parzen_path(), table, &mut left_out),
        monitor: if_there(&view.monitor_path(), table, &mut left_out),
        results: if_there(&view.eval_path(), json, &mut left_out),
        figures: figures(&view.figures_path(), &mut left_out),
        left_out,
    })
}

/// What was read; otherwise nothing, and a note of why.
fn kept<T>(read: Result<T>, left_out: &mut Vec<String>) -> Option<T> {
    read.map_err(|error| left_out.push(error.to_string())).ok()
}

/// What a file holds; nothing, without a note, if there is no such file.
fn if_there<T>(path: &Path, read: fn(&Path) -> Result<T>, left_out: &mut Vec<String>) -> Option<T> {
    path.exists().then(|| kept(read(path), left_out)).flatten()
}

/// What the run is called.
fn name(path: &Path) -> String {
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    whole.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
}

/// At most so many of them, evenly spaced, the first and the last among them; the last alone, if only one is wanted.
fn evenly(all: &[u64], most: usize) -> Vec<u64> {
    if all.len() <= most {
        return all.to_vec();
    }
    let last = all.len() - 1;
    if most == 1 {
        return vec![all[last]];
    }
    (0..most).map(|place| all[(place * last + (most - 1) / 2) / (most - 1)]).collect()
}

/// The end of the log, and a note if there is more.
fn log(path: &Path, left_out: &mut Vec<String>) -> String {
    let read = || -> Result<(String, u64)> {
        let mut file = File::open(path).map_err(Error::io("open", path))?;
        let before = file.metadata().map_err(Error::io("read", path))?.len().saturating_sub(MOST_LOG);
        file.seek(SeekFrom::Start(before)).map_err(Error::io("read", path))?;
        let mut bytes = vec![];
        file.take(MOST_LOG).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), before))
    };
    if !path.exists() {
        return String::new();
    }
    let (text, before) = kept(read(), left_out).unwrap_or_default();
    if before > 0 {
        left_out.push(format!("the first {before} bytes of {}: only the last {MOST_LOG} are read", path.display()));
    }
    text
}

/// The last lines of a log, each cut where it becomes absurd.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let cut = |line: &&str| match line.char_indices().nth(LOG_COLUMNS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_string(),
    };
    lines[lines.len().saturating_sub(LOG_LINES)..].iter().map(cut).collect::<Vec<_>>().join("\n")
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    let file = File::open(path).map_err(Error::io("open", path))?;
    file.take(MOST_FILE + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() as u64 > MOST_FILE {
        return Err(Error::Data(format!("{}: more than {MOST_FILE} bytes, too much for a page", path.display())));
    }
    Ok(bytes)
}

fn table(path: &Path) -> Result<Table> {
    Ok(Table::parse(&String::from_utf8_lossy(&bytes(path)?)))
}

fn json(path: &Path) -> Result<serde_json::Value> {
    serde_json::from_slice(&bytes(path)?)
        .map_err(|error| Error::Data(format!("{}: no JSON: {error}; make it anew with gander eval", path.display())))
}

/// A PNG or GIF, decoded once to be sure that a browser will show it.
fn picture(path: &Path) -> Result<Picture> {
    let bytes = bytes(path)?;
    let mime = match &bytes[..] {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        _ => return Err(Error::Data(format!("{}: neither PNG nor GIF, by its first bytes", path.display()))),
    };
    let decoded = image::load_from_memory(&bytes).map_err(|error| Error::Data(format!("{}: damaged: {error}", path.display())))?;
    Ok(Picture { mime, width: decoded.width(), height: decoded.height(), bytes })
}

/// Every PNG and GIF of a folder by its name; of two with one name, the GIF, which moves.
fn figures(folder: &Path, left_out: &mut Vec<String>) -> Vec<(String, Picture)> {
    let entries = match fs::read_dir(folder) {
        Err(_) => return vec![],
        Ok(entries) => entries,
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "png" || extension == "gif"));
    paths.sort();
    let mut figures: Vec<(String, Picture)> = vec![];
    for path in paths {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if figures.last().is_none_or(|last| last.0 != name) {
            figures.extend(kept(picture(&path), left_out).map(|picture| (name, picture)));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_chosen_evenly_with_both_ends() {
        let all: Vec<u64> = (0..=10).map(|n| n * 100).collect();
        assert_eq!(evenly(&all, 50), all);
        assert_eq!(evenly(&all, 11), all);
        assert_eq!(evenly(&all, 3), [0, 500, 1000]);
        assert_eq!(evenly(&all, 2), [0, 1000]);
        assert_eq!(evenly(&all, 1), [1000]);
        for most in 1..11 {
            let chosen = evenly(&all, most);
            assert!(chosen.len() == most && chosen.is_sorted_by(|a, b| a < b), "{chosen:?}");
        }
        assert_eq!(evenly(&[], 3), [0; 0]);
    }
}
