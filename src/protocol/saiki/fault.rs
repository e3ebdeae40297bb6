//! Errors in all the shapes that the generations have, as words for a person.

use serde_json::Value;

use crate::model::Fault;
use crate::wire::json;

/// The longest message shown unfolded, in characters.
const LONGEST: usize = 400;

/// What Saiki sends where it has an object and no words for it (a bug of 0.2.6 to 0.3.7).
const WORDLESS: &str = "[object Object]";

/// Reads the `data` of an error frame.
pub(super) fn read(data: &Value) -> Fault {
    let issue = data.get("issues").and_then(|issues| issues.get(0));
    let said = json::first(data, &["message", "error"])
        .or_else(|| issue.and_then(|issue| json::first(issue, &["message"])))
        .unwrap_or(data);
    let words = match said {
        Value::Object(inner) => inner
            .get("message")
            .map_or_else(|| json::readable(said), json::readable),
        other => json::readable(other),
    };
    let (message, folded) = match inner(&words) {
        Some(sentence) => (sentence, Some(words)),
        None => fold(words.trim()),
    };
    Fault {
        message,
        detail: folded.or_else(|| details(data)),
        code: json::text(data, &["code", "context"]).map(str::to_owned),
    }
}

/// Dexto 1.1 puts the whole failed request into the message, as JSON, sometimes cut short; in it
/// stand what the model's server said, or at least the error's name.
fn inner(words: &str) -> Option<String> {
    let words = words.trim();
    if !words.starts_with('{') {
        return None;
    }
    let parsed = serde_json::from_str::<Value>(words).ok();
    let sentence = parsed.as_ref().and_then(sentence).map(str::to_owned);
    sentence.or_else(|| {
        let (_, named) = words.split_once("\"name\":\"")?;
        Some(named.split_once('"')?.0.to_owned())
    })
}

fn sentence(value: &Value) -> Option<&str> {
    let error = json::first(value, &["error"]).unwrap_or(value);
    let last = json::first(error, &["lastError"]).unwrap_or(error);
    let told = last.pointer("/data/error/message");
    let said = told
        .or_else(|| last.get("message"))
        .or_else(|| error.get("message"))?;
    said.as_str().filter(|sentence| !sentence.is_empty())
}

fn fold(words: &str) -> (String, Option<String>) {
    if words == WORDLESS {
        return (String::new(), None);
    }
    if words.chars().count() <= LONGEST {
        return (words.to_owned(), None);
    }
    let head: String = words.chars().take(LONGEST).collect();
    (format!("{head}…"), Some(words.to_owned()))
}

fn details(data: &Value) -> Option<String> {
    let details = json::first(data, &["details", "issues", "recovery"])?;
    let empty = details.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then(|| json::readable(details))
}
