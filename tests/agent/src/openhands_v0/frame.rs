//! Frames as text: which of a client's make sense, and how the real server writes its own.

use serde_json::Value;

/// An event or a disconnect packet that python-socketio would read.
pub(super) fn sensible(frame: &str) -> bool {
    if frame == "41" {
        return true;
    }
    let body = frame.strip_prefix("42").unwrap_or_default();
    let body = body.trim_start_matches(|c: char| c.is_ascii_digit());
    serde_json::from_str::<Vec<Value>>(body).is_ok_and(|body| !body.is_empty())
}

/// The open packet, with other times in it if there are any.
pub(super) fn announced(frame: &str, ping: Option<(u64, u64)>) -> String {
    let packet = frame.get(1..).unwrap_or_default();
    let packet = serde_json::from_str::<Value>(packet);
    match (packet, ping) {
        (Ok(Value::Object(mut fields)), Some((every, timeout))) => {
            fields.insert("pingInterval".into(), every.into());
            fields.insert("pingTimeout".into(), timeout.into());
            format!("0{}", Value::Object(fields))
        }
        _ => frame.to_owned(),
    }
}

/// A frame in ASCII, as Python's JSON has it: all else as `\u` and four digits.
pub(super) fn escaped(frame: &str) -> String {
    let mut ascii = String::with_capacity(frame.len());
    let mut units = [0; 2];
    for c in frame.chars() {
        if c.is_ascii() {
            ascii.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            ascii.push_str(&format!("\\u{unit:04x}"));
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_ascii_is_escaped_in_pairs() {
        assert_eq!(escaped("\u{fc} \u{1f389}"), r"\u00fc \ud83c\udf89");
    }

    #[test]
    fn only_sensible_frames_get_through() {
        for frame in ["41", r#"42["a"]"#, r#"4217["a",{"b":1}]"#] {
            assert!(sensible(frame), "{frame}");
        }
        for frame in [
            "2",
            "2probe",
            "6",
            "9hello",
            "42",
            "42[",
            r#"42{"a":1}"#,
            "42[]",
        ] {
            assert!(!sensible(frame), "{frame}");
        }
    }
}
