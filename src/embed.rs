//! The contract with a page that shows Parlor in a frame: messages in, messages out, and who may.
//!
//! Only origins that the operator lists in `config.json` under `hosts` are heard or told
//! anything. A host can set the theme and prefill the composer; it can neither send nor connect.

use serde_json::{Value, json};

/// The themes a host can choose.
pub const THEMES: [&str; 3] = ["system", "light", "dark"];
/// The longest prompt taken, in characters.
const LONGEST_PROMPT: usize = 20_000;

/// What a host page can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostMessage {
    /// `{"type":"parlor:theme","theme":"dark"}`: one of [`THEMES`].
    Theme(&'static str),
    /// `{"type":"parlor:prompt","text":"…"}`: into the composer and no further.
    Prompt(String),
}

/// Why a message was not heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its origin is not listed.
    #[error("a message of {origin}, which config.json does not list under hosts")]
    Stranger {
        /// The sender.
        origin: String,
    },
    /// It is no message of this contract; other scripts of the host page post theirs too.
    #[error("a message of no concern here")]
    Foreign,
    /// It is one of ours, with a type or a value that is not known.
    #[error("a message that could not be understood: {message}")]
    Unknown {
        /// Its type.
        message: String,
    },
}

/// What a host page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNews {
    /// `{"type":"parlor:ready"}`: messages are heard from now on.
    Ready,
}

impl HostNews {
    /// The message as JSON text.
    #[must_use]
    pub fn json(self) -> String {
        match self {
            Self::Ready => json!({"type": "parlor:ready"}),
        }
        .to_string()
    }
}

/// Reads what a page posted; `allowed` is the operator's list of origins.
///
/// # Errors
/// [`Refused`]; a stranger's message is not even looked at.
pub fn parse(origin: &str, data: &str, allowed: &[String]) -> Result<HostMessage, Refused> {
    if !is_host(origin, allowed) {
        let origin = origin.to_owned();
        return Err(Refused::Stranger { origin });
    }
    let value: Value = serde_json::from_str(data).map_err(|_| Refused::Foreign)?;
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let message = text("type").ok_or(Refused::Foreign)?;
    let read = match message {
        "parlor:theme" => text("theme").and_then(theme).map(HostMessage::Theme),
        "parlor:prompt" => text("text").map(prompt).map(HostMessage::Prompt),
        other if !other.starts_with("parlor:") => return Err(Refused::Foreign),
        _ => None,
    };
    let message = message.to_owned();
    read.ok_or(Refused::Unknown { message })
}

/// Whether the operator lists that origin. There is no wildcard, and an opaque origin (`null`)
/// is nobody's.
#[must_use]
pub fn is_host(origin: &str, allowed: &[String]) -> bool {
    let is_origin = origin.starts_with("https://") || origin.starts_with("http://");
    let listed = |entry: &String| entry.trim_end_matches('/') == origin;
    is_origin && allowed.iter().any(listed)
}

fn theme(word: &str) -> Option<&'static str> {
    THEMES.into_iter().find(|theme| *theme == word)
}

fn prompt(text: &str) -> String {
    text.chars().take(LONGEST_PROMPT).collect()
}

#[cfg(test)]
mod tests {
    use super::{HostMessage, HostNews, LONGEST_PROMPT, Refused, parse};

    const HOST: &str = "https://shop.example";

    fn heard(data: &str) -> Result<HostMessage, Refused> {
        parse(HOST, data, &["https://shop.example/".to_owned()])
    }

    #[test]
    fn a_listed_host_sets_the_theme() {
        let data = r#"{"type":"parlor:theme","theme":"dark"}"#;
        assert_eq!(heard(data), Ok(HostMessage::Theme("dark")));
    }

    #[test]
    fn a_theme_outside_the_list_is_refused() {
        let data = r#"{"type":"parlor:theme","theme":"url(x)"}"#;
        let message = "parlor:theme".to_owned();
        assert_eq!(heard(data), Err(Refused::Unknown { message }));
    }

    #[test]
    fn a_listed_host_prefills_the_composer_within_bounds() {
        let long = "ä".repeat(LONGEST_PROMPT + 1);
        let data = format!(r#"{{"type":"parlor:prompt","text":"{long}"}}"#);
        let Ok(HostMessage::Prompt(text)) = heard(&data) else {
            panic!("no prompt");
        };
        assert_eq!(text.chars().count(), LONGEST_PROMPT);
    }

    #[test]
    fn a_stranger_is_not_heard() {
        let data = r#"{"type":"parlor:theme","theme":"dark"}"#;
        for origin in [
            "https://shop.example.evil",
            "http://shop.example",
            "https://shop.example:8443",
            "null",
            "*",
            "",
        ] {
            let allowed = [
                "https://shop.example".to_owned(),
                "*".into(),
                "null".into(),
                String::new(),
            ];
            let origin = origin.to_owned();
            let heard = parse(&origin, data, &allowed);
            assert_eq!(heard, Err(Refused::Stranger { origin }));
        }
    }

    #[test]
    fn messages_of_other_scripts_are_passed_by() {
        for data in [
            "",
            "[]",
            "3",
            r#"{"type":"webpackOk"}"#,
            r#"{"type":3}"#,
            "{",
        ] {
            assert_eq!(heard(data), Err(Refused::Foreign), "{data}");
        }
    }

    #[test]
    fn an_unknown_message_of_ours_is_named() {
        let message = "parlor:send".to_owned();
        let data = r#"{"type":"parlor:send","text":"rm -rf"}"#;
        assert_eq!(heard(data), Err(Refused::Unknown { message }));
    }

    #[test]
    fn news_are_json() {
        assert_eq!(HostNews::Ready.json(), r#"{"type":"parlor:ready"}"#);
    }
}
