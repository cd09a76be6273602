//! `report.html`: a run on one page that opens from disk, without a network and without anything beside it.
//!
//! Pictures are in the page as base64, curves as SVG in its own colours, light or dark as the reader's system is. All that comes out of files is escaped
//! (`markup`). What a run does not have is left out; what it has but cannot be read is named at the end. The page knows only what is in [`Account`]:
//! gathering that is the command's work.

mod curve;
mod facts;
mod markup;
mod monitor;
mod player;
mod results;

use serde_json::Value;

use super::journal::Journal;
use super::table::Table;
use super::{chart, plot};
use crate::gan::Metrics;
use markup::{escape, fill};

const PAGE: &str = include_str!("../../assets/report/page.html");
const STYLE: &str = include_str!("../../assets/report/style.css");
const SCRIPT: &str = include_str!("../../assets/report/script.js");

/// A picture as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/gif`.
    pub mime: &'static str,
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// All that is known of a run.
#[derive(Debug, Default)]
pub struct Account {
    /// What the run is called: its folder's name.
    pub name: String,
    /// The configuration, as TOML.
    pub config: String,
    /// One row per iteration.
    pub metrics: Vec<Metrics>,
    /// Sheets of samples with their iterations, the oldest first.
    pub sheets: Vec<(u64, Picture)>,
    /// How many sheets the run has, shown here or not.
    pub sheets_there: usize,
    /// What the log tells.
    pub journal: Journal,
    /// The last lines of the log.
    pub log_tail: String,
    /// The learning curve of the Parzen-window log-likelihood: `parzen.csv`.
    pub parzen: Option<Table>,
    /// What was watched while training: `monitor.csv`.
    pub monitor: Option<Table>,
    /// What `gander eval` found: `eval.json`.
    pub results: Option<Value>,
    /// Figures by the names of their files, without extension.
    pub figures: Vec<(String, Picture)>,
    /// What could not be read, and why.
    pub left_out: Vec<String>,
}

/// The page.
pub fn page(account: &Account) -> String {
    let sections = [
        player::section(account),
        curves(account),
        monitor::parzen(account),
        monitor::watched(account),
        results::section(account.results.as_ref()),
        figures(account),
        facts::settings(account),
        facts::log(account),
        left_out(account),
    ];
    let body = format!("{}<main>{}</main>", facts::header(account), sections.concat());
    let footer = format!("Written by gander {}. Everything is in this one file.", crate::VERSION);
    let title = format!("{} · gander", escape(&account.name));
    fill(PAGE, &[("title", &title), ("style", STYLE), ("body", &body), ("footer", &footer), ("script", SCRIPT)])
}

/// A section with its heading; nothing where there is nothing to show.
fn section(id: &str, heading: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{}</h2>{content}</section>\n", escape(heading))
}

fn curves(account: &Account) -> String {
    let rows = &account.metrics;
    if rows.is_empty() {
        return section("curves", "How the game went", "<p class=\"note\">No iteration has been written down yet.</p>");
    }
    let mut panels = plot::game(rows);
    panels.push(plot::gradients(rows));
    let figures: String = panels.iter().map(curve::figure).collect();
    let (first, last) = (rows[0].iteration as f64, rows[rows.len() - 1].iteration as f64);
    let note = format!(
        "Iterations {} to {}. The line is a moving average, the band spans what single iterations did; the outermost 0.5 % may lie beyond the axes. \
         Where p<sub>g</sub> = p<sub>data</sub>, D answers ½ everywhere and V is −log 4.",
        chart::tick(first),
        chart::tick(last)
    );
    section("curves", "How the game went", &format!("<div class=\"charts\">{figures}</div><p class=\"note\">{note}</p>"))
}

fn figures(account: &Account) -> String {
    let figure = |(name, picture): &(String, Picture)| {
        let caption = match name.as_str() {
            "figure-1" => "Figure 1: data, generator and discriminator in one dimension, and the lines z → x",
            "figure-2" => "Figure 2: samples; the last column is the nearest training example of the one beside it",
            "figure-3" => "Figure 3: interpolations in z",
            other => other,
        };
        let image = markup::image(picture, caption);
        format!("<figure class=\"picture\">{image}<figcaption>{}</figcaption></figure>", escape(caption))
    };
    let figures: String = account.figures.iter().map(figure).collect();
    section("figures", "Figures", &figures)
}

fn left_out(account: &Account) -> String {
    let items: String = account.left_out.iter().map(|why| format!("<li>{}</li>", escape(why))).collect();
    let list = if items.is_empty() { items } else { format!("<ul class=\"warning\">{items}</ul>") };
    section("left-out", "Left out", &list)
}

#[cfg(test)]
mod tests;
