//! The model: what it answers follows from the newest message and from how many results of tools
//! came since. A word of the message chooses, best in brackets: `[edit]`, `[stream 200 5]`.

use serde_json::{Value, json};

use super::tool::{FILE, PROGRAM};

/// The words that choose, each with what it makes happen.
pub const KEYWORDS: &str = "run fail edit tasks think finish reason markdown stream:N:MS \
    slow sleep long:N risky ask parallel browse mcp strange badtool badargs image shot blind empty \
    broken retry cut 400 401 429 500 ctx limit stuck stall condense hook noise big huge";

/// An answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) calls: Vec<Call>,
    /// Milliseconds between two pieces.
    pub(super) pace: Option<u64>,
    pub(super) fate: Fate,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fate {
    #[default]
    Whole,
    /// It ends in the middle, and the run with it.
    Breaks,
    /// It ends in the middle and begins again.
    Retries,
    /// It never comes.
    Hangs,
    /// The model answers with this status instead.
    Refused(u16),
    /// The agent sees that it goes in circles.
    Stuck,
    /// The agent has taken as many steps as it may.
    Limit,
    /// The agent answers without the model, which cannot see.
    Blind,
    /// There is nothing in it, and the environment says so.
    Empty,
    /// A hook blocks the call.
    Blocked,
    /// Earlier events are summed up before.
    Condensed,
    /// Events and frames of the future come before.
    Noise,
    /// The event is larger than a frame may be.
    Huge,
}

/// A call of a tool.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: &'static str,
    /// As the model wrote them: JSON in a text, or not even that.
    pub(super) arguments: String,
    /// What the agent made of them; none where that failed.
    pub(super) action: Option<Value>,
    pub(super) risk: &'static str,
    /// Why it failed.
    pub(super) error: String,
}

impl Call {
    fn new(name: &'static str, kind: &str, arguments: Value, risk: &'static str) -> Self {
        let mut action = arguments.clone();
        super::event::set(&mut action, "kind", kind.into());
        if kind == "TerminalAction" {
            super::event::set(&mut action, "is_input", false.into());
            super::event::set(&mut action, "reset", false.into());
        }
        let mut written = arguments;
        super::event::set(&mut written, "security_risk", risk.into());
        super::event::set(&mut written, "summary", format!("calls {name}").into());
        Self {
            name,
            arguments: written.to_string(),
            action: Some(action),
            risk,
            error: String::new(),
        }
    }

    fn bad(name: &'static str, arguments: &str, error: &str) -> Self {
        Self {
            name,
            arguments: arguments.to_owned(),
            action: None,
            risk: "UNKNOWN",
            error: error.to_owned(),
        }
    }
}

fn terminal(command: &str, risk: &'static str) -> Call {
    Call::new(
        "terminal",
        "TerminalAction",
        json!({"command": command}),
        risk,
    )
}

fn finish(words: &str) -> Answer {
    calls(
        "",
        vec![Call::new(
            "finish",
            "FinishAction",
            json!({"message": words}),
            "UNKNOWN",
        )],
    )
}

fn say(words: &str) -> Answer {
    Answer {
        text: words.to_owned(),
        ..Answer::default()
    }
}

fn calls(thought: &str, calls: Vec<Call>) -> Answer {
    Answer {
        calls,
        ..say(thought)
    }
}

fn with(fate: Fate, answer: Answer) -> Answer {
    Answer { fate, ..answer }
}

/// A newest message, and how far the agent is with it.
pub(super) struct Asked<'a> {
    pub(super) words: &'a str,
    pub(super) images: usize,
    /// How many calls have their results.
    pub(super) step: usize,
}

/// What the model answers.
pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let Choice { key, numbers } = Choice::of(asked.words);
    let number = |at: usize, or: u64| numbers.get(at).copied().unwrap_or(or);
    let step = asked.step;
    match key.as_str() {
        "slow" => Answer {
            pace: Some(200),
            ..say(&words(40))
        },
        "stream" => Answer {
            pace: Some(number(1, 5)),
            ..say(&words(number(0, 40)))
        },
        "reason" => Answer {
            reasoning: "First I consider the question. Then I compute the result.".to_owned(),
            ..say("The answer is 42.")
        },
        "markdown" => say(MARKDOWN),
        "image" => say(&format!("I received {} image(s).", asked.images)),
        "blind" => with(Fate::Blind, say(BLIND)),
        "empty" if step == 0 => with(Fate::Empty, say("")),
        "broken" => with(Fate::Breaks, say("partial answer that dies ")),
        "retry" => with(Fate::Retries, say("second attempt succeeds")),
        "cut" => say("cut0 cut1 cut2 cut3 cut4 "),
        "stall" => with(Fate::Hangs, say("")),
        "400" | "401" | "429" | "500" => with(Fate::Refused(key.parse().unwrap_or(500)), say("")),
        "ctx" => with(Fate::Refused(413), say("")),
        "noise" => with(Fate::Noise, say("That was noise.")),
        "condense" => with(Fate::Condensed, say("I summed up what was.")),
        "huge" => with(Fate::Huge, say("That was huge.")),
        "long" if step as u64 >= number(0, 6) => {
            finish(&format!("{} steps are done.", number(0, 6)))
        }
        "long" => calls(
            &format!("step {step}"),
            vec![terminal(&format!("sleep 0.2; echo step {step}"), "LOW")],
        ),
        "stuck" | "loop" if step >= 4 => with(Fate::Stuck, say("")),
        "limit" if step >= 3 => with(Fate::Limit, say("")),
        "stuck" | "loop" | "limit" => calls("", vec![terminal("echo loop", "LOW")]),
        key => with_tools(key, step, asked.words),
    }
}

