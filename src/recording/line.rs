//! One line of a recording.

use serde_json::Value;

use crate::wire::json;

/// One line of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since the recording began.
    pub t: u64,
    /// The connection's name; empty where there is only one.
    pub conn: String,
    /// What was recorded.
    pub what: What,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A frame from the server.
    In(String),
    /// A frame from the client.
    Out(String),
    /// The connection opened.
    Open {
        /// The address; empty where the recorder did not note it.
        address: String,
    },
    /// A connection was asked for that never opened: its close follows.
    Tried {
        /// The address.
        address: String,
    },
    /// The connection closed with this code.
    Close {
        /// Close code.
        code: u16,
        /// The server's reason.
        reason: String,
    },
    /// The client made a request.
    Asked {
        /// Such as `POST`.
        method: String,
        /// The path, with the query.
        path: String,
        /// The body as text.
        body: String,
    },
    /// The answer to a request.
    Answer {
        /// Such as `GET`.
        method: String,
        /// The path, with the query.
        path: String,
        /// HTTP status.
        status: u16,
        /// The body as text.
        body: String,
    },
    /// Something the recorder noted, of no concern to a client.
    Note,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {number}: {why}")]
pub struct Broken {
    /// Counted from 1.
    pub number: usize,
    /// Why not.
    pub why: String,
}

/// The latest that a line can be, in milliseconds: 30 days. More is a mistake, such as a time of
/// day, and would be waited for.
const LATEST: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Reads a recording in UTF-8; empty lines are passed over. A request and its answer are two lines,
/// and all stand in the order of their times.
///
/// # Errors
/// [`Broken`] names the first line that is no line of a recording.
pub fn parse(text: &[u8]) -> Result<Vec<Line>, Broken> {
    // Some editors put a byte order mark at the beginning (RFC 3629 section 6).
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let numbered = text.split(|byte| *byte == b'\n').zip(1..);
    let filled = numbered.filter(|(line, _)| !line.trim_ascii().is_empty());
    let read = |line| {
        let line = std::str::from_utf8(line).map_err(|error| format!("not UTF-8: {error}"))?;
        self::read(line)
    };
    let mut lines = Vec::new();
    for (line, number) in filled {
        let (read, refused) = read(line).map_err(|why| Broken { number, why })?;
        if let Some(line) = read.first().filter(|_| refused) {
            take_back(&mut lines, &line.conn);
        }
        lines.extend(read);
    }
    lines.sort_by_key(|line| line.t);
    name_apart(&mut lines);
    Ok(lines)
}

/// The connection of that name did not open after all.
fn take_back(lines: &mut [Line], conn: &str) {
    let last = lines.iter_mut().rfind(|line| line.conn == conn);
    if let Some(line) = last
        && let What::Open { address } = &line.what
    {
        let address = address.clone();
        line.what = What::Tried { address };
    }
}

/// Sockets without a name that are of several conversations are named by these.
fn name_apart(lines: &mut [Line]) {
    let mut first = None;
    let mut name = String::new();
    for line in lines {
        if let What::Open { address } | What::Tried { address } = &line.what
            && line.conn.is_empty()
            && let Some(conversation) = super::calls::of_socket(address)
        {
            let first = first.get_or_insert_with(|| conversation.clone());
            name = if *first == conversation {
                String::new()
            } else {
                conversation
            };
        }
        let is_wire = !matches!(
            line.what,
            What::Asked { .. } | What::Answer { .. } | What::Note
        );
        if line.conn.is_empty() && is_wire {
            line.conn.clone_from(&name);
        }
    }
}

/// The lines that one says, and whether it says that a connection was refused.
fn read(line: &str) -> Result<(Vec<Line>, bool), String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    if !value.is_object() {
        return Err("not an object".into());
    }
    let t = value
        .get("t")
        .and_then(Value::as_f64)
        .ok_or("no time `t`")?
        .max(0.0) as u64;
    if t > LATEST {
        return Err(format!("`t` is {t} ms, which is more than 30 days"));
    }
    let conn = json::first(&value, &["conn", "sock"]).map(json::readable);
    let conn = conn.unwrap_or_default();
    if value.get("req").is_none() {
        let what = framed(&value)?;
        let refused = json::text(&value, &["dir"]) == Some("refused");
        return Ok((vec![Line { t, conn, what }], refused));
    }
    let took = value.get("ms").and_then(Value::as_u64).unwrap_or_default();
    let (asked, answer) = requested(&value)?;
    let line = |t, what| Line {
        t,
        conn: conn.clone(),
        what,
    };
    let lines = vec![line(t, asked), line(t.saturating_add(took), answer)];
    Ok((lines, false))
}

