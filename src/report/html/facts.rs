//! Who played what, where and how fast: the head of the page, the table of the game, the settings, the log.

use toml::{Table as Toml, Value};

use super::markup::{escape, pairs, table};
use super::{Account, monitor, section};
use crate::report::chart::tick;
use crate::report::journal::Session;
use crate::report::plot::recent;
use crate::report::seconds::duration;

/// The title, and the run in a few numbers.
pub(super) fn header(account: &Account) -> String {
    let config = settings_of(account);
    let text = |path: &str| config.as_ref().and_then(|config| word(config, path));
    let what = [text("data.set"), text("train.recipe")].into_iter().flatten().map(|word| format!("<span>{}</span>", escape(&word)));
    let mut under: Vec<String> = what.collect();
    under.extend(account.journal.sessions.last().map(|session| format!("<span>{}</span>", escape(&session.device))));
    under.extend(account.journal.version.iter().map(|version| format!("<span>gander {}</span>", escape(version))));
    let tiles: String = tiles(account, config.as_ref()).into_iter().map(|tile| tile.html()).collect();
    format!(
        "<header><h1>{}</h1><p class=\"under\">{}</p><dl class=\"tiles\">{tiles}</dl></header>\n",
        escape(&account.name),
        under.concat()
    )
}

/// One number of the head; both texts are HTML already.
struct Tile {
    name: &'static str,
    value: String,
    beside: String,
}

impl Tile {
    fn html(self) -> String {
        let Tile { name, value, beside } = self;
        format!("<div><dt>{name}</dt><dd>{value}<small>{beside}</small></dd></div>")
    }
}

fn tiles(account: &Account, config: Option<&Toml>) -> Vec<Tile> {
    let mut tiles = vec![];
    let trained = account.metrics.last().map(|row| row.iteration).or(account.sheets.last().map(|sheet| sheet.0));
    if let Some(trained) = trained {
        let aim = config.and_then(|config| find(config, "train.iterations")?.as_integer());
        let beside = aim.map(|aim| format!("of {}", tick(aim as f64))).unwrap_or_default();
        tiles.push(Tile { name: "iterations", value: tick(trained as f64), beside });
    }
    let rows = &account.metrics;
    let mut mean = |name, number: fn(&crate::gan::Metrics) -> f32, beside: &str| {
        if let Some(value) = recent(rows, number) {
            tiles.push(Tile { name, value: format!("{value:.3}").replace('-', "−"), beside: beside.into() });
        }
    };
    mean("D(x)", |row| row.d_real, "½ where p<sub>g</sub> = p<sub>data</sub>");
    mean("D(G(z))", |row| row.d_fake, "½ where p<sub>g</sub> = p<sub>data</sub>");
    mean("V(D, G)", |row| row.value, "−log 4 = −1.386 there");
    if let Some((value, beside)) = monitor::newest(account) {
        tiles.push(Tile { name: "Parzen log-likelihood", value, beside });
    }
    if let Some(rate) = account.journal.sessions.last().and_then(Session::rate) {
        let value = if rate < 10.0 { format!("{rate:.1}") } else { tick(rate.round()) };
        tiles.push(Tile { name: "iterations per second", value, beside: format!("{} ms each", tick((1e4 / rate).round() / 10.0)) });
    }
    tiles
}

/// The table of what was played.
pub(super) fn game(account: &Account) -> String {
    let Some(config) = settings_of(account) else { return String::new() };
    let mut rows: Vec<(String, String)> = vec![];
    let mut row = |name: &str, what: Option<String>| rows.extend(what.map(|what| (name.to_string(), escape(&what))));
    row("data", word(&config, "data.set"));
    row("recipe", word(&config, "train.recipe"));
    row("classes that G and D are told", word(&config, "train.conditional"));
    let loss = word(&config, "train.loss");
    let chosen = loss.as_deref().is_none_or(|loss| loss == "cross-entropy");
    row("loss", loss);
    row("loss of G", word(&config, "train.generator_loss").filter(|_| chosen));
    row("m, the minibatch", word(&config, "train.batch"));
    row("k, steps of D per step of G", word(&config, "train.k"));
    row("z", word(&config, "prior.size").zip(word(&config, "prior.noise")).map(|(size, noise)| format!("{noise}, {size}-dimensional")));
    row("G", layers(&config, "generator"));
    row("D", layers(&config, "discriminator"));
    let completes = word(&config, "train.completion").filter(|completes| completes == "true");
    row(
        "completion",
        completes.map(|_| "G is given z, what is kept of an example, and the mask; D judges the completed picture beside the mask".into()),
    );
    let inferred = word(&config, "train.inference").filter(|inferred| inferred == "true");
    row("inference", inferred.map(|_| "E infers z, and D judges pairs (x, E(x)) and (G(z), z)".into()));
    row("E", layers(&config, "encoder"));
    row("seed", word(&config, "seed"));
    row("learning rates halved", retried(&config));
    row("sha256 of the data", account.journal.checksum.clone());
    if rows.is_empty() { String::new() } else { format!("<div class=\"game\">{}</div>", pairs(&rows)) }
}

