//! Pieces of HTML: escaped text, pictures inside the page, tables, and the filling of a template.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Picture;

/// Text as HTML shows it, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            // What no HTML may hold, such as the escape that colours a terminal.
            control if control.is_control() && !matches!(control, '\n' | '\t') => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The template with `{{name}}` replaced by what is given for the name. What is put in is not looked at again, so it may hold braces itself.
/// # Panics if the template names what is not given.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut parts = template.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("each {{ of the template has its }}");
        let value = values.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("nothing is given for {{{{{name}}}}}"));
        filled += value.1;
        filled += rest;
    }
    filled
}

/// The address of a picture that is inside the page.
pub(super) fn data_uri(picture: &Picture) -> String {
    format!("data:{};base64,{}", picture.mime, STANDARD.encode(&picture.bytes))
}

/// The picture, in its own size at most; `alt` is said to whoever does not see it.
pub(super) fn image(picture: &Picture, alt: &str) -> String {
    let Picture { width, height, .. } = picture;
    format!("<img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\">", data_uri(picture), escape(alt))
}

/// Rows of a name and what it is; cells are HTML already.
pub(super) fn pairs(rows: &[(String, String)]) -> String {
    let rows: String = rows.iter().map(|(name, what)| format!("<tr><th scope=\"row\">{}</th><td>{what}</td></tr>", escape(name))).collect();
    format!("<div class=\"table\"><table class=\"pairs\">{rows}</table></div>")
}

/// A table with a head; cells are HTML already.
pub(super) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let head: String = head.iter().map(|name| format!("<th scope=\"col\">{}</th>", escape(name))).collect();
    let row = |cells: &Vec<String>| format!("<tr>{}</tr>", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>());
    let rows: String = rows.iter().map(row).collect();
    format!("<div class=\"table\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")
}
