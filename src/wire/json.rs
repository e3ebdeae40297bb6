//! Lenient reading of JSON whose field names differ between versions of a server.

use serde_json::Value;

/// The first of `keys` that is there and not `null`.
#[must_use]
pub fn first<'a>(object: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter()
        .filter_map(|key| object.get(key))
        .find(|value| !value.is_null())
}

/// The first of `keys` that holds a string.
#[must_use]
pub fn text<'a>(object: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter()
        .filter_map(|key| object.get(key))
        .find_map(Value::as_str)
}

/// Whether `key` holds exactly `true`.
#[must_use]
pub fn is_true(object: &Value, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool) == Some(true)
}

/// A value as a person reads it: a string as it stands, anything else as indented JSON.
#[must_use]
pub fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// Like [`readable`], but what fits into a line stays in one.
#[must_use]
pub fn brief(value: &Value) -> String {
    let line = value.to_string();
    match value {
        Value::Object(_) | Value::Array(_) if line.len() <= 72 => line,
        _ => readable(value),
    }
}

/// An object without the fields that say nothing: `null`, empty texts, lists and objects.
#[must_use]
pub fn without_empty(value: &Value) -> Value {
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| says(value));
            kept.map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_name_that_holds_something_wins() {
        let frame = json!({"args": null, "input": {"a": 1}, "text": 3, "content": "x"});
        assert_eq!(
            first(&frame, &["arguments", "args", "input"]),
            Some(&json!({"a": 1}))
        );
        assert_eq!(text(&frame, &["text", "content"]), Some("x"));
        assert_eq!(first(&json!(null), &["a"]), None);
    }
}