/// Keywords whose answers call tools and end with a word.
fn with_tools(key: &str, step: usize, said: &str) -> Answer {
    let end = match key {
        "run" | "term" => "Ran `echo hi`, it printed hi.",
        "fail" => "The command failed as expected.",
        "edit" => "Created and edited hello.py",
        "tasks" => "Plan is ready.",
        "think" => "Thought about it.",
        "finish" => "All **done**.",
        "sleep" => "Slept.",
        "risky" | "ask" => "Handled the risky step.",
        "parallel" => "Parallel done.",
        "browse" => "I looked at the page.",
        "mcp" => "The tool echoed.",
        "strange" | "shot" => "It was frobnicated.",
        "badtool" => "Recovered from a bad tool.",
        "badargs" => "Recovered from bad args.",
        "hook" => "The hook did not let me.",
        "big" => "Big output printed.",
        _ => return say(&format!("Hello! You said: {}", said.trim())),
    };
    tools(key, step).unwrap_or_else(|| finish(end))
}

/// The calls of a step; none when the work is done.
fn tools(key: &str, step: usize) -> Option<Answer> {
    let one = |thought: &str, call: Call| Some(calls(thought, vec![call]));
    match (key, step) {
        ("run" | "term", 0) => one("I'll run a command.", terminal("echo hi", "LOW")),
        ("fail", 0) => one("", terminal("ls /does-not-exist; exit 3", "LOW")),
        ("edit", step) => edit(step),
        ("tasks", 0) => one("", tasks("in_progress", "todo")),
        ("tasks", 1) => one("", tasks("done", "in_progress")),
        ("think", 0) => one("", think("Let me think about this carefully.")),
        ("sleep", 0) => one("", terminal("sleep 3; echo tick", "LOW")),
        ("sleep", 1) => one("", terminal("echo second", "LOW")),
        ("risky" | "ask", 0) => one(
            "I want to delete something.",
            terminal("rm -rf /workspace/nothing-here", "HIGH"),
        ),
        ("parallel", 0) => Some(calls(
            "Two at once.",
            vec![terminal("echo one", "LOW"), think("second call")],
        )),
        ("browse", 0) => one(
            "",
            Call::new(
                "browser_navigate",
                "BrowserNavigateAction",
                json!({"url": "http://127.0.0.1:8000/page.html", "new_tab": false}),
                "LOW",
            ),
        ),
        ("mcp", 0) => one(
            "",
            Call::new(
                "echo_text",
                "MCPToolAction",
                json!({"data": {"text": "hi mcp"}}),
                "LOW",
            ),
        ),
        ("strange" | "shot", 0) => one(
            "",
            Call::new(
                "frobnicate",
                "FrobnicateAction",
                json!({"strength": 7}),
                "MEDIUM",
            ),
        ),
        ("badtool", 0) => one(
            "",
            Call::bad(
                "no_such_tool",
                r#"{"a": 1, "summary": "calls no_such_tool"}"#,
                "Tool 'no_such_tool' not found. Available: ['terminal', 'file_editor', \
                 'task_tracker', 'finish', 'think']",
            ),
        ),
        ("badargs", 0) => one("", Call::bad("terminal", r#"{"cmd": 7}"#, BAD_ARGUMENTS)),
        ("badargs", 1) => one("", Call::bad("terminal", MALFORMED, UNPARSEABLE)),
        ("hook", 0) => Some(with(
            Fate::Blocked,
            calls("I'll run a command.", vec![terminal("echo hi", "LOW")]),
        )),
        ("big", 0) => one("", terminal("seq 1 20000", "LOW")),
        _ => None,
    }
}

fn think(thought: &str) -> Call {
    Call::new(
        "think",
        "ThinkAction",
        json!({"thought": thought}),
        "UNKNOWN",
    )
}

fn edit(step: usize) -> Option<Answer> {
    let edit = |thought: &str, arguments: Value, risk| {
        let call = Call::new("file_editor", "FileEditorAction", arguments, risk);
        Some(calls(thought, vec![call]))
    };
    match step {
        0 => edit(
            "Creating the file.",
            json!({"command": "create", "path": FILE, "file_text": PROGRAM}),
            "LOW",
        ),
        1 => edit(
            "Changing the greeting.",
            json!({
                "command": "str_replace", "path": FILE, "old_str": "print('hello')",
                "new_str": "print('hello, world')",
            }),
            "MEDIUM",
        ),
        2 => edit("", json!({"command": "view", "path": FILE}), "LOW"),
        3 => edit(
            "",
            json!({
                "command": "str_replace", "path": FILE, "old_str": "no such text", "new_str": "x",
            }),
            "LOW",
        ),
        _ => None,
    }
}

fn tasks(first: &str, second: &str) -> Call {
    let list = json!([
        {"title": "Write code", "notes": "", "status": first},
        {"title": "Test it", "notes": "with pytest", "status": second},
    ]);
    let arguments = json!({"command": "plan", "task_list": list});
    Call::new("task_tracker", "TaskTrackerAction", arguments, "LOW")
}

fn words(count: u64) -> String {
    let words: Vec<String> = (0..count).map(|number| format!("word{number}")).collect();
    words.join(" ")
}

/// The word of a message that chooses, and the numbers behind it.
struct Choice {
    key: String,
    numbers: Vec<u64>,
}

impl Choice {
    fn of(message: &str) -> Self {
        let lower = message.to_lowercase();
        let bracketed = lower
            .split_once('[')
            .and_then(|(_, rest)| Some(rest.split_once(']')?.0.to_owned()));
        let mut known = KEYWORDS
            .split_whitespace()
            .filter_map(|word| word.split(':').next());
        let text = bracketed.unwrap_or_else(|| {
            let words: Vec<&str> = lower
                .split(|letter: char| !letter.is_alphanumeric())
                .collect();
            let letters = |word: &&str| word.starts_with(|letter: char| letter.is_alphabetic());
            let found = known.find_map(|known| {
                words
                    .iter()
                    .position(|word| *word == known && letters(word))
            });
            let behind = words.get(found.unwrap_or(words.len())..);
            behind.unwrap_or_default().join(" ")
        });
        let mut parts = text.split_whitespace();
        let key = parts.next().unwrap_or_default().to_owned();
        let numbers = parts.map_while(|part| part.parse().ok()).collect();
        Self { key, numbers }
    }
}

const BLIND: &str = "I received your image, but the currently selected model (openai/stub) does \
    not support image understanding. Please switch to a multimodal model to analyze the image.";

const BAD_ARGUMENTS: &str = "Error validating tool 'terminal': 2 validation errors for \
    TerminalAction\ncommand\n  Field required [type=missing, input_value={'cmd': 7}, \
    input_type=dict]. Parameters provided: ['cmd']";

const UNPARSEABLE: &str = "Error validating tool 'terminal': Unterminated string starting at: \
    line 1 column 13 (char 12). Arguments: unparseable JSON";

const MALFORMED: &str = r#"{"_openhands_malformed_tool_call": true, "error": "Error validating tool 'terminal': Unterminated string starting at: line 1 column 13 (char 12). Arguments: unparseable JSON"}"#;

const MARKDOWN: &str = r#"# Result

Here is **bold**, *italic*, `code` and a [link](https://example.org).

| a | b |
|---|---|
| 1 | 2 |

```python
def f(x):
    return x < 2 and "</script>"
```

- [x] done
- [ ] todo

$E = mc^2$
"#;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn key(message: &str) -> (String, Vec<u64>) {
        let Choice { key, numbers } = Choice::of(message);
        (key, numbers)
    }

    #[test]
    fn a_word_in_brackets_chooses_and_else_the_first_that_is_known() {
        assert_eq!(key("[stream 200 5] go"), ("stream".into(), vec![200, 5]));
        assert_eq!(key("please edit it"), ("edit".into(), vec![]));
        assert_eq!(key("long 12, or so"), ("long".into(), vec![12]));
        assert_eq!(key("it has 400 words").0, "");
        assert_eq!(key("[401] go").0, "401");
        assert_eq!(key("hello").0, "");
    }

    #[test]
    fn every_word_that_is_named_does_something_of_its_own() {
        for word in KEYWORDS.split_whitespace() {
            let word = word.split(':').next().unwrap();
            let words = &format!("[{word}]");
            let asked = Asked {
                words,
                images: 0,
                step: 0,
            };
            let plain = answer(&asked).text.starts_with("Hello!");
            assert!(!plain, "{word}");
        }
    }
}
