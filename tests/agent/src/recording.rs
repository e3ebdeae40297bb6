//! Reading a recording from disk.

use std::path::Path;

use serde_json::Value;

/// One line of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Milliseconds since the recording began.
    pub t: u64,
    /// The connection's name; empty where there is only one.
    pub conn: String,
    /// What was recorded.
    pub what: What,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The connection opened.
    Open,
    /// A frame of the server's.
    In(String),
    /// A frame of the client's.
    Out(String),
    /// The connection closed with this code.
    Close(u16),
    /// Something else: a REST answer, a note.
    Other,
}

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is no such file.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// A line is no JSON.
    #[error("{0}, line {1}: {2}")]
    Line(String, usize, #[source] serde_json::Error),
}

/// Reads a recording: the lines of one client, which is the named connection, or the first where
/// several are open at once, or else all connections one after the other.
///
/// # Errors
/// [`Unreadable`] names the file and the line.
pub fn read(file: &Path, conn: Option<&str>) -> Result<Vec<Line>, Unreadable> {
    let name = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|error| Unreadable::File(name.clone(), error))?;
    let mut lines = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let value = serde_json::from_str(line);
        let value: Value =
            value.map_err(|error| Unreadable::Line(name.clone(), number + 1, error))?;
        lines.push(parse(&value));
    }
    let wanted = conn.map(str::to_owned).or_else(|| overlapping(&lines));
    lines.retain(|line| wanted.as_ref().is_none_or(|name| line.conn == *name));
    Ok(lines)
}

fn parse(value: &Value) -> Line {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let outgoing = text("dir").as_deref() == Some("out");
    let meta = text("dir").as_deref() == Some("meta");
    let rest = value.get("http").is_some() || value.get("status").is_some();
    let what = match (text("frame"), outgoing) {
        _ if meta => noted(text("note").as_deref().unwrap_or_default()),
        (Some(frame), _) if rest || frame.starts_with("{\"history\"") => {
            drop(frame);
            What::Other
        }
        (Some(frame), true) => What::Out(frame),
        (Some(frame), false) => What::In(frame),
        (None, true) => What::Other,
        (None, false) => marked(value),
    };
    Line {
        t: value.get("t").and_then(Value::as_u64).unwrap_or_default(),
        // A name, or a number.
        conn: match value.get("conn") {
            Some(Value::Number(number)) => number.to_string(),
            _ => text("conn").unwrap_or_default(),
        },
        what,
    }
}

fn marked(value: &Value) -> What {
    let code = value.get("close").and_then(Value::as_u64);
    match code.and_then(|code| u16::try_from(code).ok()) {
        Some(code) => What::Close(code),
        None if value.get("open").is_some() => What::Open,
        None => What::Other,
    }
}

/// What a note of the recorder's says: `open ws://..`, or `closed code=1006 reason=''`.
fn noted(note: &str) -> What {
    let code = note.strip_prefix("closed code=");
    let code = code.and_then(|rest| rest.split(' ').next()?.parse().ok());
    match code {
        Some(code) => What::Close(code),
        None if note.starts_with("open ") => What::Open,
        None => What::Other,
    }
}

/// The first connection, if another opens before it closes.
fn overlapping(lines: &[Line]) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for line in lines {
        match line.what {
            What::Open => open.push(&line.conn),
            What::Close(_) => open.retain(|name| *name != line.conn),
            _ => {}
        }
        if let [first, _, ..] = open.as_slice() {
            return Some((*first).to_owned());
        }
    }
    None
}
