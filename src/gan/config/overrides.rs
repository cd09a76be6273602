//! `--set key.path=value`: one value of a configuration's text, before it is read.

use crate::error::{Error, Result};
use toml::Value;

/// Sets one `key.path=value`; a number in the path is an index into a list of layers.
pub(super) fn assign(table: &mut toml::Table, assignment: &str) -> Result<()> {
    let Some((path, text)) = assignment.split_once('=') else {
        return Err(Error::Config(format!("--set {assignment}: there is no `=`; write it like train.k=2")));
    };
    let keys: Vec<&str> = path.trim().split('.').collect();
    let (last, parents) = keys.split_last().expect("split gives at least one part");
    let missing = |key: &str| {
        Error::Config(format!("--set {assignment}: the configuration has no `{key}` there; `gander presets NAME` shows all keys"))
    };
    let mut place = Place::Table(table);
    for key in parents {
        place = place.child(key).ok_or_else(|| missing(key))?;
    }
    let Place::Table(table) = place else { return Err(missing(last)) };
    table.insert((*last).into(), value(text.trim()));
    Ok(())
}

/// Where a path of keys has led.
enum Place<'a> {
    Table(&'a mut toml::Table),
    List(&'a mut Vec<Value>),
}

impl<'a> Place<'a> {
    fn child(self, key: &str) -> Option<Place<'a>> {
        let value = match self {
            Place::Table(table) => table.get_mut(key)?,
            Place::List(list) => list.get_mut(key.parse::<usize>().ok()?)?,
        };
        match value {
            Value::Table(table) => Some(Place::Table(table)),
            Value::Array(list) => Some(Place::List(list)),
            _ => None,
        }
    }
}

/// A TOML value, or, where it is none, a string: `train.recipe=code-2014` needs no quotes.
fn value(text: &str) -> Value {
    format!("v = {text}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("v")).unwrap_or_else(|| Value::String(text.into()))
}