/// Where the run went back, because a number was no longer finite.
fn retried(config: &Toml) -> Option<String> {
    let all = find(config, "retried")?.as_array()?.iter();
    let each = all.filter_map(|one| {
        let number = |key: &str| one.get(key)?.as_integer();
        Some(format!("from iteration {} on, because a number of iteration {} was not finite", number("from")?, number("found")?))
    });
    Some(each.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
}

/// The configuration, word for word, and the sessions that trained by it.
pub(super) fn settings(account: &Account) -> String {
    let sessions = sessions(&account.journal.sessions);
    let config = if account.config.trim().is_empty() {
        String::new()
    } else {
        format!("<details><summary>config.toml</summary><pre>{}</pre></details>", escape(&account.config))
    };
    section("settings", "Settings and timings", &[sessions, config].concat())
}

/// The end of the log.
pub(super) fn log(account: &Account) -> String {
    if account.log_tail.trim().is_empty() {
        return String::new();
    }
    let lines = account.log_tail.lines().count();
    let log = format!("<details><summary>The last {lines} lines of run.log</summary><pre>{}</pre></details>", escape(&account.log_tail));
    section("log", "Log", &log)
}

fn sessions(sessions: &[Session]) -> String {
    let trained: Vec<&Session> = sessions.iter().filter(|session| session.last > session.first).collect();
    if trained.is_empty() {
        return String::new();
    }
    let head = ["device", "iterations", "time", "each"].map(String::from);
    let row = |session: &&Session| {
        vec![
            escape(&session.device),
            format!("{} to {}", tick(session.first as f64), tick(session.last as f64)),
            duration(session.seconds),
            session.rate().map_or("–".into(), |rate| format!("{:.2} ms", 1e3 / rate)),
        ]
    };
    let note = "<p class=\"note\">By the clock on the wall, sheets and checkpoints included, as run.log has it.</p>";
    let shown = trained.len().saturating_sub(SESSIONS);
    let earlier = if shown > 0 { format!("<p class=\"note\">{shown} earlier sessions are not listed.</p>") } else { String::new() };
    table(&head, &trained[shown..].iter().map(row).collect::<Vec<_>>()) + note + &earlier
}

/// So many sessions are listed.
const SESSIONS: usize = 20;

/// The configuration as far as it is TOML. A page does not need it to fit this version's keys.
pub(super) fn settings_of(account: &Account) -> Option<Toml> {
    account.config.parse().ok()
}

fn find<'a>(config: &'a Toml, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let mut value = config.get(keys.next()?)?;
    for key in keys {
        value = value.get(key)?;
    }
    Some(value)
}

/// A scalar of the configuration as text.
pub(super) fn word(config: &Toml, path: &str) -> Option<String> {
    match find(config, path)? {
        Value::String(text) => Some(text.clone()),
        value @ (Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => Some(value.to_string()),
        _ => None,
    }
}

/// A network's layers in one line: `relu 1200 → relu 1200 → sigmoid 784`, `convolution 32×2 (maxout, kernel 8) → max-pooling 4`.
fn layers(config: &Toml, network: &str) -> Option<String> {
    let layers = find(config, &format!("{network}.layers"))?.as_array()?;
    let layer = |layer: &Value| {
        let layer = layer.as_table()?;
        let sizes = ["units", "window", "channels", "pieces", "height", "width"].iter().filter_map(|key| word(layer, key));
        let named = ["kernel", "stride", "padding", "keep"].iter().filter_map(|key| Some(format!("{key} {}", word(layer, key)?)));
        let more: Vec<String> = word(layer, "activation").into_iter().chain(named).collect();
        let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
        Some(format!("{} {}{more}", word(layer, "kind")?, sizes.collect::<Vec<_>>().join("×")))
    };
    Some(layers.iter().filter_map(layer).collect::<Vec<_>>().join(" → "))
}
