//! Lenient reading of JSON whose field names differ between versions of a server.

use serde_json::{Map, Value};

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

/// A number in millionths, rounded down; what is not a number above nought is nothing. Written out,
/// since reading a float brings tables of 10 kB along.
#[must_use]
pub fn millionths(value: &Value) -> Option<u64> {
    let text = value.as_number()?.to_string();
    let (digits, power) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let power = power.parse::<i32>().ok()?.saturating_add(6);
    let point = i32::try_from(whole.len()).ok()?.saturating_add(power);
    let point = usize::try_from(point.clamp(0, 18)).ok()?;
    let all = whole
        .chars()
        .chain(fraction.chars())
        .chain(std::iter::repeat('0'));
    let micros: String = all.take(point).collect();
    match micros.as_str() {
        "" => Some(0),
        micros => micros.parse().ok(),
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
            // Collecting would bring the sorting of lists along, which nothing else here needs.
            let mut kept = Map::new();
            for (key, value) in fields.iter().filter(|(_, value)| says(value)) {
                kept.insert(key.clone(), value.clone());
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_in_millionths() {
        for (text, micros) in [
            ("0.000445", Some(445)),
            ("1.5", Some(1_500_000)),
            ("3", Some(3_000_000)),
            ("4.45e-05", Some(44)),
            ("2E2", Some(200_000_000)),
            ("1e-9", Some(0)),
            ("-1.5", None),
            ("\"1\"", None),
        ] {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            assert_eq!(millionths(&value), micros, "{text}");
        }
    }

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