fn framed(value: &Value) -> Result<What, String> {
    let outgoing = match json::text(value, &["dir"]) {
        Some("out") => true,
        Some("in") => false,
        Some("meta") => return Ok(noted(value)),
        Some("open") => return Ok(opened(value)),
        Some("close" | "refused") => return Ok(ended(value)),
        Some(other) => return Err(format!("`dir` is `{other}`, not `in` or `out`")),
        None if json::first(value, &["note", "control"]).is_some() => return Ok(What::Note),
        None => return Err("no direction `dir`".into()),
    };
    let Some(frame) = json::first(value, &["frame"]) else {
        return Ok(if outgoing { What::Note } else { marked(value) });
    };
    let frame = frame
        .as_str()
        .ok_or("`frame` is neither a string nor null")?
        .to_owned();
    if let Some(call) = json::text(value, &["http"]) {
        let (method, path) = call.split_once(' ').unwrap_or(("GET", call));
        return Ok(What::Answer {
            method: method.to_owned(),
            path: path.to_owned(),
            status: status(value),
            body: frame,
        });
    }
    Ok(match (outgoing, value.get("status").is_some()) {
        (_, true) => What::Note,
        (true, false) => What::Out(frame),
        (false, false) => What::In(frame),
    })
}

/// What some recorders write in words: `open ws://…`, and `closed code=1000 reason=''`.
fn noted(value: &Value) -> What {
    let note = json::text(value, &["note"]).unwrap_or_default();
    if let Some(address) = note.strip_prefix("open ").filter(|at| at.starts_with("ws")) {
        return What::Open {
            address: address.to_owned(),
        };
    }
    let Some((code, reason)) = note
        .strip_prefix("closed code=")
        .map(|rest| rest.split_once(" reason=").unwrap_or((rest, "")))
    else {
        return What::Note;
    };
    What::Close {
        code: code.parse().unwrap_or(1006),
        reason: reason.trim_matches('\'').to_owned(),
    }
}

/// A connection that closed, or never came to be.
fn ended(value: &Value) -> What {
    let code = value.get("code").and_then(Value::as_u64);
    What::Close {
        code: code
            .and_then(|code| u16::try_from(code).ok())
            .unwrap_or(1006),
        reason: json::text(value, &["reason"])
            .unwrap_or_default()
            .to_owned(),
    }
}

fn marked(value: &Value) -> What {
    if let Some(code) = value.get("close").and_then(Value::as_u64) {
        return What::Close {
            code: u16::try_from(code).unwrap_or(1006),
            reason: json::text(value, &["reason"])
                .unwrap_or_default()
                .to_owned(),
        };
    }
    match json::is_true(value, "open") {
        true => opened(value),
        false => What::Note,
    }
}

fn opened(value: &Value) -> What {
    let address = json::text(value, &["url"]).unwrap_or_default().to_owned();
    What::Open { address }
}

/// A request and its answer.
fn requested(value: &Value) -> Result<(What, What), String> {
    let request = value.get("req").ok_or("no `req`")?;
    let answer = value.get("res").ok_or("`req` without `res`")?;
    let method = json::text(request, &["method"]).unwrap_or("GET").to_owned();
    let path = json::text(request, &["path", "url"]).unwrap_or_default();
    let asked = What::Asked {
        method: method.clone(),
        path: path.to_owned(),
        body: text(json::first(request, &["body", "json"])),
    };
    let answer = What::Answer {
        method,
        path: path.to_owned(),
        status: status(answer),
        body: text(json::first(answer, &["body", "json", "text"])),
    };
    Ok((asked, answer))
}

fn text(body: Option<&Value>) -> String {
    let text = |body: &Value| {
        body.as_str()
            .map_or_else(|| body.to_string(), str::to_owned)
    };
    body.map(text).unwrap_or_default()
}

fn status(value: &Value) -> u16 {
    let status = value.get("status").and_then(Value::as_u64);
    status
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(200)
}
