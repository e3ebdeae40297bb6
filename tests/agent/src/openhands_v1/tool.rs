//! What comes of a call of a tool: everything follows from its action, so that a call can wait
//! for leave, or for the server to come back.

use std::time::Duration;

use serde_json::{Value, json};

use super::event::{field, image, text};
use crate::picture::SQUARE;

/// Where the agent works.
pub(super) const FILE: &str = "/workspace/hello.py";

/// What the file holds at first.
pub(super) const PROGRAM: &str = "def greet():\n    print('hello')\n\n\ngreet()\n";

/// The result of an action.
pub(super) fn observe(action: &Value, tool: &str) -> Value {
    match field(action, "kind") {
        "TerminalAction" => terminal(field(action, "command")),
        "FileEditorAction" => file(action),
        "TaskTrackerAction" => tasks(action),
        "ThinkAction" => plain("ThinkObservation", "Your thought has been logged."),
        "FinishAction" => plain("FinishObservation", field(action, "message")),
        "BrowserNavigateAction" => browser(field(action, "url")),
        "MCPToolAction" => mcp(action, tool),
        _ => json!({
            "content": [text("It was frobnicated."), image(&picture())], "is_error": false,
            "grade": 7, "kind": "FrobnicateObservation",
        }),
    }
}

/// How long an action takes.
pub(super) fn takes(action: &Value) -> Duration {
    let command = field(action, "command");
    let seconds = command
        .strip_prefix("sleep ")
        .and_then(|rest| rest.split(';').next()?.trim().parse::<f64>().ok());
    match field(action, "kind") {
        "ThinkAction" | "FinishAction" => Duration::from_millis(2),
        _ => seconds.map_or(Duration::from_millis(60), Duration::from_secs_f64),
    }
}

fn plain(kind: &str, words: &str) -> Value {
    json!({"content": [text(words)], "is_error": false, "kind": kind})
}

pub(super) fn picture() -> String {
    format!("data:image/png;base64,{SQUARE}")
}

/// A shell that knows `echo`, `seq` and `exit`.
fn terminal(command: &str) -> Value {
    let (mut output, mut code) = (String::new(), 0);
    for part in command.split(';').map(str::trim) {
        let (program, rest) = part.split_once(' ').unwrap_or((part, ""));
        match program {
            "echo" => output.push_str(&format!("{rest}\n")),
            "exit" => code = rest.parse().unwrap_or(1),
            "ls" => output.push_str(&format!(
                "ls: cannot access '{rest}': No such file or directory\n"
            )),
            "seq" => output.push_str(&sequence(rest)),
            _ => {}
        }
    }
    json!({
        "content": [text(output.trim_end())], "is_error": false, "command": command,
        "exit_code": code, "timeout": false,
        "metadata": {
            "exit_code": code, "pid": -1, "username": "root", "hostname": "vm",
            "working_dir": "/workspace", "py_interpreter_path": "/opt/agent/bin/python",
            "prefix": "",
            "suffix": format!("\n[The command completed with exit code {code}.]"),
        },
        "full_output_save_dir": "/workspace/.observations", "kind": "TerminalObservation",
    })
}

/// Numbers, cut in the middle as the real server does beyond 30 000 letters.
fn sequence(rest: &str) -> String {
    const MOST: usize = 30_000;
    let last: u32 = rest
        .split(' ')
        .next_back()
        .and_then(|last| last.parse().ok())
        .unwrap_or(1);
    let all: String = (1..=last).map(|number| format!("{number}\n")).collect();
    if all.len() <= MOST {
        return all;
    }
    let half = MOST / 2;
    let (start, end) = (
        all.get(..half).unwrap_or_default(),
        all.get(all.len() - half..).unwrap_or_default(),
    );
    format!("{start}<response clipped>{end}")
}

fn file(action: &Value) -> Value {
    let (command, path) = (field(action, "command"), field(action, "path"));
    let edited = PROGRAM.replace(field(action, "old_str"), field(action, "new_str"));
    match command {
        "create" => json!({
            "content": [text(&format!("File created successfully at: {path}"))],
            "is_error": false, "command": command, "path": path, "prev_exist": false,
            "new_content": field(action, "file_text"), "kind": "FileEditorObservation",
        }),
        "str_replace" if edited == PROGRAM => json!({
            "content": [text(&format!(
                "No replacement was performed, old_str `{}` did not appear verbatim in {path}.",
                field(action, "old_str"),
            ))],
            "is_error": true, "command": command, "prev_exist": true,
            "kind": "FileEditorObservation",
        }),
        "str_replace" => json!({
            "content": [text(&format!(
                "The file {path} has been edited. Here's the result of running `cat -n` on a \
                 snippet of {path}:\n{}Review the changes and make sure they are as expected. \
                 Edit the file again if necessary.",
                numbered(&edited),
            ))],
            "is_error": false, "command": command, "path": path, "prev_exist": true,
            "old_content": PROGRAM, "new_content": edited, "kind": "FileEditorObservation",
        }),
        _ => json!({
            "content": [text(&format!(
                "Here's the result of running `cat -n` on {path}:\n{}", numbered(PROGRAM)
            ))],
            "is_error": false, "command": command, "path": path, "prev_exist": true,
            "kind": "FileEditorObservation",
        }),
    }
}

fn numbered(program: &str) -> String {
    let lines = program.lines().enumerate();
    lines
        .map(|(number, line)| format!("{:>6}\t{line}\n", number + 1))
        .collect()
}

fn tasks(action: &Value) -> Value {
    let list = action
        .get("task_list")
        .cloned()
        .unwrap_or_else(|| json!([]));
    let count = list.as_array().map_or(0, Vec::len);
    json!({
        "content": [text(&format!("Task list has been updated with {count} item(s)."))],
        "is_error": false, "command": action.get("command"), "task_list": list,
        "kind": "TaskTrackerObservation",
    })
}

fn browser(url: &str) -> Value {
    json!({
        "content": [text(&format!("Navigated to: {url}")), image(&picture())],
        "is_error": false, "screenshot_data": SQUARE, "kind": "BrowserObservation",
    })
}

fn mcp(action: &Value, tool: &str) -> Value {
    let said = action.pointer("/data/text").and_then(Value::as_str);
    json!({
        "content": [
            text(&format!("[Tool '{tool}' executed.]")),
            text(&format!("echo: {}", said.unwrap_or_default())),
        ],
        "is_error": false, "tool_name": tool, "kind": "MCPToolObservation",
    })
}
