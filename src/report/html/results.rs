//! `eval.json` as tables, whatever keys it has: values of an object as rows, a list of objects as a table with a head, what lies deeper under headings.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::markup::{escape, pairs, table};
use crate::report::chart::tick;

/// Deeper values are shown as JSON.
const DEPTH: usize = 4;

/// Of longer lists the first entries are shown.
const ENTRIES: usize = 100;

/// The section of all results.
pub(super) fn section(results: Option<&Value>) -> String {
    super::section("results", "Results of gander eval", &results.map(|value| block(value, 0)).unwrap_or_default())
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
    for (name, value) in parts {
        shown += &format!("<h{level}>{}</h{level}>{}", escape(&named(name)), block(value, depth + 1));
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

/// A list of objects: one row each, one column for every name that occurs, in the order of the first object.
fn records(list: &[Value]) -> String {
    let mut names: Vec<&String> = vec![];
    let mut seen = BTreeSet::new();
    for name in list.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if seen.insert(name) {
            names.push(name);
        }
    }
    let row = |value: &Value| names.iter().map(|name| value.get(name.as_str()).map(inline).unwrap_or_default()).collect();
    let rows: Vec<Vec<String>> = list.iter().take(ENTRIES).map(row).collect();
    let head: Vec<String> = names.iter().map(|name| named(name)).collect();
    table(&head, &rows) + &more(list.len())
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
        Value::Array(list) if list.iter().all(|value| !value.is_array() && !value.is_object()) => {
            let shown: Vec<String> = list.iter().take(ENTRIES).map(inline).collect();
            let rest = if list.len() > ENTRIES { format!(", … ({} in all)", list.len()) } else { String::new() };
            shown.join(", ") + &rest
        }
        deep => format!("<code>{}</code>", escape(&deep.to_string())),
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
            "mean": 225.3, "<b>": "<script>", "grid": [0.1, 0.2], "table_1": [{"model": "DBN", "nats": 138}, {"model": "ours", "error": 2.5}],
            "deep": {"a": {"b": {"c": {"d": {"e": [1, {"f": 2}]}}}}}, "none": null, "empty": {},
        });
        let html = section(Some(&value));
        assert!(html.contains("<th scope=\"col\">model</th><th scope=\"col\">nats</th><th scope=\"col\">error</th>"), "{html}");
        assert!(html.contains("<tr><td>ours</td><td></td><td>2.5</td></tr>"), "{html}");
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>"), "{html}");
        assert!(html.contains("0.1, 0.2") && html.contains("<code>{&quot;d&quot;"), "{html}");
        assert_eq!(section(None), "");
    }
}
