//! Runs a recording through adapter, session and reducer, and prints the timeline.
//!
//! `cargo run --example replay -- <server> <recording.jsonl> [--json] [--conn NAME]`

use std::io::Write;
use std::process::ExitCode;

use parlor::model::{Body, Item};
use parlor::protocol::{PROTOCOLS, descriptor};
use parlor::recording::{choose, parse, replay};
use parlor::words;
use serde_json::{Map, Value, json};

const USAGE: &str = "usage: replay <server> <recording.jsonl> [--json] [--conn NAME]";

struct Args {
    server: String,
    file: String,
    json: bool,
    conn: Option<String>,
}

fn main() -> ExitCode {
    let printed = args().and_then(|args| run(&args)).map(|text| {
        // A reader that closes the pipe early has read enough.
        let _ = writeln!(std::io::stdout(), "{text}");
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "replay: {why}");
            ExitCode::from(2)
        }
    }
}

fn args() -> Result<Args, String> {
    let mut given = std::env::args().skip(1);
    let mut plain = Vec::new();
    let (mut json, mut conn) = (false, None);
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "--json" => json = true,
            "--conn" => conn = Some(given.next().ok_or("--conn wants a name")?),
            flag if flag.starts_with("--") => {
                return Err(format!("unknown option {flag}; {USAGE}"));
            }
            _ => plain.push(arg),
        }
    }
    match <[String; 2]>::try_from(plain) {
        Ok([server, file]) => Ok(Args {
            server,
            file,
            json,
            conn,
        }),
        Err(_) => Err(USAGE.to_owned()),
    }
}

fn run(args: &Args) -> Result<String, String> {
    let protocol = descriptor(&args.server).ok_or_else(|| {
        let known: Vec<&str> = PROTOCOLS.iter().map(|protocol| protocol.name).collect();
        format!(
            "unknown server `{}`; known are {}",
            args.server,
            known.join(", ")
        )
    })?;
    let text = std::fs::read(&args.file).map_err(|error| format!("{}: {error}", args.file))?;
    let lines = parse(&text).map_err(|error| format!("{}: {error}", args.file))?;
    if lines.is_empty() {
        return Err(format!("{}: no line in it", args.file));
    }
    if let Some(name) = &args.conn
        && !lines.iter().any(|line| line.conn == *name)
    {
        return Err(format!("{}: no connection is named `{name}`", args.file));
    }
    let player = replay(&choose(&lines, args.conn.as_deref()), protocol);
    Ok(match args.json {
        true => json!({
            "items": player.items().iter().map(as_json).collect::<Vec<Value>>(),
            "unknown": player.session().unknown(),
            "dropped": player.session().dropped(),
        })
        .to_string(),
        false => player
            .items()
            .iter()
            .map(as_text)
            .collect::<Vec<String>>()
            .join("\n"),
    })
}

fn as_json(item: &Item) -> Value {
    let mut fields = Map::new();
    fields.insert("kind".into(), item.kind().word().into());
    fields.insert("state".into(), item.state().word().into());
    fields.insert("text".into(), words::text(&item.body).into());
    match &item.body {
        Body::Tool(tool) => {
            fields.insert("name".into(), tool.name.as_str().into());
            fields.insert("args".into(), tool.args.clone());
            fields.insert("result".into(), tool.result_text().into());
        }
        Body::Approval(approval) => {
            fields.insert("name".into(), approval.tool.as_str().into());
            fields.insert("args".into(), approval.args.clone());
        }
        _ => {}
    }
    Value::Object(fields)
}

fn as_text(item: &Item) -> String {
    let text = words::text(&item.body).replace('\n', "\n    ");
    let head = format!("{} [{}]", item.kind().word(), item.state().word());
    match &item.body {
        Body::Tool(tool) => format!("{head} {} {}\n    {text}", tool.name, tool.args),
        _ => format!("{head}\n    {text}"),
    }
}
