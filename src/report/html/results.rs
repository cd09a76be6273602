//! `eval.json` as tables, whatever keys it has: values of an object as rows, a list of objects as a table with a head, what lies deeper under headings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::markup::{escape, pairs, table};
use crate::report::chart::tick;

/// Deeper values are shown as JSON.
const DEPTH: usize = 4;

/// Of longer lists the first entries are shown.
const ENTRIES: usize = 100;

/// The same, of a list in one cell.
const INLINE: usize = 12;

/// What the page shows elsewhere.
const ELSEWHERE: [&str; 1] = ["calibration"];

/// The section of all results.
pub(super) fn section(results: Option<&Value>) -> String {
    let mut results = results.cloned().unwrap_or_default();
    if let Value::Object(entries) = &mut results {
        entries.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
    }
    super::section("results", "Results of gander eval", &if results.is_null() { String::new() } else { block(&results, 0) })
}

/// A value of any kind.
fn block(value: &Value, depth: usize) -> String {
    match value {
        Value::Object(entries) if depth < DEPTH => object(entries, depth),
        Value::Array(list) if depth < DEPTH && !list.is_empty() && list.iter().all(Value::is_object) => records(list),
        scalar => format!("<p>{}</p>", inline(scalar)),
    }
}

/// Plain values first, in one table; then what has parts of its own, each under its name.
fn object(entries: &Map<String, Value>, depth: usize) -> String {
    let (parts, plain): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| has_parts(value));
    let rows: Vec<(String, String)> = plain.into_iter().map(|(name, value)| (named(name), inline(value))).collect();
    let mut shown = if rows.is_empty() { String::new() } else { pairs(&rows) };
    let level = (3 + depth).min(6);
    let part =
        |(name, value): (&String, &Value)| format!("<div><h{level}>{}</h{level}>{}</div>", escape(&named(name)), block(value, depth + 1));
    let parts: String = parts.into_iter().map(part).collect();
    if !parts.is_empty() {
        shown += &format!("<div class=\"parts\">{parts}</div>");
    }
    shown
}

fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(list) => list.iter().any(Value::is_object),
        _ => false,
    }
}

/// A list of objects: one row each, one column for every name that occurs. What has parts itself has a column for each of them.
fn records(list: &[Value]) -> String {
    let rows: Vec<BTreeMap<String, String>> = list
        .iter()
        .take(ENTRIES)
        .map(|record| {
            let mut cells = BTreeMap::new();
            flatten("", record, &mut cells);
            cells
        })
        .collect();
    let names: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let cells = |row: &BTreeMap<String, String>| names.iter().map(|name| row.get(*name).cloned().unwrap_or_default()).collect();
    let head: Vec<String> = names.iter().map(|name| named(name)).collect();
    table(&head, &rows.iter().map(cells).collect::<Vec<_>>()) + &more(list.len())
}

/// The cells of a record; parts of a part bear both names. A list of lists (the grid of σ in every fold) has no place in a cell: `eval.json` has it.
fn flatten(name: &str, value: &Value, cells: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) if name.matches(' ').count() < DEPTH => {
            entries.iter().for_each(|(key, value)| flatten(format!("{name} {}", named(key)).trim(), value, cells));
        }
        Value::Array(list) if list.iter().any(Value::is_array) => {}
        plain => drop(cells.insert(name.into(), inline(plain))),
    }
}

fn more(entries: usize) -> String {
    if entries > ENTRIES { format!("<p class=\"note\">The first {ENTRIES} of {entries}.</p>") } else { String::new() }
}

/// A value in one cell.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => "–".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.as_f64().map_or_else(|| escape(&number.to_string()), figure),
        Value::String(text) => escape(text),
        Value::Array(list) if list.is_empty() => "none".into(),
        Value::Array(list) => {
            let shown: Vec<String> = list.iter().take(INLINE).map(part).collect();
            let rest = if list.len() > INLINE { format!(", … ({} in all)", list.len()) } else { String::new() };
            shown.join(", ") + &rest
        }
        Value::Object(entries) => {
            let shown = entries.iter().take(INLINE).map(|(name, value)| format!("{} {}", escape(&named(name)), part(value)));
            shown.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A value inside another one; what has parts of its own is shown as it is written.
fn part(value: &Value) -> String {
    match value {
        Value::Array(list) if list.iter().all(|value| !value.is_array() && !value.is_object()) => {
            format!("({})", list.iter().take(INLINE).map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Array(_) | Value::Object(_) => format!("<code>{}</code>", escape(&value.to_string())),
        plain => inline(plain),
    }
}

/// A number in as many digits as tell: whole numbers whole, others in five.
fn figure(value: f64) -> String {
    let size = value.abs();
    let text = if value == value.round() && size < 1e15 {
        tick(value)
    } else if (1e-3..1e6).contains(&size) {
        let decimals = (4 - size.log10().floor() as i32).clamp(0, 7) as usize;
        let text = format!("{value:.decimals$}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        format!("{value:.4e}")
    };
    text.replace('-', "−")
}

/// `standard_error` as `standard error`.
fn named(key: &str) -> String {
    key.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_have_as_many_digits_as_tell() {
        let shown = [225.0, 224.98765, -1.38629436, 0.0123456, 1.0e-9, 70_000.0, 1.5, 123_456.789].map(figure);
        assert_eq!(shown, ["225", "224.99", "−1.3863", "0.012346", "1.0000e−9", "70,000", "1.5", "123457"]);
    }

    #[test]
    fn any_json_becomes_tables_and_nothing_becomes_markup() {
        let value = json!({
            "mean": 225.3, "<b>": "<script>", "grid": [0.1, 0.2], "table_1": [{"model": "DBN"}, {"model": "ours", "test": {"mean": 2.5}}], "pairs": [[1, 2], [3, {"at": 4}]],
            "deep": {"a": {"b": {"c": {"d": {"e": [1, {"f": 2}]}}}}}, "none": null, "empty": {},
        });
        let html = section(Some(&value));
        assert!(html.contains("<th scope=\"col\">model</th><th scope=\"col\">test mean</th>"), "{html}");
        assert!(html.contains("<tr><td>DBN</td><td></td></tr><tr><td>ours</td><td>2.5</td></tr>"), "{html}");
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>"), "{html}");
        assert!(
            html.contains("0.1, 0.2")
                && html.contains("(1, 2), <code>[3,{&quot;at&quot;:4}]</code>")
                && html.contains("<code>{&quot;e&quot;:"),
            "{html}"
        );
        let folds = section(Some(&json!({"scores": [{"grid": [[0.1, -5.0]], "sigma": 0.2}]})));
        assert!(folds.contains("sigma") && !folds.contains("grid"), "{folds}");
        assert_eq!(section(None), "");
    }
}
