//! The sheets of samples through time: one picture, and a slider that `script.js` brings to life. Without scripts the last sheet is there.

use super::Account;
use super::facts;
use super::markup::{data_uri, escape, image};
use crate::report::chart::tick;

/// A picture with more columns of pixels is shown smaller than it is, on most screens.
const WIDE: u32 = 700;

fn sheets(account: &Account) -> String {
    let Some(((last, picture), before)) = account.sheets.split_last() else {
        return String::new();
    };
    let iterations: Vec<u64> = account.sheets.iter().map(|(iteration, _)| *iteration).collect();
    let alt = format!("Samples of the generator after {} iterations", tick(*last as f64));
    let size = if picture.width <= WIDE { "small" } else { "large" };
    let sheet = image(picture, &alt).replacen("<img ", &format!("<img id=\"sheet\" class=\"{size}\" "), 1);
    let controls = if before.is_empty() {
        format!("<p class=\"when\">iteration {}</p>", tick(*last as f64))
    } else {
        let most = before.len();
        format!(
            "<div class=\"controls\"><button id=\"play\" type=\"button\" aria-label=\"Play\">▶</button>\
             <input id=\"at\" type=\"range\" min=\"0\" max=\"{most}\" value=\"{most}\" step=\"1\" aria-label=\"Sheet\">\
             <output id=\"when\" for=\"at\">iteration {}</output></div><div id=\"strip\" class=\"strip\"></div>",
            tick(*last as f64)
        )
    };
    // The last sheet is in the page already; base64 and numbers need no escaping.
    let others: Vec<String> = before.iter().map(|(_, picture)| data_uri(picture)).collect();
    let frames = serde_json::json!({ "iterations": iterations, "sheets": others });
    let data = format!("<script id=\"frames\" type=\"application/json\">{frames}</script>");
    format!("<div class=\"player\">{sheet}{controls}<p class=\"note\">{}</p>{data}</div>", escape(&note(account)))
}

/// The sheets, and beside them what was played.
pub(super) fn section(account: &Account) -> String {
    let (sheets, game) = (sheets(account), facts::game(account));
    let heading = if sheets.is_empty() { "The game" } else { "Samples through time" };
    let content = [sheets, game].concat();
    super::section("samples", heading, &if content.is_empty() { content } else { format!("<div class=\"beside\">{content}</div>") })
}

fn note(account: &Account) -> String {
    let (shown, there) = (account.sheets.len(), account.sheets_there);
    let which = if shown < there {
        format!("{shown} of the run's {there} sheets are here, evenly spaced; gander report --sheets {there} takes all. ")
    } else {
        String::new()
    };
    let keys = if shown > 1 { " Arrow keys step, the space bar plays." } else { "" };
    format!("{which}The noise z is the same on every sheet, and none of it was picked.{keys}")
}
